"""Requests that several tests make, and the records of the demo seed they name."""

from __future__ import annotations

from typing import Any

CARD_PROCESSOR = "42020ad9-93b6-4089-9260-af070936cbbb"
SURCHARGING = "04650d97-03bd-4070-9c56-275cd21b885b"
"""Harbor's card processor that adds 3 percent."""
ACH_PROCESSOR = "93c53bc0-9b8e-4d2d-9aa3-415f945d84b9"
CONTACT_INFO = "44ddda1e-ee03-4d9d-9c5f-d08c0ddbef83"
CUSTOMER = "daeb6966-720a-43f7-bfac-7e9630fe47af"

SET_BY_PUBLISHING = ("number", "issueDate", "token", "shortUrl", "fullUrl")
DRAFT: dict[str, Any] = {
    "dueDate": "2026-12-01T00:00:00Z",
    "cardPaymentProcessorId": CARD_PROCESSOR,
    "achPaymentProcessorId": ACH_PROCESSOR,
    "additionalNotes": "as drafted",
    "shippingAmount": 12.5,
    "taxPercentage": 8.25,
    "feesPercentage": 1,
    "discountPercentage": 5,
    "merchantContactInfoId": CONTACT_INFO,
    "customerId": CUSTOMER,
    "achAllowFasterProcessing": True,
}
"""What a draft of Harbor's says."""
LINES = [{"name": "Rope", "unitPrice": 40}]

NO_LINES: list[dict[str, Any]] = [{"lineItems": []}, {"lineItems": None}]
NO_TOTAL: list[dict[str, Any]] = [
    {"lineItems": [{}]},
    {"lineItems": [{"unitPrice": 0.004}]},
    {"lineItems": [{"unitPrice": 9, "quantity": 0}]},
    {"lineItems": [{"unitPrice": 9, "discountPercentage": 100}]},
    {"lineItems": [{"unitPrice": 9}], "discountPercentage": 100},
]
TOTAL: list[dict[str, Any]] = [
    {"lineItems": [{"unitPrice": 0.01}]},
    {"lineItems": [{"unitPrice": 0.005}]},
    {"lineItems": [{}], "shippingAmount": 0.01},
]
