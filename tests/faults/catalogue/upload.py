"""Uploads that are taken, confirmed, attached or shown as they should not be."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

from mock_server.apis.invoice_uploads import model, service, wire
from mock_server.apis.invoice_uploads.records import PAYMENT_REQUESTS
from mock_server.core.errors import Refused
from mock_server.object_storage.reception import Reception
from tests.contract_tests.faulty_proxy import Answered, Asked, Forward
from tests.faults.fault import Fault, Kind, Original, passing, replaced
from tests.faults.replacing import always, changed, lets_upload

upload = partial(Fault, Kind.UPLOAD)
ALLOWED = (service, "_check_allowed")


def on(name: str, about: str = "") -> str:
    return f"test_uploads.py::test_{name}" + (f"[{about}]" if about else "")


def without_last_digit(original: Original) -> Any:
    return lambda upload, found, sha256: original(upload, found, sha256[:-1] + found.sha256[-1])


def of_the_beginning(original: Original) -> Any:
    """The digest is that of the first bytes."""

    def take(self: Any, batch: Any) -> None:
        known, is_beyond = self._sha256.copy(), self.size_bytes >= 1 << 20
        original(self, batch)
        self._sha256 = known if is_beyond else self._sha256

    return take


def refuses_fetching(original: Original) -> Any:
    def check_fetch(services: Any, key: str) -> None:
        raise Refused("UPL-FETCH-ABSENT", "never")

    return check_fetch


def lapsing(earlier: timedelta) -> Callable[[Original], Any]:
    """Uploads are given up so much earlier than they say."""
    return lambda original: lambda upload, now: original(upload, now + earlier)


def named(change: Callable[[str], str]) -> Callable[[Original], Any]:
    """A file is announced under a name that is a little different."""

    def made(original: Original) -> Any:
        def announcement(body: Any) -> Any:
            found = original(body)
            return replace(found, filename=change(found.filename) or found.filename)

        return announcement

    return made


def answer(**members: Callable[[Any], Any]) -> Callable[[Original], Any]:
    """An answer that says something else."""

    def made(original: Original) -> Any:
        def shown(*args: Any) -> Any:
            right = original(*args)
            return {**right, **{name: change(right[name]) for name, change in members.items()}}

        return shown

    return made


def first_stays(original: Original) -> Any:
    """A payment request keeps the file it had, and says that it has the new one."""

    def attach(services: Any, merchant_id: str, upload_id: str, payment_request_id: str, action: str) -> Any:
        before = service._payment_request(services, merchant_id, payment_request_id).upload_id
        attached = original(services, merchant_id, upload_id, payment_request_id, action)
        records = services.work.records(PAYMENT_REQUESTS)
        now = records.get(payment_request_id.lower())
        if before is not None:
            records.replace(replace(now, upload_id=before))
        return attached

    return attach


def forgets_bytes(asked: Asked, forward: Forward) -> Answered:
    """A wrong digest throws the upload away."""
    given = forward(asked)
    path, _, action = asked.path.rpartition("/")
    if action == "confirm" and given.status == 400 and b"is not the digest" in given.body:
        forward(Asked("DELETE", path, {name: asked.headers[name] for name in asked.headers if name[0] != "c"}, b""))
    return given


def one_way(original: Original) -> Any:
    """One of the two operations that attach says so, and does nothing."""

    def attach(services: Any, merchant_id: str, upload_id: str, payment_request_id: str, action: str) -> Any:
        if action == "attachUpload":
            return original(services, merchant_id, upload_id, payment_request_id, action)
        found = service._upload(services, merchant_id, upload_id)
        service._payment_request(services, merchant_id, payment_request_id)
        service._check_allowed(services, action, found)
        return found

    return attach


FAULTS = (
    upload("a wrong digest is confirmed", "confirmUpload", replaced(service, "_check_bytes", always(None)),
           on("confirming", "of-nobody"), "UPL-CONFIRM-DIGEST"),
    upload("digests in capitals are refused", "confirmUpload",
           replaced(model, "is_sha256", lambda original: lambda text: original(text) and text == text.lower()),
           on("confirming", "in-any-case"), "UPL-DIGEST-HEX"),
    upload("a digest need not be one", "confirmUpload", replaced(model, "is_sha256", always(True)),
           on("confirming", "before-there-are-bytes"), "UPL-DIGEST-HEX"),
    upload("the last digit of a digest does not count", "confirmUpload",
           replaced(service, "_check_bytes", without_last_digit), on("confirming", "of-another-digit"),
           "UPL-CONFIRM-DIGEST"),
    upload("a wrong digest throws the bytes away", "confirmUpload", passing(lambda: forgets_bytes),
           on("confirming", "of-nobody"), "UPL-REFUSAL-CHANGES-NOTHING"),
    upload("only the first mebibytes have a digest", "confirmUpload", replaced(Reception, "take", of_the_beginning),
           on("scenario", "many-bytes"), "SCHEMA:confirmUpload:accepted"),
    upload("confirming confirms nothing", "confirmUpload",
           replaced(model, "confirmed", lambda original: lambda upload: upload), on("cell", "confirmUpload-stored"),
           "UPL-CONFIRM-STATE"),
    upload("uploads are confirmed twice", "confirmUpload", replaced(*ALLOWED, lets_upload("confirmUpload")),
           on("cell", "confirmUpload-attached"), "UPL-CONFIRM-STATE"),
    upload("a spent URL takes other bytes", "presignUpload", replaced(*ALLOWED, lets_upload("put")),
           on("cell", "put-confirmed"), "UPL-PUT-SPENT"),
    upload("bytes are previewed before they are confirmed", "getUploadPreviewUrl",
           replaced(*ALLOWED, lets_upload("getUploadPreviewUrl")), on("cell", "getUploadPreviewUrl-stored"),
           "UPL-PREVIEW-STATE"),
    upload("attached uploads are deleted", "deleteUpload", replaced(*ALLOWED, lets_upload("deleteUpload")),
           on("cell", "deleteUpload-attached"), "UPL-DELETE-STATE"),
    upload("attached uploads are attached again by one route", "attachInvoiceToPaymentRequest",
           replaced(*ALLOWED, lets_upload("attachInvoiceToPaymentRequest")),
           on("cell", "attachInvoiceToPaymentRequest-attached"), "UPL-ATTACH-STATE"),
    upload("attaching by one route does nothing", "attachInvoiceToPaymentRequest",
           replaced(service, "attach", one_way), on("cell", "attachInvoiceToPaymentRequest-confirmed"),
           "UPL-ATTACH-STATE"),
    upload("the older invoice stays attached", "attachUpload", replaced(service, "_release", always(None)),
           on("cell", "replace-attached"), "UPL-REPLACED"),
    upload("the older invoice stays attached, seen on a walk", "attachUpload",
           replaced(service, "_release", always(None)), on("walk"), "UPL-DELETE-STATE"),
    upload("a payment request keeps its first invoice", "getPaymentRequestInvoiceUrl",
           replaced(service, "attach", first_stays), on("scenario", "replaced-by-attachUpload"), "UPL-INVOICE-BYTES"),
    upload("uploads never lapse", "confirmUpload", replaced(model, "has_lapsed", always(False)),
           on("cell", "lapse-stored"), "UPL-LAPSES"),
    upload("uploads lapse at once when they are stored", "confirmUpload",
           replaced(model, "has_lapsed", lambda original: lambda upload, now: upload.state.value == "stored"),
           on("time", "shortly-before"), "SCHEMA:confirmUpload:accepted"),
    upload("uploads lapse half a minute early", "confirmUpload",
           replaced(model, "has_lapsed", lapsing(timedelta(seconds=30))), on("time", "shortly-before"),
           "UPL-URL-EXPIRED"),
    upload("half bytes are announced", "presignUpload",
           replaced(model, "is_whole_size", lambda original: lambda size: size > 0),
           on("a_file_that_is_not_taken", "a-byte-and-a-half"), "UPL-SIZE-WHOLE"),
    upload("empty files are announced", "presignUpload",
           replaced(model, "is_whole_size", lambda original: lambda size: size == int(size)),
           on("a_file_that_is_not_taken", "no-bytes"), "UPL-SIZE-WHOLE"),
    upload("any type is taken", "presignUpload", replaced(service, "_check_announcement", always(None)),
           on("a_file_that_is_not_taken", "type-image/gif"), "UPL-TYPE-ALLOWED"),
    upload("accents are joined to their letters", "presignUpload",
           replaced(wire, "announcement", named(lambda name: unicodedata.normalize("NFC", name))),
           on("scenario", "names"), "UPL-PREVIEW-BYTES"),
    upload("blanks around names don't count", "presignUpload", replaced(wire, "announcement", named(str.strip)),
           on("scenario", "names"), "UPL-PREVIEW-BYTES"),
    upload("the answer leaves a type out", "presignUpload",
           replaced(wire, "presigned_json", answer(allowedTypes=lambda types: types[:-1])),
           on("presign_answer", "image/png"), "UPL-PRESIGN-ANSWER"),
    upload("the largest size is told in mebibytes", "presignUpload",
           replaced(wire, "presigned_json", answer(maxSize=lambda size: size // 2**20)),
           on("presign_answer", "image/png"), "UPL-PRESIGN-ANSWER"),
    upload("the preview has another name", "getUploadPreviewUrl",
           replaced(service, "_download", changed(filename="file.pdf")), on("scenario", "two-previews"),
           "UPL-PREVIEW-BYTES"),
    upload("the preview's URL lasts longer than it says", "getUploadPreviewUrl",
           replaced(service, "_download", changed(lifetime=timedelta(hours=1))), on("scenario", "two-previews"),
           "UPL-PREVIEW-BYTES"),
    upload("the invoice is said to be a PDF whatever it is", "getPaymentRequestInvoiceUrl",
           replaced(wire, "download_json", answer(mimeType=lambda _: "application/pdf")), on("the_whole_way"),
           "UPL-PREVIEW-BYTES"),
    upload("of many that confirm several win", "confirmUpload", replaced(*ALLOWED, lets_upload("confirmUpload")),
           on("race", "confirming"), "UPL-CONFIRM-STATE"),
    upload("the file's bytes are never sent", "getUploadPreviewUrl", replaced(service, "check_fetch", refuses_fetching),
           on("scenario", "preview-of-every-type"), "UPL-PREVIEW-BYTES"),
)  # fmt: skip
