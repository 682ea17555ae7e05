"""What invoices may say, and what must not be published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from contract_tests import bodies

Changes = Mapping[str, Any]
NO_LINES: Sequence[Changes] = [{"lineItems": None}, {"lineItems": []}, {"lineItems": [], "shippingAmount": 5}]
NO_TOTAL: Sequence[Changes] = [
    {"lineItems": [bodies.line("Gift", 1, 0)]},
    {"lineItems": [bodies.line("Gift", 0, 100)]},
    {"lineItems": [bodies.line("Gift", 1, 100, discountPercentage=100)]},
    {"lineItems": [bodies.line("Gift", 1, 100)], "discountPercentage": 100},
    {"lineItems": [bodies.line("Gift", 1, Decimal("0.004"))]},
]
JUST_PUBLISHABLE: Sequence[Changes] = [
    {"lineItems": [bodies.line("Pin", 1, Decimal("0.01"))]},
    {"lineItems": [bodies.line("Gift", 1, 0)], "shippingAmount": Decimal("0.01")},
    {"lineItems": [bodies.line("Pin", 1, Decimal("0.005"))]},
]
FULL: Changes = {
    "dueDate": "2031-03-01T12:30:00+05:30",
    "shippingAmount": Decimal("12.5"),
    "taxPercentage": Decimal("8.25"),
    "feesPercentage": 1,
    "discountPercentage": 5,
    "achAllowFasterProcessing": True,
    "customer": {
        "firstName": "José",
        "lastName": "Núñez",
        "companyName": "Café Corazón 東京",
        "email": "jose@example.com",
        "mobileNumber": "+15035550111",
        "smsNotification": True,
        "billingAddress": {
            "addressLine1": "77 Mission Blvd",
            "addressLine2": "Suite 4",
            "city": "Portland",
            "stateId": 37,
            "countryId": 1,
            "postalCode": "97209",
        },
        "shippingAddress": {"addressLine1": "Pier 57", "city": "Seattle", "stateId": 47},
    },
}
DUE_DATES = [
    *("2031-03-01", "2031-03-01T00:00:00Z", "2031-02-28T22:15:00-04:30", "2031-03-01T10:00:00+14:00", None),
    *("2032-02-29T23:59:59Z", "1999-12-31T23:59:59-12:00", "9999-12-31", "9999-12-31T23:59:59Z"),
]
