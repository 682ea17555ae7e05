"""Uploads and the payment requests they are attached to, as values.

Which action is allowed in which state is not decided here but in the contract's lifecycle table.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

_HEX_SHA256 = re.compile(r"[0-9a-fA-F]{64}")


class State(StrEnum):
    """As the contract's lifecycle names them; the wire doesn't show them."""

    PRESIGNED = "presigned"
    STORED = "stored"
    CONFIRMED = "confirmed"
    ATTACHED = "attached"


@dataclass(frozen=True)
class Upload:
    """A file on its way to a payment request.

    `key`: `<bucket>/<key>` in the object storage. `lapses_at`: when it is given up unless confirmed before.
    """

    id: str
    merchant_id: str
    filename: str
    mime_type: str
    size_bytes: int
    key: str
    state: State
    lapses_at: datetime | None
    payment_request_id: str | None = None
    version: int = 0


@dataclass(frozen=True)
class PaymentRequest:
    """What an invoice file is attached to. `upload_id`: the upload attached at present."""

    id: str
    merchant_id: str
    description: str = ""
    upload_id: str | None = None
    version: int = 0


def stored(upload: Upload) -> Upload:
    """The upload once its bytes have arrived."""
    return replace(upload, state=State.STORED)


def confirmed(upload: Upload) -> Upload:
    """The upload whose bytes are known to be the right ones, attached to nothing; it doesn't lapse any more."""
    return replace(upload, state=State.CONFIRMED, lapses_at=None, payment_request_id=None)


def attached(upload: Upload, payment_request: PaymentRequest) -> Upload:
    """The upload as the invoice of a payment request."""
    return replace(upload, state=State.ATTACHED, payment_request_id=payment_request.id)


def has_lapsed(upload: Upload, now: datetime) -> bool:
    """Whether the upload was given up."""
    return upload.lapses_at is not None and upload.lapses_at <= now


def is_whole_size(size: int | Decimal) -> bool:
    """A positive whole number of bytes; `5.0` is as whole as `5`."""
    return size > 0 and size == int(size)


def is_sha256(digest: str) -> bool:
    """64 hexadecimal digits, in either case."""
    return _HEX_SHA256.fullmatch(digest) is not None
