"""What takes more than one call: presigned URLs that fit their announcement, attaching, replacing, fetching back."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from urllib.parse import unquote, urlsplit

from contract_tests.broken import Broken, Difference
from contract_tests.cut_off import NO_ANSWER, send_cut_off
from contract_tests.errors import NotReached
from contract_tests.presigned import BucketCall, parameter, signed_headers
from contract_tests.suites.uploads import returning
from contract_tests.suites.uploads.announcements import CONTRACT, LARGEST, TYPES
from contract_tests.suites.uploads.cases import Check
from contract_tests.suites.uploads.downloads import require_download
from contract_tests.suites.uploads.happenings import CHANGES_NOTHING, require_same
from contract_tests.suites.uploads.refusals import bucket_error, require_bucket_refused, require_refused
from contract_tests.uploads import NOBODYS_ID, ROUTES, Upload, Uploads, attach_path
from contract_tests.wire import chunked
from contract_tests.workshop import must_succeed

ANSWER, REPLACES, SAME = "UPL-PRESIGN-ANSWER", "UPL-ATTACH-REPLACES", "UPL-ATTACH-SAME"
PREVIEW, INVOICE = "UPL-PREVIEW-BYTES", "UPL-INVOICE-BYTES"
REQUEST, NOTHING_ATTACHED = "UPL-PAYMENT-REQUEST", "UPL-INVOICE-ATTACHED"
CHECKSUM, INCOMPLETE, LENGTH, TOO_LARGE = (
    "UPL-PUT-CHECKSUM", "UPL-PUT-INCOMPLETE", "UPL-PUT-LENGTH", "UPL-PUT-TOO-LARGE",
)  # fmt: skip


def fetching(uploads: Uploads, upload: Upload) -> BucketCall:
    """The GET that the upload's preview URL is for."""
    return BucketCall("GET", uploads.preview_url(upload))


def require_presign_answers(uploads: Uploads, mime_type: str) -> None:
    """Two announcements of the same file have ids, keys and URLs of their own, and the contract's figures."""
    one, other = (uploads.presign(b"%PDF-1.4\n", mime_type, f"{uploads.examiner.tag} invoice.pdf") for _ in range(2))
    differences = [*_answer_differences(one), *_answer_differences(other)]
    differences += [
        Difference(f"/{name}", "another one than that of the upload before", one.answer[name])
        for name in ("uploadId", "url", "s3Key")
        if one.answer[name] == other.answer[name]
    ]
    if differences:
        raise Broken(ANSWER, "the answer fits the announcement", differences, operation_id="presignUpload")
    must_succeed(uploads.put(one), "put", ANSWER)
    require_same({"state": "presigned"}, uploads.look(other), CHANGES_NOTHING, "a PUT for another upload")


def _answer_differences(upload: Upload) -> Iterator[Difference]:
    shown = upload.answer
    expected = {
        "expiresInSeconds": CONTRACT.limit(ANSWER, "lifetimeSeconds"),
        "maxSize": LARGEST,
        "allowedTypes": list(TYPES),
    }
    yield from (Difference(f"/{name}", value, shown[name]) for name, value in expected.items() if shown[name] != value)
    path = unquote(urlsplit(upload.url).path)
    if not path.endswith("/" + shown["s3Key"]):
        yield Difference("/url", f"a path that ends in {shown['s3Key']}", path)
    if parameter(upload.url, "X-Amz-Expires") != str(shown["expiresInSeconds"]):
        yield Difference("/url", f"X-Amz-Expires={shown['expiresInSeconds']}", parameter(upload.url, "X-Amz-Expires"))
    signed = signed_headers(upload.url)
    missing = {"host", "content-length", "content-type"}.difference(signed)
    if missing:
        yield Difference("/url", f"signed headers, {', '.join(sorted(missing))} among them", ";".join(signed))


def replaced(route: str, uploads: Uploads) -> None:
    """The invoice is the one attached last; the older one is confirmed again, and can be attached again."""
    payment_request = uploads.payment_request()
    older, newer = uploads.in_state("confirmed"), uploads.in_state("confirmed")
    for upload in (older, newer, older):
        must_succeed(uploads.attach(upload, payment_request, route), route, REPLACES)
        require_download(uploads, uploads.invoice(payment_request).json, upload, INVOICE)
    states = {"the newer": uploads.state(newer), "the older, attached again": uploads.state(older)}
    expected = {"the newer": "confirmed", "the older, attached again": "attached"}
    require_same(expected, states, REPLACES, "attaching another and the first again", route)
    must_succeed(uploads.delete(newer), "deleteUpload", REPLACES)
    require_download(uploads, uploads.invoice(payment_request).json, older, INVOICE)


def attached_elsewhere(route: str, uploads: Uploads) -> None:
    """An attached upload is attached to nothing else, nor once more to the same; both stay as they are."""
    first, second = uploads.payment_request(), uploads.payment_request(is_another=True)
    upload, other = uploads.in_state("confirmed"), uploads.in_state("confirmed")
    must_succeed(uploads.attach(upload, first), ROUTES[0])
    must_succeed(uploads.attach(other, second), ROUTES[1])
    for payment_request in (first, second):
        answer = uploads.attach(upload, payment_request, route)
        require_refused(CONTRACT, answer, "UPL-ATTACH-STATE", "attaching what is attached", route)
    require_download(uploads, uploads.invoice(first).json, upload, INVOICE)
    require_download(uploads, uploads.invoice(second).json, other, INVOICE)


def of_nobody(route: str, uploads: Uploads) -> None:
    """A payment request that there is not; also where the upload could not be attached anyway."""
    upload = uploads.in_state("confirmed")
    answer = uploads.attach(upload, NOBODYS_ID, route)
    require_refused(CONTRACT, answer, REQUEST, "attaching to a payment request of nobody", route)
    require_same({"state": "confirmed"}, {"state": uploads.state(upload)}, CHANGES_NOTHING, "that", route)


def ids_the_other_way_round(route: str, uploads: Uploads) -> None:
    """An upload is no payment request, and a payment request no upload."""
    upload, payment_request = uploads.in_state("confirmed"), uploads.payment_request()
    answer = uploads.call(route, attach_path(route, payment_request, upload.id))
    if answer.status != 404:
        difference = Difference("status", 404, answer.status)
        raise Broken(REQUEST, "an upload is no payment request", [difference], operation_id=route)


def invoice_of_nobody(uploads: Uploads) -> None:
    require_refused(CONTRACT, uploads.invoice(NOBODYS_ID), REQUEST, "the invoice of nobody's payment request")


def nothing_attached(uploads: Uploads) -> None:
    """Neither before anything was attached, nor because an attempt was refused."""
    uploads.examiner.require_control("a new payment request")
    payment_request = uploads.payment_request()
    require_refused(CONTRACT, uploads.invoice(payment_request), NOTHING_ATTACHED, "the invoice of none attached")
    for state in ("presigned", "stored"):
        uploads.attach(uploads.in_state(state), payment_request)
        require_refused(CONTRACT, uploads.invoice(payment_request), NOTHING_ATTACHED, "the invoice of none attached")


def right_checksum(uploads: Uploads) -> None:
    _put_with_checksum(uploads, is_right=True)


def wrong_checksum(uploads: Uploads) -> None:
    """Refused, and nothing is stored; nor do bytes that were there before go away."""
    _put_with_checksum(uploads, is_right=False)


def _put_with_checksum(uploads: Uploads, *, is_right: bool) -> None:
    upload = uploads.presign()
    content = upload.content if is_right else upload.content[::-1]
    digest = b64encode(hashlib.sha256(content).digest()).decode()
    answer = uploads.send(upload.put.with_headers(x_amz_checksum_sha256=digest))
    if is_right:
        must_succeed(answer, "put", CHECKSUM)
        return
    require_bucket_refused(CONTRACT, answer, CHECKSUM, "a PUT with another checksum")
    require_same({"state": "presigned"}, uploads.look(upload), CHECKSUM, "a PUT with another checksum")
    must_succeed(uploads.put(upload), "put")
    uploads.send(replace(upload.put.with_headers(x_amz_checksum_sha256=digest), body=upload.content[:-2] + b"!\n"))
    must_succeed(uploads.confirm(upload), "confirmUpload", CHECKSUM)  # the bytes before it are still there


def chunks(uploads: Uploads) -> None:
    """Bytes in chunks have no length."""
    upload = uploads.presign()
    call = upload.put.with_headers(transfer_encoding="chunked")
    answer = uploads.send(replace(call, body=chunked(upload.content), says_length=False))
    require_bucket_refused(CONTRACT, answer, LENGTH, "a PUT in chunks")


def cut_off(uploads: Uploads) -> None:
    """What has not arrived as a whole is not stored; a server may end the connection without an answer."""
    upload = uploads.presign()
    headers = {**upload.put.headers, "content-length": str(len(upload.content))}
    body = upload.content[:-5]
    answer = send_cut_off(uploads.examiner.transport, "PUT", upload.url, headers, body)
    if answer.status != NO_ANSWER:
        require_bucket_refused(CONTRACT, answer, INCOMPLETE, "a PUT that is cut off")
    require_same({"state": "presigned"}, uploads.look(upload), INCOMPLETE, "a PUT that is cut off")


def too_large(uploads: Uploads) -> None:
    """A length above the limit is refused before the bytes are sent; by the signature where the length is signed."""
    upload = uploads.presign()
    headers = {**upload.put.headers, "content-length": str(LARGEST + 1)}
    answer = send_cut_off(uploads.examiner.transport, "PUT", upload.url, headers, b"%PDF-")
    if bucket_error(answer).get("Code") == "SignatureDoesNotMatch":
        raise NotReached("no URL is signed for more bytes than are allowed")
    require_same({"state": "presigned"}, uploads.look(upload), TOO_LARGE, "a PUT of too many bytes")
    if answer.status == NO_ANSWER:
        raise NotReached("the server ends the connection without a word")
    require_bucket_refused(CONTRACT, answer, TOO_LARGE, "a PUT of too many bytes")


def other_method(uploads: Uploads) -> None:
    """A PUT's URL fetches nothing, and a GET's is for GET alone; which rule says so may differ."""
    upload = uploads.in_state("stored")
    get = BucketCall("GET", upload.url, {"content-type": upload.mime_type})
    stored = uploads.in_state("confirmed")
    head = BucketCall("HEAD", uploads.preview_url(stored))
    for call in (get, head):
        answer = uploads.send(call)
        code = bucket_error(answer).get("Code", "SignatureDoesNotMatch")
        if answer.status not in {403, 405} or (call.method == "HEAD" and answer.body):
            difference = Difference("status", 403, answer.status)
            raise Broken("UPL-URL-SIGNATURE", f"{call.method} was not signed ({code})", [difference])


def other_host(uploads: Uploads) -> None:
    """The host is signed. Sent to a mock only: elsewhere, another name may be somebody else's."""
    uploads.examiner.require_control("a bucket under another name")
    upload = uploads.presign()
    answer = uploads.send(upload.put.with_headers(host="bucket.invalid"))
    require_bucket_refused(CONTRACT, answer, "UPL-URL-SIGNATURE", "a PUT to another host")


CHECKS = (
    *returning.CHECKS,
    *(Check(f"{name} by {route}", rules, partial(run, route), [route])
      for name, rules, run in (
          ("replaced", [REPLACES, "UPL-REPLACED", INVOICE, SAME], replaced),
          ("attached elsewhere", ["UPL-ATTACH-STATE", SAME, CHANGES_NOTHING], attached_elsewhere),
          ("payment request of nobody", [REQUEST, SAME, CHANGES_NOTHING], of_nobody),
          ("ids the other way round", [REQUEST, "UPL-NOT-FOUND", SAME], ids_the_other_way_round),
      ) for route in ROUTES),
    Check("invoice of nobody", [REQUEST], invoice_of_nobody),
    Check("nothing attached", [NOTHING_ATTACHED, CHANGES_NOTHING], nothing_attached),
    Check("the right checksum", [CHECKSUM], right_checksum),
    Check("the wrong checksum", [CHECKSUM], wrong_checksum),
    Check("chunks", [LENGTH], chunks),
    Check("cut off", [INCOMPLETE], cut_off),
    Check("too large", [TOO_LARGE], too_large),
    Check("another method", ["UPL-URL-SIGNATURE"], other_method),
    Check("another host", ["UPL-URL-SIGNATURE"], other_host),
)  # fmt: skip
