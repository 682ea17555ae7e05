"""Payment requests, which no operation of the API makes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mock_server.apis.invoice_uploads.model import PaymentRequest
from mock_server.apis.invoice_uploads.records import PAYMENT_REQUESTS
from mock_server.apis.invoice_uploads.service import Services
from mock_server.core.errors import RecordExists, Refused

Json = Mapping[str, Any]

FIRST_MERCHANT = "6ebdfc37-cbfa-40c9-8955-a7e6bd7a3816"
"""Whose payment requests they are where nothing is said: the merchant that the fixtures' clients act for."""


def make_payment_request(services: Services, asked: Json) -> Json:
    """Store a new payment request. Raises `Refused`: CTL-PAYMENT-REQUEST, its id is taken."""
    made = PaymentRequest(
        id=asked.get("id", "").lower() or services.setup.ids.new(),
        merchant_id=asked.get("merchantId", FIRST_MERCHANT).lower(),
        description=asked.get("description", ""),
    )
    try:
        services.work.records(PAYMENT_REQUESTS).add(made)
    except RecordExists as error:
        message = f"There is a payment request {made.id} already."
        raise Refused("CTL-PAYMENT-REQUEST", message, entity_id=made.id) from error
    return {"id": made.id, "merchantId": made.merchant_id, "description": made.description}
