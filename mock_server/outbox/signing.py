"""The headers of a delivery, as the vendor's receivers check them.

Read in the vendor's public SDKs: `Flute-Webhook-Signature: v1,<base64 of HMAC-SHA256(secret, "id.timestamp.body")>`
with the secret's own bytes as the key, and a timestamp that is accepted within five minutes.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import datetime

ID_HEADER = "Flute-Webhook-ID"
TIMESTAMP_HEADER = "Flute-Webhook-Timestamp"
SIGNATURE_HEADER = "Flute-Webhook-Signature"
SCHEME = "v1"
TOLERANCE_SECONDS = 300


def signed_headers(secret: str, message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The three headers by which a receiver knows that the mock has sent this body at this time."""
    timestamp = str(int(at.timestamp()))
    return {
        ID_HEADER: message_id,
        TIMESTAMP_HEADER: timestamp,
        SIGNATURE_HEADER: signature(secret, message_id, timestamp, body),
    }


def signature(secret: str, message_id: str, timestamp: str, body: bytes) -> str:
    """What the signature header says."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    digest = hmac.new(secret.encode(), signed, hashlib.sha256).digest()
    return f"{SCHEME},{base64.b64encode(digest).decode('ascii')}"


def complaint(secret: str, headers: Mapping[str, str], body: bytes, now: datetime) -> str | None:
    """What is wrong with a delivery that has arrived; `None` where it is genuine and fresh. For receivers."""
    missing = [name for name in (ID_HEADER, TIMESTAMP_HEADER, SIGNATURE_HEADER) if not headers.get(name)]
    if missing:
        return f"{missing[0]} is missing"
    timestamp = headers[TIMESTAMP_HEADER]
    expected = signature(secret, headers[ID_HEADER], timestamp, body)
    if not hmac.compare_digest(expected.encode(), headers[SIGNATURE_HEADER].encode()):
        return "the signature does not match"
    if not re.fullmatch("[0-9]{1,12}", timestamp) or abs(int(now.timestamp()) - int(timestamp)) > TOLERANCE_SECONDS:
        return f"the timestamp is more than {TOLERANCE_SECONDS} seconds off"
    return None
