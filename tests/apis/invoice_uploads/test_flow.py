"""A file's whole way: announced, PUT, confirmed, looked at, attached, fetched as an invoice, replaced, deleted."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from httpx2 import Response
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.apis.invoice_uploads.builders import (
    CONTRACT,
    FILE,
    LIFETIME,
    OTHER_BYTES,
    SAMPLES,
    File,
    Uploads,
    digest,
    files_in,
    refused,
)
from tests.mock import HARBOR, LUMEN, PAYMENT_REQUEST, Mock

ATTACHING = ["attachUpload", "attachInvoiceToPaymentRequest"]
ONE_MOCK = settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@pytest.fixture(scope="module")
def with_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Uploads, Path]]:
    """Uploads, and the folder their bytes are in."""
    folder = tmp_path_factory.mktemp("objects")
    mock = Mock.start(objects=folder)
    yield Uploads(mock), folder
    mock.stop()


def name_in(response: Response) -> str:
    """The file name a browser takes from the answer (RFC 6266: the extended one wins)."""
    found = re.fullmatch(
        r'inline; filename="([ !#-\[\]-~]*)"; filename\*=UTF-8\'\'([\w!#$&+.^`|~%-]+)',
        response.headers["content-disposition"],
        re.ASCII,
    )
    assert found, response.headers["content-disposition"]
    return unquote(found[2], errors="strict")


def base64_digest(content: bytes) -> str:
    return base64.b64encode(bytes.fromhex(digest(content))).decode()


# --- the whole way ---


@pytest.mark.parametrize("operation", ATTACHING)
@pytest.mark.parametrize("file", SAMPLES, ids=lambda file: file.name)
def test_a_file_comes_back_as_it_was_put(file: File, operation: str, uploads: Uploads) -> None:
    upload = uploads.presign(file)
    put = uploads.put(upload)
    assert put.status_code == 200
    assert put.headers["etag"]
    assert uploads.confirm(upload).status_code == 200

    previewed = uploads.preview(upload)
    assert uploads.act(operation, upload).status_code == 200
    attached = uploads.invoice_url(upload.payment_request)

    for response in (previewed, attached):
        found = response.json()
        fetched = uploads.mock.client.get(found["url"])
        assert found["filename"] == file.name
        assert found["mimeType"] == file.mime_type
        assert found["expiresInSeconds"] == LIFETIME.total_seconds()
        assert fetched.status_code == 200
        assert fetched.content == file.content
        assert fetched.headers["content-type"] == file.mime_type
        assert fetched.headers["content-length"] == str(len(file.content))
        assert fetched.headers["etag"] == put.headers["etag"]
        assert name_in(fetched) == file.name


def test_presigning_answers_with_all_that_is_needed_to_put(uploads: Uploads) -> None:
    body: dict[str, Any] = {"filename": "a.pdf", "mimeType": "application/pdf", "size": 5}

    first = uploads.call("POST", "/invoice-uploads/presign", body).json()
    second = uploads.call("POST", "/invoice-uploads/presign", body).json()

    assert first["uploadId"] != second["uploadId"]
    assert first["method"] == "PUT"
    assert first["expiresInSeconds"] == 900
    assert first["maxSize"] == 104857600
    assert first["allowedTypes"] == ["application/pdf", "image/png", "image/jpeg"]
    assert urlsplit(first["url"]).path.endswith(f"/{first['s3Key']}")
    put = uploads.mock.client.put(first["url"], content=b"12345", headers={"content-type": body["mimeType"]})
    assert put.status_code == 200


def test_bytes_may_be_put_with_their_digest(uploads: Uploads) -> None:
    upload = uploads.presign()
    wrong, right = ({"x-amz-checksum-sha256": base64_digest(each)} for each in (OTHER_BYTES, FILE.content))

    refused(uploads.put(upload, headers=wrong), "UPL-PUT-CHECKSUM")
    assert uploads.seen(upload) == "presigned"
    assert uploads.put(upload, headers=right).status_code == 200


def test_a_merchant_with_payment_requests_in_the_seed_can_go_the_whole_way(own_mock: Mock) -> None:
    uploads = Uploads(own_mock, HARBOR)
    upload = uploads.in_state("confirmed", SAMPLES[0])

    assert uploads.attach(upload, PAYMENT_REQUEST).status_code == 200

    assert uploads.bytes_of(uploads.invoice_url(PAYMENT_REQUEST)) == SAMPLES[0].content
    refused(Uploads(own_mock, LUMEN).invoice_url(PAYMENT_REQUEST), "UPL-PAYMENT-REQUEST")


def test_urls_are_made_for_the_public_address_where_one_is_set() -> None:
    mock = Mock.start(public_url="https://files.example:8443")
    upload = Uploads(mock).presign()
    mock.stop()

    assert upload.url.startswith("https://files.example:8443/_s3/invoice-uploads/uploads/")


# --- attaching another one ---


@pytest.mark.parametrize("operation", ATTACHING)
def test_attaching_another_upload_replaces_the_older_which_returns_to_confirmed(
    operation: str, uploads: Uploads
) -> None:
    older, newer = uploads.in_state("attached"), uploads.in_state("confirmed", SAMPLES[1])
    elsewhere = uploads.in_state("attached")
    ask = {"attachUpload": uploads.attach, "attachInvoiceToPaymentRequest": uploads.attach_to_payment_request}

    assert ask[operation](newer, older.payment_request).status_code == 200

    assert uploads.invoice_of(older.payment_request) == newer.id
    assert uploads.bytes_of(uploads.invoice_url(older.payment_request)) == SAMPLES[1].content
    assert uploads.seen(older) == "confirmed"
    assert uploads.bytes_of(uploads.preview(older)) == FILE.content
    assert uploads.seen(elsewhere) == "attached"
    refused(uploads.attach(newer), "UPL-ATTACH-STATE")


def test_a_replaced_upload_can_be_attached_again_and_deleted(uploads: Uploads) -> None:
    older, newer = uploads.in_state("attached"), uploads.in_state("confirmed")
    uploads.attach(newer, older.payment_request)

    assert uploads.attach(older).status_code == 200
    assert uploads.invoice_of(older.payment_request) == older.id
    assert uploads.delete(newer).status_code == 204


def test_an_attached_upload_is_not_attached_a_second_time(uploads: Uploads) -> None:
    upload, elsewhere = uploads.in_state("attached"), uploads.payment_request()

    refused(uploads.attach(upload), "UPL-ATTACH-STATE")
    refused(uploads.attach(upload, elsewhere), "UPL-ATTACH-STATE")

    assert uploads.invoice_of(upload.payment_request) == upload.id
    assert uploads.invoice_of(elsewhere) is None


def test_a_refused_attach_leaves_the_invoice_that_is_there(uploads: Uploads) -> None:
    invoice, unconfirmed = uploads.in_state("attached"), uploads.in_state("stored")

    refused(uploads.attach(unconfirmed, invoice.payment_request), "UPL-ATTACH-STATE")

    assert uploads.invoice_of(invoice.payment_request) == invoice.id
    assert uploads.seen(invoice) == "attached"


# --- the bytes behind it ---


def files_after_a_call_of_the_bucket(with_folder: tuple[Uploads, Path]) -> set[str]:
    """The names of all bytes. Those without a record go after the next call of the bucket, or with its next tick."""
    uploads, folder = with_folder
    uploads.mock.client.options("/_s3/invoice-uploads/anything")
    return set(files_in(folder))


@pytest.mark.parametrize("state", ["stored", "confirmed"])
def test_deleting_an_upload_removes_its_bytes_from_the_folder(state: str, with_folder: tuple[Uploads, Path]) -> None:
    uploads, folder = with_folder
    kept, before = uploads.in_state(state), set(files_in(folder))
    deleted = uploads.in_state(state)
    assert len(set(files_in(folder)) - before) == 1

    assert uploads.delete(deleted).status_code == 204

    assert files_after_a_call_of_the_bucket(with_folder) == before
    assert uploads.seen(kept) == state


def test_bytes_that_are_replaced_are_removed_from_the_folder(with_folder: tuple[Uploads, Path]) -> None:
    uploads, folder = with_folder
    before = set(files_in(folder))
    upload = uploads.in_state("stored")
    first = set(files_in(folder)) - before

    uploads.put(upload, OTHER_BYTES)

    left = files_after_a_call_of_the_bucket(with_folder) - before
    assert len(left) == 1
    assert not left & first


def test_a_refused_delete_leaves_the_bytes(with_folder: tuple[Uploads, Path]) -> None:
    uploads, folder = with_folder
    upload = uploads.in_state("attached")
    before = set(files_in(folder))

    refused(uploads.delete(upload), "UPL-DELETE-STATE")

    assert files_after_a_call_of_the_bucket(with_folder) == before
    assert uploads.bytes_of(uploads.invoice_url(upload.payment_request)) == FILE.content


@pytest.mark.parametrize(
    ("state", "content", "rule"),
    [("confirmed", OTHER_BYTES, "UPL-PUT-SPENT"), ("stored", b"of another length", "UPL-URL-SIGNATURE")],
)
def test_a_refused_put_leaves_no_bytes(
    state: str, content: bytes, rule: str, with_folder: tuple[Uploads, Path]
) -> None:
    uploads, folder = with_folder
    upload = uploads.in_state(state)
    before = set(files_in(folder))

    refused(uploads.put(upload, content), rule)

    assert files_after_a_call_of_the_bucket(with_folder) == before


# --- any name, any bytes ---

ANY_NAME = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=255)
HOSTILE_NAMES = [
    'a "quoted" name.pdf', "'; filename=evil.exe", "../../etc/passwd", "..\\..\\boot.ini", "a\r\nSet-Cookie: stolen=1",
    "\u202efdp.exe", "שלום עולם.pdf", "😀" * 255, "e\u0301.pdf", "100%.pdf", "%2e%2e%2f", "a;b,c=d",
    "\x00\x1b[2J\x7f\x85", "\u2028\u2029", " . ", "..", "con.pdf", "a&b?c#d+e f~g", "\ufeff.pdf", "\U0010ffff",
]  # fmt: skip
HARMLESS_NAME = re.compile(r"[^/\\\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def uploaded(uploads: Uploads, file: File) -> Response:
    """What the preview URL of a new upload of this file answers."""
    upload = uploads.in_state("confirmed", file)
    found = uploads.preview(upload)
    assert found.json()["filename"] == file.name
    fetched = uploads.mock.client.get(found.json()["url"])
    assert fetched.status_code == 200, fetched.text
    return fetched


@ONE_MOCK
@given(name=ANY_NAME | st.text("/\\\"'%;= .\r\n\t\u202e\u2028é😀", min_size=1, max_size=40))
def test_any_file_name_is_kept_and_makes_a_header_that_nobody_can_break(name: str, uploads: Uploads) -> None:
    check_name(uploads, name)


@pytest.mark.parametrize("name", HOSTILE_NAMES, ids=ascii)
def test_a_hostile_file_name_is_kept_and_makes_a_header_that_nobody_can_break(name: str, uploads: Uploads) -> None:
    check_name(uploads, name)


def check_name(uploads: Uploads, name: str) -> None:
    fetched = uploaded(uploads, File(name=name))

    shown = name_in(fetched)
    assert HARMLESS_NAME.fullmatch(shown)
    assert shown.strip(".")
    if HARMLESS_NAME.fullmatch(name) and name.strip() == name and name.strip("."):
        assert shown == name
    assert "set-cookie" not in fetched.headers


@ONE_MOCK
@given(
    content=st.binary(min_size=1, max_size=3000),
    mime_type=st.sampled_from(CONTRACT.limit("UPL-TYPE-ALLOWED", "allowedTypes")),
)
@example(content=b"\x00", mime_type="application/pdf")
@example(content=b"\r\n--boundary\r\n0\r\n\r\n", mime_type="image/png")
def test_any_bytes_come_back_as_they_were_put(content: bytes, mime_type: str, uploads: Uploads) -> None:
    fetched = uploaded(uploads, File("any", mime_type, content))

    assert fetched.content == content
    assert fetched.headers["content-type"] == mime_type


@settings(ONE_MOCK, max_examples=20)
@given(attempts=st.lists(st.binary(min_size=4, max_size=4), min_size=2, max_size=4))
def test_the_last_bytes_count(attempts: list[bytes], uploads: Uploads) -> None:
    upload = uploads.presign(File(content=attempts[0]))
    for content in attempts:
        assert uploads.put(upload, content).status_code == 200

    assert uploads.confirm(upload, digest(attempts[-1])).status_code == 200
    assert uploads.bytes_of(uploads.preview(upload)) == attempts[-1]


def test_a_megabyte_comes_back_as_it_was_put(uploads: Uploads) -> None:
    content = bytes(range(256)) * 4096 * 3

    assert uploaded(uploads, File("large.png", "image/png", content)).content == content
