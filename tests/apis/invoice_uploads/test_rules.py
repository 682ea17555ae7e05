"""What may be announced, and what may be confirmed: both sides of each edge."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from httpx2 import Response

from mock_server.core.namespace import DEFAULT
from mock_server.core.objects import OBJECTS, StoredObject
from mock_server.core.records import UnitOfWork, transact
from tests.apis.invoice_uploads.builders import (
    FILE,
    NO_DIGEST,
    OTHER_BYTES,
    SAMPLES,
    Presigned,
    Uploads,
    digest,
    refused,
)
from tests.mock import Mock

LIMIT = 104857600
FINE: dict[str, Any] = {"filename": "a.pdf", "mimeType": "application/pdf", "size": 5}
JSON = {"content-type": "application/json"}
VALIDATION = "FST_ERR_VALIDATION"


def announce(uploads: Uploads, **changes: Any) -> Response:
    return uploads.call("POST", "/invoice-uploads/presign", {**FINE, **changes})


def announce_raw(uploads: Uploads, size: str) -> Response:
    """With a size spelt like this."""
    content = f'{{"filename": "a.pdf", "mimeType": "application/pdf", "size": {size}}}'
    return uploads.call("POST", "/invoice-uploads/presign", content=content, headers=JSON)


# --- size ---


@pytest.mark.parametrize(
    "size",
    ["0", "0.0", "-0", "-1", "-5.0", "0.5", "5.5", "4.999999999999999999999", "1e-300", "-1e300", "104857599.5"],
)
def test_a_size_that_is_no_positive_whole_number_is_refused(size: str, uploads: Uploads) -> None:
    before = uploads.kept()

    response = announce_raw(uploads, size)

    refused(response, "UPL-SIZE-WHOLE")
    assert "size" in response.json()["message"]
    assert "code" not in response.json()
    assert uploads.kept() == before


@pytest.mark.parametrize("size", ["1", "5", "5.0", "5e0", "0.5e1", "1.00e2", str(LIMIT), f"{LIMIT}.0", "1.048576e8"])
def test_a_positive_whole_size_up_to_the_limit_is_taken(size: str, uploads: Uploads) -> None:
    assert announce_raw(uploads, size).status_code == 200


def test_a_size_of_5_0_means_five_bytes(uploads: Uploads) -> None:
    url = announce_raw(uploads, "5.0").json()["url"]

    put = uploads.mock.client.put(url, content=b"12345", headers={"content-type": "application/pdf"})

    assert put.status_code == 200


@pytest.mark.parametrize("size", [str(LIMIT + 1), f"{LIMIT}.5", "1e300", "9" * 300, '"5"', "null", "true", "[5]", "{}"])
def test_a_size_over_the_limit_or_of_another_type_breaks_the_schema(size: str, uploads: Uploads) -> None:
    before = uploads.kept()

    response = announce_raw(uploads, size)

    refused(response, "UPL-BODY-SCHEMA")
    assert response.json()["code"] == VALIDATION
    assert "body/size" in response.json()["message"]
    assert uploads.kept() == before


# --- type and name ---


@pytest.mark.parametrize("mime_type", ["application/pdf", "image/png", "image/jpeg"])
def test_an_allowed_type_is_taken(mime_type: str, uploads: Uploads) -> None:
    assert announce(uploads, mimeType=mime_type).status_code == 200


@pytest.mark.parametrize(
    "mime_type",
    [
        "text/html", "image/svg+xml", "application/PDF", "application/pdf ", "application/pdf; v=1", "*/*", "x",
        "image/jpg", "application/pdf\r\nx: y",
    ],
)  # fmt: skip
def test_a_type_that_is_not_allowed_is_refused_with_those_that_are(mime_type: str, uploads: Uploads) -> None:
    before = uploads.kept()

    response = announce(uploads, mimeType=mime_type)

    refused(response, "UPL-TYPE-ALLOWED")
    assert "application/pdf, image/png, image/jpeg" in response.json()["message"]
    assert uploads.kept() == before


@pytest.mark.parametrize(
    "changes",
    [
        {"mimeType": ""},
        {"mimeType": "x" * 101},
        {"mimeType": None},
        {"filename": ""},
        {"filename": "x" * 256},
        {"filename": 5},
    ],
    ids=str,
)
def test_a_name_or_type_beyond_its_bounds_breaks_the_schema(changes: dict[str, Any], uploads: Uploads) -> None:
    refused(announce(uploads, **changes), "UPL-BODY-SCHEMA")


@pytest.mark.parametrize("filename", ["x", "x" * 255, "😀" * 255])
def test_a_name_at_its_bounds_is_taken(filename: str, uploads: Uploads) -> None:
    assert announce(uploads, filename=filename).status_code == 200


@pytest.mark.parametrize("member", FINE)
def test_nothing_may_be_missing_in_an_announcement(member: str, uploads: Uploads) -> None:
    body = {name: value for name, value in FINE.items() if name != member}

    response = uploads.call("POST", "/invoice-uploads/presign", body)

    refused(response, "UPL-BODY-SCHEMA")
    assert member in response.json()["message"]


def test_both_violations_are_told_at_once(uploads: Uploads) -> None:
    response = announce(uploads, size=0.5, mimeType="text/html")

    refused(response, "UPL-SIZE-WHOLE", "UPL-TYPE-ALLOWED")
    assert "size" in response.json()["message"]
    assert "mimeType" in response.json()["message"]


def test_all_that_breaks_the_schema_is_told_at_once(uploads: Uploads) -> None:
    response = announce(uploads, size=LIMIT + 1, mimeType="", filename="")

    refused(response, "UPL-BODY-SCHEMA")
    for member in FINE:
        assert f"body/{member}" in response.json()["message"]


# --- digest ---


@pytest.mark.parametrize(
    "sha256",
    [
        *("g" * 64, "0" * 63 + "z", "０" * 64, " " + "0" * 63, "0" * 63 + "\n"),
        *("0x" + "0" * 62, "-" + "0" * 63, "0" * 63 + "\x00"),
    ],
)
def test_a_digest_of_64_characters_that_are_not_all_hex_is_refused(sha256: str, uploads: Uploads) -> None:
    upload = uploads.in_state("stored")

    response = uploads.confirm(upload, sha256)

    refused(response, "UPL-DIGEST-HEX")
    assert "sha256" in response.json()["message"]
    assert uploads.seen(upload) == "stored"


@pytest.mark.parametrize("sha256", ["", "0" * 63, "0" * 65, "g" * 65])
def test_a_digest_of_another_length_breaks_the_schema(sha256: str, uploads: Uploads) -> None:
    upload = uploads.in_state("stored")

    response = uploads.confirm(upload, sha256)

    refused(response, "UPL-BODY-SCHEMA")
    assert response.json()["code"] == VALIDATION
    assert uploads.seen(upload) == "stored"


@pytest.mark.parametrize("spelt", [str.upper, str.lower, str.swapcase, str.title], ids=lambda each: str(each.__name__))
def test_the_case_of_a_digest_means_nothing(spelt: Any, uploads: Uploads) -> None:
    assert uploads.confirm(uploads.in_state("stored"), spelt(FILE.sha256)).status_code == 200


# --- confirming ---


def test_a_wrong_digest_is_refused_and_the_bytes_may_be_put_again(uploads: Uploads) -> None:
    upload = uploads.in_state("stored")
    before = uploads.kept()

    refused(uploads.confirm(upload, digest(OTHER_BYTES)), "UPL-CONFIRM-DIGEST")

    assert uploads.kept() == before
    assert uploads.put(upload, OTHER_BYTES).status_code == 200
    assert uploads.confirm(upload, digest(OTHER_BYTES)).status_code == 200
    assert uploads.bytes_of(uploads.preview(upload)) == OTHER_BYTES


def test_a_wrong_digest_does_not_use_up_the_right_one(uploads: Uploads) -> None:
    upload = uploads.in_state("stored")
    for _ in range(3):
        refused(uploads.confirm(upload, NO_DIGEST), "UPL-CONFIRM-DIGEST")

    assert uploads.confirm(upload).status_code == 200


def change_stored(uploads: Uploads, upload: Presigned, **changes: Any) -> None:
    """Let the bucket hold something else than was announced, which the signature of the URL never lets in."""

    def change(work: UnitOfWork) -> None:
        found: StoredObject | None = work.records(OBJECTS).get(f"invoice-uploads/{upload.key}")
        assert found is not None
        work.records(OBJECTS).replace(replace(found, **changes))

    transact(uploads.mock.server.store, DEFAULT, change, write=True)


@pytest.mark.parametrize("size_bytes", [len(FILE.content) - 1, len(FILE.content) + 1, 0])
def test_stored_bytes_of_another_size_than_announced_are_not_confirmed(size_bytes: int, uploads: Uploads) -> None:
    upload = uploads.in_state("stored")
    change_stored(uploads, upload, size_bytes=size_bytes)

    refused(uploads.confirm(upload), "UPL-CONFIRM-SIZE")

    assert uploads.seen(upload) == "stored"


@pytest.mark.parametrize(
    "content_type", ["image/png", "application/PDF", "application/pdf; charset=utf-8", "binary/octet-stream"]
)
def test_stored_bytes_of_another_type_than_announced_are_not_confirmed(content_type: str, uploads: Uploads) -> None:
    upload = uploads.in_state("stored")
    change_stored(uploads, upload, content_type=content_type)

    refused(uploads.confirm(upload), "UPL-CONFIRM-TYPE")

    assert uploads.seen(upload) == "stored"


def test_everything_that_is_wrong_with_the_stored_bytes_is_told_at_once(uploads: Uploads) -> None:
    upload = uploads.in_state("stored")
    change_stored(uploads, upload, size_bytes=1, content_type="image/png")

    refused(uploads.confirm(upload), "UPL-CONFIRM-SIZE", "UPL-CONFIRM-TYPE")
    refused(uploads.confirm(upload, NO_DIGEST), "UPL-CONFIRM-DIGEST", "UPL-CONFIRM-SIZE", "UPL-CONFIRM-TYPE")

    assert uploads.put(upload).status_code == 200
    assert uploads.confirm(upload).status_code == 200


def test_the_digest_of_another_upload_confirms_nothing(uploads: Uploads) -> None:
    one, other = uploads.in_state("stored"), uploads.in_state("stored", SAMPLES[1])

    refused(uploads.confirm(one, other.file.sha256), "UPL-CONFIRM-DIGEST")
    assert uploads.confirm(other).status_code == 200


# --- the address the URLs are made for ---


@pytest.mark.parametrize(
    "host", ["mock.test/x", "mock.test?x=1", "mock.test:99999", "mock.test:x", "[::1", "a b", "a\\b"]
)
def test_a_host_header_that_names_no_host_does_not_make_the_mock_fail(host: str, shared_mock: Mock) -> None:
    uploads = Uploads(shared_mock)

    response = uploads.call("POST", "/invoice-uploads/presign", FINE, headers={"host": host})

    assert response.status_code < 500, response.text
