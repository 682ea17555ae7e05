"""A bucket that takes URLs nobody has signed, or answers as none would."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

from mock_server.object_storage import bucket, fetch, put, signature, urls
from tests.faults.fault import Fault, Kind, Original, replaced
from tests.faults.replacing import always, ends_with

upload = partial(Fault, Kind.UPLOAD)
PUT, GET = "presignUpload", "getUploadPreviewUrl"
CHECKS = (signature, "CHECKS")


def on(name: str, about: str) -> str:
    return f"test_uploads.py::test_{name}[{about}]"


def without(name: str) -> Callable[[Any], Any]:
    """A bucket that leaves one check out."""
    return lambda checks: tuple(each for each in checks if each.__name__ != name)


def signature_first(checks: Sequence[Any]) -> Any:
    return (*checks[:-2], checks[-1], checks[-2])


def later(seconds: int) -> Callable[[Any], Any]:
    """URLs are good for so much longer."""

    def made(checks: Sequence[Any]) -> Any:
        def expiring(check: Any) -> Any:
            return lambda case: check(replace(case, now=case.now - timedelta(seconds=seconds)))

        return tuple(expiring(each) if each.__name__ == "_check_not_expired" else each for each in checks)

    return made


def any_method(original: Original) -> Any:
    """What was signed for a GET is good for a PUT, and the other way round."""

    def check(case: Any) -> Any:
        methods = ("GET", "PUT", "HEAD")
        answers = [original(replace(case, request=replace(case.request, method=each))) for each in methods]
        return None if None in answers else original(case)

    check.__name__ = original.__name__
    return check


def with_signature(make: Callable[[Original], Any]) -> Callable[[Any], Any]:
    return lambda checks: tuple(make(each) if each.__name__ == "_check_signature" else each for each in checks)


def without_host_id(document: bytes) -> bytes:
    return document.replace(b"HostId>", b"Host>")


def unsigned_length(original: Original) -> Any:
    """A URL for any number of bytes."""

    def presign(method: str, url: str, *, headers: Any = None, **more: Any) -> Any:
        kept = {name: value for name, value in (headers or {}).items() if name != "content-length"}
        return original(method, url, headers=kept, **more)

    return presign


FAULTS = (
    upload("errors of the bucket have no host id", PUT, replaced(bucket, "error_document", ends_with(without_host_id)),
           on("a_bad_put", "a-foreign-access-key"), "UPL-URL-ACCESS-KEY"),
    upload("the length is not signed", PUT, replaced(urls, "presign", unsigned_length),
           on("presign_answer", "application/pdf"), "UPL-PRESIGN-ANSWER"),
    upload("the signature is not looked at", PUT, replaced(*CHECKS, without("_check_signature")),
           on("a_bad_put", "another-last-digit-of-the-signature"), "UPL-URL-SIGNATURE"),
    upload("the method is not signed", PUT, replaced(*CHECKS, with_signature(any_method)),
           on("a_bad_fetch", "PUT-of-what-is-to-be-fetched"), "UPL-URL-SIGNATURE"),
    upload("expired URLs are good", PUT, replaced(*CHECKS, without("_check_not_expired")), on("time", "shortly-after"),
           "UPL-URL-EXPIRED"),
    upload("URLs are good for three seconds more", GET, replaced(*CHECKS, later(3)), on("time", "shortly-after"),
           "UPL-URL-EXPIRED"),
    upload("the signature comes before expiry", PUT, replaced(*CHECKS, signature_first),
           on("time", "before-the-signature"), "UPL-URL-EXPIRED"),
    upload("URLs of the future are good", GET, replaced(*CHECKS, without("_check_not_before")),
           on("a_bad_fetch", "dated-in-the-future"), "UPL-URL-FUTURE"),
    upload("foreign keys are not told apart", GET, replaced(*CHECKS, without("_check_access_key")),
           on("a_bad_fetch", "a-foreign-access-key"), "UPL-URL-ACCESS-KEY"),
    upload("the host need not be signed", PUT, replaced(*CHECKS, without("_check_signed_headers")),
           on("a_bad_put", "the-host-is-not-signed"), "UPL-URL-SIGNED-HEADERS"),
    upload("checksums are not looked at", PUT, replaced(put, "check_digests", always(None)),
           on("scenario", "the-wrong-checksum"), "UPL-PUT-CHECKSUM"),
    upload("a PUT answers no ETag", PUT, replaced(put, "etag", always("")), on("cell", "put-presigned"),
           "UPL-PUT-SPENT"),
    upload("downloads have no name", GET, replaced(urls, "inline", always("inline")), on("scenario", "two-previews"),
           "UPL-PREVIEW-BYTES"),
    upload("downloads are named in ASCII", GET,
           replaced(urls, "inline", lambda original: (
               lambda filename: original(filename.encode("ascii", "replace").decode()))),
           on("scenario", "names"), "UPL-PREVIEW-BYTES"),
    upload("downloads are bytes of no type", GET,
           replaced(fetch, "overriding_headers",
                    ends_with(lambda headers: {**headers, "Content-Type": "application/octet-stream"})),
           on("scenario", "two-previews"), "UPL-PREVIEW-BYTES"),
)  # fmt: skip
