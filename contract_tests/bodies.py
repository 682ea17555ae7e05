"""Requests that are fine in themselves: what a test changes about them is all that is special."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

Json = Mapping[str, Any]

APPROVED_CARD = "4111111111111111"
DECLINED_CARD = "4000000010510008"
GOOD_ROUTING_NUMBER = "021000021"
GOOD_ACCOUNT_NUMBER = "123456789"


def line(name: str = "Rope, 10 m", quantity: Any = 3, unit_price: Any = Decimal("19.99"), **more: Any) -> Json:
    """A line item; `more`: further members by their names on the wire."""
    return {"name": name, "quantity": quantity, "unitPrice": unit_price, **more}


def invoice(tag: str, **changes: Any) -> dict[str, Any]:
    """A body of createInvoice that can be published; the run's tag stands in its notes. `None` leaves a member out."""
    body: dict[str, Any] = {
        "dueDate": "2035-01-31T00:00:00Z",
        "additionalNotes": tag,
        "lineItems": [line()],
        "customer": {
            "firstName": "Ada",
            "lastName": "Byron",
            "email": "ada@example.com",
            "mobileNumber": "+1 555 010 0199",
        },
        **changes,
    }
    return {name: value for name, value in body.items() if value is not None}


def other_invoice(tag: str, **changes: Any) -> dict[str, Any]:
    """A body that says something else than `invoice` does, of nearly everything; it can be published, too."""
    body: dict[str, Any] = {
        "dueDate": "2034-06-30T12:00:00Z",
        "lineItems": [
            line("Anchor", 1, Decimal("250.10"), discountPercentage=Decimal("12.5")),
            line("Chain, 1 m", 7, Decimal("3.35"), code="C-1"),
        ],
        "discountPercentage": 5,
        "taxPercentage": Decimal("7.5"),
        "feesPercentage": Decimal("1.25"),
        "shippingAmount": 12,
        "customer": {"firstName": "Grace", "lastName": "Hopper", "mobileNumber": "+1 555 010 0188"},
    }
    return invoice(tag, **{**body, **changes})


def card(total: Any, **changes: Any) -> dict[str, Any]:
    """A card payment that is approved."""
    return {
        "totalAmount": total,
        "accountNumber": APPROVED_CARD,
        "expirationYear": 2035,
        "expirationMonth": 12,
        "securityCode": "123",
        "savePaymentMethod": False,
        **changes,
    }


def ach(**changes: Any) -> dict[str, Any]:
    """An ACH payment that is accepted."""
    return {
        "routingNumber": GOOD_ROUTING_NUMBER,
        "accountNumber": GOOD_ACCOUNT_NUMBER,
        "accountType": 1,
        "accountHolderType": 2,
        "firstName": "Ada",
        "lastName": "Byron",
        "authorizeBankWithdrawal": True,
        **changes,
    }
