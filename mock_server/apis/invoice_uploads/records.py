"""Which upload records are stored, and by what they are found."""

from __future__ import annotations

from datetime import datetime

from mock_server.apis.invoice_uploads.model import PaymentRequest, Upload
from mock_server.core.records import Collection, Column

UPLOADS: Collection[Upload] = Collection(
    name="uploads",
    type=Upload,
    columns={"lapses_at": Column(datetime, lambda upload: upload.lapses_at)},
    indexes=[("lapses_at",)],
)
PAYMENT_REQUESTS: Collection[PaymentRequest] = Collection(name="payment_requests", type=PaymentRequest)
