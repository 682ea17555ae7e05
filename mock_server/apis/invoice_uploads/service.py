"""What can be done with uploads. Each function loads, asks the contract's table and the model, and saves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from mock_server.apis.invoice_uploads import model
from mock_server.apis.invoice_uploads.model import PaymentRequest, State, Upload
from mock_server.apis.invoice_uploads.records import PAYMENT_REQUESTS, UPLOADS
from mock_server.core.clock import Clock
from mock_server.core.errors import Refused, Violation
from mock_server.core.group import Agenda
from mock_server.core.ids import Ids
from mock_server.core.instants import add_clamped
from mock_server.core.lifecycle import not_found, targets
from mock_server.core.objects import ObjectReader, ObjectUrls, StoredObject
from mock_server.core.records import UnitOfWork, earliest
from mock_server.core.trace import note_arrival, note_creation
from openapi.model import ABSENT, Contract

BUCKET = "invoice-uploads"


@dataclass(frozen=True)
class Setup:
    """What stays the same for all requests."""

    contract: Contract
    clock: Clock
    ids: Ids
    urls: ObjectUrls
    objects: ObjectReader
    agenda: Agenda

    @property
    def lifetime(self) -> timedelta:
        """How long presigned URLs are good, and how long an upload waits for being confirmed."""
        return timedelta(seconds=self.contract.limit("UPL-PRESIGN-ANSWER", "lifetimeSeconds"))

    @property
    def allowed_types(self) -> list[str]:
        return list(self.contract.limit("UPL-TYPE-ALLOWED", "allowedTypes"))


@dataclass(frozen=True)
class Services:
    """The set-up and the unit of work a request runs in."""

    setup: Setup
    work: UnitOfWork

    def now(self) -> datetime:
        return self.setup.clock.now()


@dataclass(frozen=True)
class Announcement:
    """What a client says of the file it is going to upload."""

    filename: str
    mime_type: str
    size: int | Decimal


@dataclass(frozen=True)
class Download:
    """A URL that returns a file until `lifetime` from now is over."""

    url: str
    lifetime: timedelta
    filename: str
    mime_type: str


def presign(services: Services, merchant_id: str, announced: Announcement, base_url: str) -> tuple[Upload, str]:
    """Return a new upload and the URL to PUT its bytes to. Raises `Refused`: UPL-SIZE-WHOLE, UPL-TYPE-ALLOWED."""
    _check_announcement(services, announced)
    upload_id, now = services.setup.ids.new(), services.now()
    upload = Upload(
        id=upload_id,
        merchant_id=merchant_id,
        filename=announced.filename,
        mime_type=announced.mime_type,
        size_bytes=int(announced.size),
        key=f"{BUCKET}/uploads/{upload_id}",
        state=State.PRESIGNED,
        lapses_at=add_clamped(now, services.setup.lifetime),
    )
    services.work.records(UPLOADS).add(upload)
    note_creation("upload", "presignUpload", upload.id, upload.state.value)
    services.setup.agenda.note(upload.lapses_at)
    url = services.setup.urls.put_url(
        base_url,
        upload.key,
        content_type=upload.mime_type,
        size_bytes=upload.size_bytes,
        now=now,
        lifetime=services.setup.lifetime,
    )
    return upload, url


def confirm(services: Services, merchant_id: str, upload_id: str, sha256: str) -> Upload:
    """Accept the bytes that arrived, if they are what was announced and have the claimed digest.

    Raises:
        Refused: UPL-DIGEST-HEX, UPL-NOT-FOUND, UPL-CONFIRM-STATE, or all that apply of UPL-CONFIRM-DIGEST,
            UPL-CONFIRM-SIZE and UPL-CONFIRM-TYPE; then the upload is unchanged and may be PUT again.
    """
    if not model.is_sha256(sha256):
        raise _broken([("UPL-DIGEST-HEX", "/sha256", "must be 64 hexadecimal digits")])
    upload = _upload(services, merchant_id, upload_id)
    _check_allowed(services, "confirmUpload", upload)
    found = services.setup.objects.find(services.work, upload.key)
    assert found is not None, "an upload is stored only together with its object"
    _check_bytes(upload, found, sha256)
    return _save(services, model.confirmed(upload))


def preview(services: Services, merchant_id: str, upload_id: str, base_url: str) -> Download:
    """Return a URL of a confirmed upload's bytes. Raises `Refused`: UPL-NOT-FOUND, UPL-PREVIEW-STATE."""
    upload = _upload(services, merchant_id, upload_id)
    _check_allowed(services, "getUploadPreviewUrl", upload)
    return _download(services, upload, base_url)


def attach(services: Services, merchant_id: str, upload_id: str, payment_request_id: str, action: str) -> Upload:
    """Make a confirmed upload the invoice of a payment request; the one attached before returns to confirmed.

    `action`: the operation asked for; both have this one effect.
    Raises `Refused`: UPL-NOT-FOUND, UPL-PAYMENT-REQUEST, UPL-ATTACH-STATE.
    """
    upload = _upload(services, merchant_id, upload_id)
    payment_request = _payment_request(services, merchant_id, payment_request_id)
    _check_allowed(services, action, upload)
    if payment_request.upload_id is not None:
        _release(services, payment_request.upload_id)
    services.work.records(PAYMENT_REQUESTS).replace(replace(payment_request, upload_id=upload.id))
    return _save(services, model.attached(upload, payment_request))


def invoice_url(services: Services, merchant_id: str, payment_request_id: str, base_url: str) -> Download:
    """Return a URL of the attached invoice's bytes. Raises `Refused`: UPL-PAYMENT-REQUEST, UPL-INVOICE-ATTACHED."""
    payment_request = _payment_request(services, merchant_id, payment_request_id)
    if payment_request.upload_id is None:
        message = f"No invoice is attached to the payment request {payment_request.id}"
        raise Refused("UPL-INVOICE-ATTACHED", message, entity_id=payment_request.id)
    upload = services.work.records(UPLOADS).get(payment_request.upload_id)
    assert upload is not None, "an attached upload can't be deleted"
    return _download(services, upload, base_url)


def delete(services: Services, merchant_id: str, upload_id: str) -> None:
    """Forget a temporary upload and its bytes. Raises `Refused`: UPL-NOT-FOUND, UPL-DELETE-STATE."""
    upload = _upload(services, merchant_id, upload_id)
    _check_allowed(services, "deleteUpload", upload)
    _forget(services, upload)


def catch_up(services: Services, now: datetime) -> datetime | None:
    """Give up what was not confirmed in time; return when the next upload lapses, `None` for never."""
    uploads = services.work.records(UPLOADS)
    while True:
        waiting = earliest(uploads, "lapses_at")
        if waiting is None or not model.has_lapsed(waiting, now):
            return waiting.lapses_at if waiting else None
        _check_allowed(services, "lapse", waiting)
        _forget(services, waiting)


# What the bucket asks and tells


def check_put(services: Services, key: str, now: datetime) -> Upload:
    """Return the upload whose bytes may be put under a key now. Raises `Refused`: UPL-PUT-SPENT."""
    upload = services.work.records(UPLOADS).get(key.rsplit("/", 1)[-1])
    if upload is None or upload.key != key or model.has_lapsed(upload, now):
        raise Refused("UPL-PUT-SPENT", "The upload this URL was made for is gone.")
    _check_allowed(services, "put", upload)
    return upload


def check_fetch(services: Services, key: str) -> None:
    """Return when an upload's bytes may be fetched: once they are confirmed. Raises `Refused`: UPL-FETCH-ABSENT."""
    upload = services.work.records(UPLOADS).get(key.rsplit("/", 1)[-1])
    if upload is None or upload.key != key:
        raise Refused("UPL-FETCH-ABSENT", "The upload these bytes belonged to is gone.")
    _check_allowed(services, "fetch", upload)


def note_stored(services: Services, stored: StoredObject, now: datetime) -> None:
    """Take note of an upload's bytes. Raises `Refused`: UPL-PUT-SPENT."""
    _save(services, model.stored(check_put(services, stored.id, now)))


# Steps


def _check_allowed(services: Services, action: str, upload: Upload) -> None:
    contract = services.setup.contract
    targets(contract.lifecycles["upload"], contract, action, upload.state.value, upload.id)


def _upload(services: Services, merchant_id: str, upload_id: str) -> Upload:
    found = services.work.records(UPLOADS).get(upload_id.lower())
    if found is None or found.merchant_id != merchant_id or model.has_lapsed(found, services.now()):
        raise not_found(services.setup.contract.lifecycles["upload"], services.setup.contract, upload_id)
    return found


def _payment_request(services: Services, merchant_id: str, payment_request_id: str) -> PaymentRequest:
    found = services.work.records(PAYMENT_REQUESTS).get(payment_request_id.lower())
    if found is None or found.merchant_id != merchant_id:
        message = f"No payment request with the id {payment_request_id}"
        raise Refused("UPL-PAYMENT-REQUEST", message, entity_id=payment_request_id)
    return found


def _check_announcement(services: Services, announced: Announcement) -> None:
    wrong: list[tuple[str, str, str]] = []
    if not model.is_whole_size(announced.size):
        wrong.append(("UPL-SIZE-WHOLE", "/size", "must be a positive whole number of bytes"))
    if announced.mime_type not in services.setup.allowed_types:
        allowed = ", ".join(services.setup.allowed_types)
        wrong.append(("UPL-TYPE-ALLOWED", "/mimeType", f"must be one of: {allowed}"))
    if wrong:
        raise _broken(wrong)


def _check_bytes(upload: Upload, found: StoredObject, sha256: str) -> None:
    checks = (
        (found.sha256 == sha256.lower(), "UPL-CONFIRM-DIGEST", "/sha256", "is not the digest of the stored bytes"),
        (found.size_bytes == upload.size_bytes, "UPL-CONFIRM-SIZE", "", "is not about as many bytes as announced"),
        (found.content_type == upload.mime_type, "UPL-CONFIRM-TYPE", "", "is not about bytes of the announced type"),
    )
    wrong = [(rule, pointer, message) for holds, rule, pointer, message in checks if not holds]
    if wrong:
        raise _broken(wrong, upload.id)


def _broken(wrong: list[tuple[str, str, str]], entity_id: str | None = None) -> Refused:
    violations = [Violation(message, pointer=pointer, rule=rule) for rule, pointer, message in wrong]
    told = ", ".join(f"body{each.pointer} {each.message}" for each in violations)
    return Refused(wrong[0][0], told, violations, entity_id=entity_id)


def _release(services: Services, upload_id: str) -> None:
    older = services.work.records(UPLOADS).get(upload_id)
    assert older is not None, "an attached upload can't be deleted"
    _check_allowed(services, "replace", older)
    _save(services, model.confirmed(older))


def _download(services: Services, upload: Upload, base_url: str) -> Download:
    url = services.setup.urls.get_url(
        base_url,
        upload.key,
        content_type=upload.mime_type,
        filename=upload.filename,
        now=services.now(),
        lifetime=services.setup.lifetime,
    )
    return Download(url, services.setup.lifetime, upload.filename, upload.mime_type)


def _forget(services: Services, upload: Upload) -> None:
    services.setup.objects.remove(services.work, upload.key)
    services.work.records(UPLOADS).remove(upload)
    note_arrival("upload", upload.id, ABSENT)


def _save(services: Services, upload: Upload) -> Upload:
    services.work.records(UPLOADS).replace(upload)
    note_arrival("upload", upload.id, upload.state.value)
    return upload
