"""Steps of walks that must come to nothing, and what is remembered of the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from contract_tests import bodies
from contract_tests.broken import Broken
from contract_tests.exchange import Exchange
from contract_tests.suites.tracked import Tracked

BAD: Mapping[str, tuple[str, Callable[[Tracked], Mapping[str, Any]]]] = {
    "a wrong card number": ("INV-CARD-NUMBER", lambda made: bodies.card(made.total, accountNumber="4111111111111112")),
    "no security code": ("INV-CARD-CVV", lambda made: bodies.card(made.total, securityCode=None)),
    "an expired card": ("INV-CARD-EXPIRY", lambda made: bodies.card(made.total, expirationYear=2019)),
    "a cent too much": ("INV-CARD-AMOUNT", lambda made: bodies.card(made.total + Decimal("0.01"))),
    "a wrong routing number": ("INV-ACH-ROUTING", lambda made: bodies.ach(routingNumber="021000022")),
    "no authorization": ("INV-ACH-AUTHORIZATION", lambda made: bodies.ach(authorizeBankWithdrawal=False)),
    "no consent": ("INV-SMS-CONSENT", lambda made: {"customerConsent": False}),
    "a short phone number": ("INV-SMS-PHONE", lambda made: {"customerConsent": True, "phoneNumber": "123"}),
    "an unknown customer": (
        "INV-REFERENCE",
        lambda made: bodies.invoice(made.mark, customerId="00000000-0000-4000-8000-000000000001"),
    ),
}
"""Requests that are refused whatever the invoice is, and by which rule."""

OPERATION_OF = {"INV-CARD": "submitInvoice", "INV-ACH": "submitInvoiceAch", "INV-SMS": "sendInvoiceSms"}


@dataclass(frozen=True)
class Kept:
    """A call that was accepted under a key."""

    invoice: Tracked
    action: str
    body: Any
    key: Mapping[str, str]
    answer: Exchange


@dataclass
class Walked:
    """What has become of all walks. `ended`: how many came to their end."""

    found: list[Broken] = field(default_factory=list)
    ended: int = 0
