"""What is sent: the same to every contender."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

BASE_PATH = "/pay-int-api"
INVOICES = "/invoices"
PUBLISH = "/invoices/publish"

INVOICE: dict[str, Any] = {
    "dueDate": "2030-01-31T00:00:00Z",
    "taxPercentage": 8.875,
    "additionalNotes": "Delivery on the first floor, please.",
    "customer": {
        "firstName": "Ada",
        "lastName": "Byron",
        "email": "ada@example.com",
        "mobileNumber": "+1 555 010 0199",
    },
    "lineItems": [
        {"name": "Rope, 10 m", "quantity": 3, "unitPrice": 19.99},
        {"name": "Block and tackle", "quantity": 1, "unitPrice": 240},
    ],
}
BROKEN: dict[str, Any] = {**INVOICE, "dueDate": "the day after tomorrow", "lineItems": 3}
"""No contender that looks at bodies may take it."""

MEMBERS = frozenset({"id", "number", "status", "dueDate", "customer", "lineItems", "history", "totalAmount"})
"""What an invoice must have, whoever answers; the contract documents more."""

FIRST_NAMES = ("Ada", "Ben", "Chloé", "Dmitri", "Elena", "Farah", "Grace", "Hiro", "Inés", "José")
LAST_NAMES = ("Byron", "Okafor", "Martin", "Petrov", "García", "Haddad", "Hopper", "Tanaka", "Núñez", "Smith", "Zhou")
FIRST_DUE = date(2027, 1, 1)
DAYS = 1_000


def varied(count: int) -> Iterator[dict[str, Any]]:
    """So many invoices that differ in customer, amount and due date, as those of a busy merchant do."""
    for number in range(count):
        first, last = FIRST_NAMES[number % len(FIRST_NAMES)], LAST_NAMES[number % len(LAST_NAMES)]
        yield {
            **INVOICE,
            "dueDate": f"{FIRST_DUE + timedelta(days=number * 7 % DAYS)}T00:00:00Z",
            "customer": {**INVOICE["customer"], "firstName": first, "lastName": last},
            "lineItems": [{"name": "Rope, 10 m", "quantity": number % 90 + 1, "unitPrice": 19.99}],
        }


def as_line(body: Any) -> str:
    """It as JSON in one line, in ASCII."""
    return json.dumps(body, separators=(",", ":"))
