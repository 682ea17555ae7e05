"""Payments on both sides of every edge that the rules about cards and accounts have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from contract_tests import bodies
from contract_tests.examiner import contract
from contract_tests.suites.cases import fixture, off_by_one, with_luhn

INVOICES = contract("invoices")
CARD, ACH = "submitInvoice", "submitInvoiceAch"
Changes = Mapping[str, Any]
LEFT_OUT = object()
"""Stands for a member that is not sent at all."""


def fewest(rule: str) -> int:
    return int(INVOICES.limit(rule, "minimumDigits"))


def most(rule: str) -> int:
    return int(INVOICES.limit(rule, "maximumDigits"))


NUMBERS = "INV-CARD-NUMBER"
GOOD_NUMBERS = [with_luhn("4" + "2" * (length - 2)) for length in (fewest(NUMBERS), 13, 16, most(NUMBERS))]
BAD_CARDS: dict[str, tuple[str, Sequence[Changes]]] = {
    NUMBERS: (
        "AccountNumber",
        [
            {"accountNumber": LEFT_OUT},
            {"accountNumber": None},
            {"accountNumber": ""},
            {"accountNumber": off_by_one(bodies.APPROVED_CARD)},
            {"accountNumber": with_luhn("4" + "2" * (fewest(NUMBERS) - 3))},
            {"accountNumber": with_luhn("4" + "2" * (most(NUMBERS) - 1))},
            {"accountNumber": "4111 1111 1111 1111"},
            {"accountNumber": "4111-1111-1111-1111"},
            {"accountNumber": "４１１１１１１１１１１１１１１１"},
            {"accountNumber": "2411111111111111"},
        ],
    ),
    "INV-CARD-CVV": (
        "SecurityCode",
        [
            *({"securityCode": value} for value in (LEFT_OUT, None, "", "12", "12345", "12a", "1 3", "-12")),
        ],
    ),
}
BAD_ACCOUNTS: dict[str, tuple[str, Sequence[Changes]]] = {
    "INV-ACH-ROUTING": (
        "RoutingNumber",
        [
            *({"routingNumber": value} for value in (LEFT_OUT, None, "", "02100002", "0210000210", "02100002a")),
            {"routingNumber": off_by_one(bodies.GOOD_ROUTING_NUMBER)},
            {"routingNumber": "201000021"},
        ],
    ),
    "INV-ACH-ACCOUNT": (
        "AccountNumber",
        [
            *({"accountNumber": value} for value in (LEFT_OUT, None, "", "12345a", "1234 5678", "-12345")),
            {"accountNumber": "1" * (fewest("INV-ACH-ACCOUNT") - 1)},
            {"accountNumber": "1" * (most("INV-ACH-ACCOUNT") + 1)},
        ],
    ),
    "INV-ACH-AUTHORIZATION": (
        "AuthorizeBankWithdrawal",
        [{"authorizeBankWithdrawal": LEFT_OUT}, {"authorizeBankWithdrawal": False}],
    ),
    "INV-ACH-HOLDER": (
        "FirstName|LastName|CompanyName",
        [
            {"firstName": LEFT_OUT, "lastName": LEFT_OUT},
            {"firstName": None, "lastName": None, "companyName": None},
            {"firstName": LEFT_OUT},
            {"lastName": LEFT_OUT},
        ],
    ),
}
GOOD: Sequence[tuple[str, str, Sequence[Changes]]] = [
    (CARD, NUMBERS, [{"accountNumber": number} for number in GOOD_NUMBERS]),
    (CARD, "INV-CARD-CVV", [{"securityCode": "000"}, {"securityCode": "1234"}]),
    (ACH, "INV-ACH-ROUTING", [{"routingNumber": each} for each in fixture("bank_accounts.yaml")["routingNumbers"]]),
    (
        ACH,
        "INV-ACH-ACCOUNT",
        [{"accountNumber": "1" * length} for length in (fewest("INV-ACH-ACCOUNT"), most("INV-ACH-ACCOUNT"))],
    ),
    (
        ACH,
        "INV-ACH-HOLDER",
        [
            {"firstName": LEFT_OUT, "lastName": LEFT_OUT, "companyName": "Byron Ropes"},
            {"firstName": None, "companyName": "Byron Ropes"},
        ],
    ),
]
