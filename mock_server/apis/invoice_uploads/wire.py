"""Uploads as JSON, both ways. The only place that knows the wire's camelCase names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mock_server.apis.invoice_uploads.model import PaymentRequest, Upload
from mock_server.apis.invoice_uploads.service import BUCKET, Announcement, Download, Setup

Json = Mapping[str, Any]


def announcement(body: Json) -> Announcement:
    """A presign request."""
    return Announcement(body["filename"], body["mimeType"], body["size"])


def presigned_json(setup: Setup, upload: Upload, url: str) -> Json:
    """Where the bytes are to be PUT, and what may be put there (rule UPL-PRESIGN-ANSWER)."""
    return {
        "uploadId": upload.id,
        "method": "PUT",
        "url": url,
        "expiresInSeconds": int(setup.lifetime.total_seconds()),
        "maxSize": setup.contract.limit("UPL-PUT-TOO-LARGE", "maximumBytes"),
        "allowedTypes": setup.allowed_types,
        "s3Key": upload.key.removeprefix(f"{BUCKET}/"),
    }


def download_json(download: Download) -> Json:
    """A URL that returns a file."""
    return {
        "url": download.url,
        "expiresInSeconds": int(download.lifetime.total_seconds()),
        "filename": download.filename,
        "mimeType": download.mime_type,
    }


def seeded_payment_request(entry: Json) -> PaymentRequest:
    """A payment request of a seed file."""
    return PaymentRequest(entry["id"], entry["merchantId"], entry.get("description", ""))
