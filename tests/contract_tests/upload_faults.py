"""Single faults around the mock's uploads and bucket, each with the check that must find it and its rule."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from contract_tests.examiner import Examiner
from contract_tests.suites import test_uploads
from contract_tests.suites.uploads import announcements, bucket_faults, confirming, racing, scenarios, timing
from contract_tests.suites.uploads.cases import Check
from mock_server.apis.invoice_uploads import model, service
from mock_server.core.errors import Refused
from mock_server.object_storage import bucket, put, signature, urls

Original = Callable[..., Any]
Run = Callable[[Examiner], None]


@dataclass(frozen=True)
class Fault:
    """`place`: what is replaced; `make`: by what, given the original. `check`: that must raise `rule`."""

    name: str
    place: tuple[Any, str]
    make: Callable[[Any], Any]
    check: Run
    rule: str


def cell(action: str, state: str) -> Run:
    return lambda examiner: test_uploads.test_cell(examiner, test_uploads.LIFECYCLE.cell(action, state))


def one(checks: Sequence[Check], name: str) -> Run:
    check = next(each for each in checks if each.name == name)
    return lambda examiner: test_uploads.test_scenario(examiner, check)


def refused_file(name: str) -> Run:
    case = next(each for each in announcements.REFUSED if each.name == name)
    return lambda examiner: test_uploads.test_a_file_that_is_not_taken(examiner, case)


def bad_put(name: str) -> Run:
    fault = next(each for each in bucket_faults.FAULTS if each.name == name)
    return lambda examiner: test_uploads.test_a_bad_put(examiner, fault)


def bad_fetch(name: str) -> Run:
    fault = next(each for each in bucket_faults.FAULTS if each.name == name)
    return lambda examiner: test_uploads.test_a_bad_fetch(examiner, fault)


def always(value: Any) -> Callable[[Original], Any]:
    return lambda original: lambda *args, **kwargs: value


def lets(action: str) -> Callable[[Original], Any]:
    """An action that the lifecycle does not stop."""
    return lambda original: lambda services, asked, upload: asked == action or original(services, asked, upload)


def without(name: str) -> Callable[[Any], Any]:
    """A bucket that leaves one check out."""
    return lambda checks: tuple(each for each in checks if each.__name__ != name)


def signature_first(checks: Sequence[Any]) -> Any:
    return (*checks[:-2], checks[-1], checks[-2])


def changed(**values: Any) -> Callable[[Original], Any]:
    """A function whose value has other members."""
    return lambda original: lambda *args, **kwargs: replace(original(*args, **kwargs), **values)


def after(change: Callable[[Any], Any]) -> Callable[[Original], Any]:
    return lambda original: lambda *args, **kwargs: change(original(*args, **kwargs))


def without_last_digit(original: Original) -> Any:
    return lambda upload, found, sha256: original(upload, found, sha256[:-1] + found.sha256[-1])


def refuses_fetching(original: Original) -> Any:
    def check_fetch(services: Any, key: str) -> None:
        raise Refused("UPL-FETCH-ABSENT", "never")

    return check_fetch


def without_host_id(document: bytes) -> bytes:
    return document.replace(b"HostId>", b"Host>")


def unsigned_length(original: Original) -> Any:
    """A URL for any number of bytes."""

    def presign(method: str, url: str, *, headers: Any = None, **more: Any) -> Any:
        kept = {name: value for name, value in (headers or {}).items() if name != "content-length"}
        return original(method, url, headers=kept, **more)

    return presign


FAULTS = (
    Fault("a wrong digest is confirmed", (service, "_check_bytes"), always(None), one(confirming.CHECKS, "of nobody"),
          "UPL-CONFIRM-DIGEST"),
    Fault("digests in capitals are refused", (model, "is_sha256"),
          lambda original: lambda text: original(text) and text == text.lower(), one(confirming.CHECKS, "in any case"),
          "UPL-DIGEST-HEX"),
    Fault("a digest need not be one", (model, "is_sha256"), always(True),
          one(confirming.CHECKS, "before there are bytes"), "UPL-DIGEST-HEX"),
    Fault("the last digit of a digest does not count", (service, "_check_bytes"), without_last_digit,
          one(confirming.CHECKS, "of another digit"), "UPL-CONFIRM-DIGEST"),
    Fault("confirming confirms nothing", (model, "confirmed"), lambda original: lambda upload: upload,
          cell("confirmUpload", "stored"), "UPL-CONFIRM-STATE"),
    Fault("uploads are confirmed twice", (service, "_check_allowed"), lets("confirmUpload"),
          cell("confirmUpload", "attached"), "UPL-CONFIRM-STATE"),
    Fault("a spent URL takes other bytes", (service, "_check_allowed"), lets("put"), cell("put", "confirmed"),
          "UPL-PUT-SPENT"),
    Fault("bytes are previewed before they are confirmed", (service, "_check_allowed"), lets("getUploadPreviewUrl"),
          cell("getUploadPreviewUrl", "stored"), "UPL-PREVIEW-STATE"),
    Fault("attached uploads are deleted", (service, "_check_allowed"), lets("deleteUpload"),
          cell("deleteUpload", "attached"), "UPL-DELETE-STATE"),
    Fault("attached uploads are attached again by one route", (service, "_check_allowed"),
          lets("attachInvoiceToPaymentRequest"), cell("attachInvoiceToPaymentRequest", "attached"), "UPL-ATTACH-STATE"),
    Fault("the older invoice stays attached", (service, "_release"), always(None), cell("replace", "attached"),
          "UPL-REPLACED"),
    Fault("uploads never lapse", (model, "has_lapsed"), always(False), cell("lapse", "stored"), "UPL-LAPSES"),
    Fault("uploads lapse at once when they are stored", (model, "has_lapsed"),
          lambda original: lambda upload, now: upload.state.value == "stored",
          one(timing.CHECKS, "shortly before"), "SCHEMA:confirmUpload:accepted"),
    Fault("half bytes are announced", (model, "is_whole_size"), lambda original: lambda size: size > 0,
          refused_file("a byte and a half"), "UPL-SIZE-WHOLE"),
    Fault("empty files are announced", (model, "is_whole_size"), lambda original: lambda size: size == int(size),
          refused_file("no bytes"), "UPL-SIZE-WHOLE"),
    Fault("any type is taken", (service, "_check_announcement"), always(None), refused_file("type image/gif"),
          "UPL-TYPE-ALLOWED"),
    Fault("the preview has another name", (service, "_download"), changed(filename="file.pdf"),
          one(scenarios.CHECKS, "two previews"), "UPL-PREVIEW-BYTES"),
    Fault("the preview's URL lasts longer than it says", (service, "_download"), changed(lifetime=timedelta(hours=1)),
          one(scenarios.CHECKS, "two previews"), "UPL-PREVIEW-BYTES"),
    Fault("of many that confirm several win", (service, "_check_allowed"), lets("confirmUpload"),
          one(racing.CHECKS, "confirming"), "UPL-CONFIRM-STATE"),
    Fault("the file's bytes are never sent", (service, "check_fetch"), refuses_fetching,
          one(scenarios.CHECKS, "preview of every type"), "UPL-PREVIEW-BYTES"),
    Fault("the older invoice stays attached, seen on a walk", (service, "_release"), always(None),
          lambda examiner: test_uploads.test_walk(examiner=examiner), "UPL-DELETE-STATE"),
    Fault("errors of the bucket have no host id", (bucket, "error_document"), after(without_host_id),
          bad_put("a foreign access key"), "UPL-URL-ACCESS-KEY"),
    Fault("the length is not signed", (urls, "presign"), unsigned_length,
          lambda examiner: test_uploads.test_presign_answer(examiner, announcements.TYPES[0]), "UPL-PRESIGN-ANSWER"),
    Fault("the signature is not looked at", (signature, "CHECKS"), without("_check_signature"),
          bad_put("another last digit of the signature"), "UPL-URL-SIGNATURE"),
    Fault("expired URLs are good", (signature, "CHECKS"), without("_check_not_expired"),
          one(timing.CHECKS, "shortly after"), "UPL-URL-EXPIRED"),
    Fault("the signature comes before expiry", (signature, "CHECKS"), signature_first,
          one(timing.CHECKS, "before the signature"), "UPL-URL-EXPIRED"),
    Fault("URLs of the future are good", (signature, "CHECKS"), without("_check_not_before"),
          bad_fetch("dated in the future"), "UPL-URL-FUTURE"),
    Fault("foreign keys are not told apart", (signature, "CHECKS"), without("_check_access_key"),
          bad_fetch("a foreign access key"), "UPL-URL-ACCESS-KEY"),
    Fault("the host need not be signed", (signature, "CHECKS"), without("_check_signed_headers"),
          bad_put("the host is not signed"), "UPL-URL-SIGNED-HEADERS"),
    Fault("checksums are not looked at", (put, "check_digests"), always(None),
          one(scenarios.CHECKS, "the wrong checksum"), "UPL-PUT-CHECKSUM"),
)  # fmt: skip
