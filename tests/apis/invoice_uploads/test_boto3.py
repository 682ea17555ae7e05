"""The presigned URLs against botocore's presigner, and every way to be refused by the bucket."""

from __future__ import annotations

import base64
import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock
from urllib.parse import parse_qsl, urlencode, urlsplit

import boto3
import pytest
from botocore.config import Config
from httpx2 import Response

from mock_server.settings import Settings
from tests.apis.invoice_uploads.builders import (
    CONTRACT,
    FILE,
    LIFETIME,
    ORIGIN,
    OTHER_BYTES,
    SAMPLES,
    Presigned,
    Uploads,
    digest,
    refused,
)
from tests.mock import NOW

BUCKET = "invoice-uploads"
SECOND = timedelta(seconds=1)
BUCKET_RULES = {each.id: each for each in CONTRACT.rules.values() if each.stage == "bucket"}


def presigned_by_boto3(operation: str, at: datetime = NOW, secret: str = "", **parameters: Any) -> str:
    """The URL that botocore makes with the mock's keys, or another secret, at an instant."""
    ours = Settings()
    client = boto3.client(
        "s3",
        region_name=ours.region,
        endpoint_url=f"{ORIGIN}/_s3",
        aws_access_key_id=ours.access_key_id,
        aws_secret_access_key=secret or ours.secret_access_key,
        config=Config(signature_version="s3v4", s3={"addressing_style": "path"}),
    )
    seconds = int(LIFETIME.total_seconds())
    with mock.patch("botocore.auth.get_current_datetime", return_value=at.astimezone(UTC).replace(tzinfo=None)):
        return client.generate_presigned_url(operation, Params={"Bucket": BUCKET, **parameters}, ExpiresIn=seconds)


def put_url(upload: Presigned, **more: Any) -> str:
    stated = {"ContentType": upload.file.mime_type, "ContentLength": len(upload.file.content), "Key": upload.key}
    return presigned_by_boto3("put_object", **{**stated, **more})


def parts_of(url: str) -> tuple[str, str, Mapping[str, str]]:
    parts = urlsplit(url)
    pairs = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=True)
    assert len(dict(pairs)) == len(pairs)
    return f"{parts.scheme}://{parts.netloc}", parts.path, dict(pairs)


# --- equal and accepted ---


def test_the_url_to_put_to_is_the_one_botocore_makes(uploads: Uploads) -> None:
    upload = uploads.presign()

    assert parts_of(upload.url) == parts_of(put_url(upload))


@pytest.mark.parametrize("file", [FILE, *SAMPLES], ids=lambda file: file.name)
def test_the_preview_url_is_the_one_botocore_makes(file: Any, uploads: Uploads) -> None:
    upload = uploads.in_state("confirmed", replace(file, name='Rechnung "März" 100% 😀.pdf'))
    ours = uploads.preview(upload).json()["url"]
    query = parts_of(ours)[2]

    theirs = presigned_by_boto3(
        "get_object",
        Key=upload.key,
        ResponseContentType=file.mime_type,
        ResponseContentDisposition=query["response-content-disposition"],
    )

    assert parts_of(ours) == parts_of(theirs)


def test_the_invoice_url_is_the_preview_url(uploads: Uploads) -> None:
    upload = uploads.in_state("attached")

    assert uploads.invoice_url(upload.payment_request).json() == uploads.preview(upload).json()


@pytest.mark.parametrize("whose", ["the mock's", "botocore's"])
def test_bytes_are_taken_under_either_url(whose: str, uploads: Uploads) -> None:
    upload = uploads.presign()
    url = upload.url if whose == "the mock's" else put_url(upload)

    assert uploads.put(replace(upload, url=url)).status_code == 200
    assert uploads.confirm(upload).status_code == 200
    assert uploads.bytes_of(uploads.preview(upload)) == FILE.content


def test_bytes_are_given_under_botocores_url(uploads: Uploads) -> None:
    upload = uploads.in_state("confirmed")

    fetched = uploads.mock.client.get(presigned_by_boto3("get_object", Key=upload.key))

    assert fetched.status_code == 200
    assert fetched.content == FILE.content
    assert fetched.headers["content-type"] == FILE.mime_type


@pytest.mark.parametrize(
    "parameters",
    [{}, {"ContentDisposition": "inline"}, {"Metadata": {"who": "tests"}}],
    ids=["as announced", "with a disposition", "with metadata"],
)
def test_what_else_botocore_signs_does_no_harm(parameters: dict[str, Any], uploads: Uploads) -> None:
    upload = uploads.presign()
    more = {"content-disposition": "inline", "x-amz-meta-who": "tests"}
    url = put_url(upload, **parameters)
    signed = parts_of(url)[2]["X-Amz-SignedHeaders"].split(";")

    sent = {name: value for name, value in more.items() if name in signed}
    put = uploads.put(replace(upload, url=url), headers=sent)

    assert put.status_code == 200, put.text
    assert uploads.confirm(upload).status_code == 200


@pytest.mark.parametrize(("content", "rule"), [(FILE.content, None), (OTHER_BYTES, "UPL-PUT-CHECKSUM")])
def test_a_checksum_that_botocore_signs_must_be_that_of_the_bytes(
    content: bytes, rule: str | None, uploads: Uploads
) -> None:
    upload = uploads.presign()
    checksum = base64.b64encode(bytes.fromhex(FILE.sha256)).decode()
    signed = replace(upload, url=put_url(upload, ChecksumSHA256=checksum))

    put = uploads.put(signed, content, {"x-amz-checksum-sha256": checksum})

    if rule:
        refused(put, rule)
    else:
        assert put.status_code == 200


def test_a_type_other_than_announced_is_found_out_when_it_is_confirmed(uploads: Uploads) -> None:
    upload = uploads.presign()
    url = put_url(upload, ContentType="image/png")

    assert uploads.mock.client.put(url, content=FILE.content, headers={"content-type": "image/png"}).status_code == 200

    refused(uploads.confirm(upload), "UPL-CONFIRM-TYPE")


def test_a_size_other_than_announced_is_found_out_when_it_is_confirmed(uploads: Uploads) -> None:
    upload = uploads.presign()
    url = put_url(upload, ContentLength=3)

    assert uploads.mock.client.put(url, content=b"abc", headers={"content-type": FILE.mime_type}).status_code == 200

    refused(uploads.confirm(upload, digest(b"abc")), "UPL-CONFIRM-SIZE")


# --- tampered with ---


@dataclass(frozen=True)
class Call:
    """A request to the bucket; `url` and `headers` may be changed in any way."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    content: Any = b""

    def send(self, uploads: Uploads) -> Response:
        return uploads.mock.client.request(self.method, self.url, content=self.content, headers=dict(self.headers))

    def with_query(self, **changes: str | None) -> Call:
        """With other values of query parameters, or without them; `_` in a name stands for a hyphen."""
        origin, path, query = parts_of(self.url)
        changed = {**query, **{name.replace("_", "-"): value for name, value in changes.items()}}
        kept = {name: value for name, value in changed.items() if value is not None}
        return replace(self, url=f"{origin}{path}?{urlencode(kept)}")

    def with_headers(self, **changes: str | None) -> Call:
        changed = {**self.headers, **{name.replace("_", "-"): value for name, value in changes.items()}}
        return replace(self, headers={name: value for name, value in changed.items() if value is not None})

    def with_path(self, old: str, new: str) -> Call:
        assert old in self.url
        return replace(self, url=self.url.replace(old, new))


def put_of(upload: Presigned) -> Call:
    return Call("PUT", upload.url, {"content-type": upload.file.mime_type}, upload.file.content)


def get_of(uploads: Uploads, upload: Presigned) -> Call:
    return Call("GET", uploads.preview(upload).json()["url"])


def other_signature(call: Call) -> str:
    signature = parts_of(call.url)[2]["X-Amz-Signature"]
    return signature[:-1] + ("0" if signature[-1] != "0" else "1")


TAMPERED: dict[str, tuple[Callable[[Call], Call], str]] = {
    "another method": (lambda call: replace(call, method="GET", content=b""), "UPL-URL-SIGNATURE"),
    "another key": (lambda call: call.with_path("/uploads/", "/uploads/x"), "UPL-URL-SIGNATURE"),
    "a key in another case": (lambda call: call.with_path("/uploads/", "/Uploads/"), "UPL-URL-SIGNATURE"),
    "a doubled slash": (lambda call: call.with_path("/uploads/", "//uploads/"), "UPL-URL-SIGNATURE"),
    "another query parameter": (lambda call: call.with_query(x="1"), "UPL-URL-SIGNATURE"),
    "another type in the answer": (lambda call: call.with_query(response_content_type="a/b"), "UPL-URL-SIGNATURE"),
    "a longer life": (lambda call: call.with_query(X_Amz_Expires="604800"), "UPL-URL-SIGNATURE"),
    "an earlier date": (lambda call: call.with_query(X_Amz_Date="20261102T092959Z"), "UPL-URL-SIGNATURE"),
    "another signature": (lambda call: call.with_query(X_Amz_Signature=other_signature(call)), "UPL-URL-SIGNATURE"),
    "an upper-case signature": (
        lambda call: call.with_query(X_Amz_Signature=parts_of(call.url)[2]["X-Amz-Signature"].upper()),
        "UPL-URL-SIGNATURE",
    ),
    "a short signature": (lambda call: call.with_query(X_Amz_Signature="0"), "UPL-URL-SIGNATURE"),
    "another host": (lambda call: call.with_headers(host="elsewhere.test"), "UPL-URL-SIGNATURE"),
    "another port": (lambda call: call.with_headers(host="mock.test:81"), "UPL-URL-SIGNATURE"),
    "another length": (lambda call: replace(call, content=call.content + b"!"), "UPL-URL-SIGNATURE"),
    "a shorter length": (lambda call: replace(call, content=call.content[:-1]), "UPL-URL-SIGNATURE"),
    "another type": (lambda call: call.with_headers(content_type="image/png"), "UPL-URL-SIGNATURE"),
    "a type with a parameter": (
        lambda call: call.with_headers(content_type="application/pdf; charset=utf-8"),
        "UPL-URL-SIGNATURE",
    ),
    "fewer signed headers": (lambda call: call.with_query(X_Amz_SignedHeaders="host"), "UPL-URL-SIGNATURE"),
    "the host not signed": (
        lambda call: call.with_query(X_Amz_SignedHeaders="content-length;content-type"),
        "UPL-URL-SIGNED-HEADERS",
    ),
    "no type": (lambda call: call.with_headers(content_type=None), "UPL-URL-SIGNED-HEADERS"),
    "a header nobody signed": (lambda call: call.with_headers(x_amz_acl="public-read"), "UPL-URL-SIGNED-HEADERS"),
    "another access key": (
        lambda call: call.with_query(X_Amz_Credential="AKIDOTHER/20261102/us-east-1/s3/aws4_request"),
        "UPL-URL-ACCESS-KEY",
    ),
    "another region": (
        lambda call: call.with_query(X_Amz_Credential="MOCKACCESSKEY0000001/20261102/eu-west-1/s3/aws4_request"),
        "UPL-URL-PARAMETERS",
    ),
    "another algorithm": (lambda call: call.with_query(X_Amz_Algorithm="AWS4-HMAC-SHA1"), "UPL-URL-PARAMETERS"),
    "a life of more than a week": (lambda call: call.with_query(X_Amz_Expires="604801"), "UPL-URL-PARAMETERS"),
    "no life at all": (lambda call: call.with_query(X_Amz_Expires="0"), "UPL-URL-PARAMETERS"),
    "a date that is none": (lambda call: call.with_query(X_Amz_Date="20261302T093000Z"), "UPL-URL-PARAMETERS"),
    "no X-Amz-Algorithm": (lambda call: call.with_query(X_Amz_Algorithm=None), "UPL-URL-PARAMETERS"),
    "no X-Amz-Credential": (lambda call: call.with_query(X_Amz_Credential=None), "UPL-URL-PARAMETERS"),
    "no X-Amz-Date": (lambda call: call.with_query(X_Amz_Date=None), "UPL-URL-PARAMETERS"),
    "no X-Amz-Expires": (lambda call: call.with_query(X_Amz_Expires=None), "UPL-URL-PARAMETERS"),
    "no X-Amz-SignedHeaders": (lambda call: call.with_query(X_Amz_SignedHeaders=None), "UPL-URL-PARAMETERS"),
    "no X-Amz-Signature": (lambda call: call.with_query(X_Amz_Signature=None), "UPL-URL-PARAMETERS"),
    "a parameter twice": (lambda call: replace(call, url=f"{call.url}&X-Amz-Expires=900"), "UPL-URL-PARAMETERS"),
    "no query at all": (lambda call: replace(call, url=call.url.split("?")[0]), "UPL-URL-PARAMETERS"),
    "a token": (lambda call: call.with_headers(authorization="Bearer x"), "UPL-URL-PARAMETERS"),
    "another bucket": (lambda call: call.with_path(f"/{BUCKET}/", "/others/"), "UPL-BUCKET-ABSENT"),
    "a method of no bucket": (lambda call: replace(call, method="POST"), "UPL-BUCKET-METHOD"),
    "the bucket itself": (lambda call: replace(call, url=f"{ORIGIN}/_s3/{BUCKET}/"), "UPL-BUCKET-METHOD"),
    "no length": (lambda call: replace(call, content=iter([call.content])), "UPL-PUT-LENGTH"),
    "fewer bytes than said": (
        lambda call: replace(call, content=call.content[:-1]).with_headers(content_length=str(len(FILE.content))),
        "UPL-PUT-INCOMPLETE",
    ),
    "more bytes than said": (
        lambda call: replace(call, content=call.content + b"!").with_headers(content_length=str(len(FILE.content))),
        "UPL-PUT-INCOMPLETE",
    ),
    "another checksum": (
        lambda call: call.with_headers(x_amz_checksum_sha256=base64.b64encode(bytes(32)).decode()),
        "UPL-PUT-CHECKSUM",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", TAMPERED)
def test_a_put_that_was_tampered_with_is_refused_and_nothing_is_kept(case: str, uploads: Uploads) -> None:
    upload = uploads.presign()
    tampered, rule = TAMPERED[case]
    before = uploads.kept()

    refused(tampered(put_of(upload)).send(uploads), rule)

    assert uploads.kept() == before
    assert uploads.seen(upload) == "presigned"
    assert put_of(upload).send(uploads).status_code == 200


FETCHABLE = [case for case, (_, rule) in TAMPERED.items() if "PUT" not in rule]
NOT_SIGNED_IN_A_GET = {
    "another length", "a shorter length", "another type", "a type with a parameter", "no type", "fewer signed headers",
    "another method", "the host not signed",
}  # fmt: skip


@pytest.mark.parametrize("case", [case for case in FETCHABLE if case not in NOT_SIGNED_IN_A_GET])
def test_a_get_that_was_tampered_with_is_refused_and_gives_nothing(case: str, uploads: Uploads) -> None:
    call = get_of(uploads, uploads.in_state("confirmed"))
    tampered, rule = TAMPERED[case]

    response = tampered(call).send(uploads)

    refused(response, rule)
    assert FILE.content not in response.content
    assert call.send(uploads).content == FILE.content


def test_a_url_to_get_does_not_put_and_one_to_put_does_not_get(uploads: Uploads) -> None:
    upload, given = uploads.in_state("confirmed"), uploads.presign()
    get = get_of(uploads, upload)

    refused(replace(get, method="PUT", content=OTHER_BYTES).send(uploads), "UPL-URL-SIGNATURE")
    refused(Call("GET", given.url).send(uploads), "UPL-URL-SIGNATURE")


def test_another_secret_signs_nothing(uploads: Uploads) -> None:
    upload = uploads.presign()

    refused(uploads.put(replace(upload, url=put_url(upload, secret="guessed"))), "UPL-URL-SIGNATURE")


def test_the_secret_is_in_no_answer(uploads: Uploads) -> None:
    secret = Settings().secret_access_key
    upload = uploads.in_state("confirmed")
    answers = [
        uploads.preview(upload),
        Call("PUT", upload.url).send(uploads),
        Call("GET", f"{upload.url}&x").send(uploads),
    ]

    assert not [each for each in answers if secret in each.text + str(each.headers)]


# --- too large, too early, too late ---


def test_more_bytes_than_any_file_may_have_are_refused_before_they_are_sent(uploads: Uploads) -> None:
    upload = uploads.presign()
    limit = CONTRACT.limit("UPL-PUT-TOO-LARGE", "maximumBytes")
    headers = {"content-type": FILE.mime_type, "content-length": str(limit + 1)}

    refused(Call("PUT", put_url(upload, ContentLength=limit + 1), headers).send(uploads), "UPL-PUT-TOO-LARGE")
    at_the_limit = Call("PUT", put_url(upload, ContentLength=limit), {**headers, "content-length": str(limit)})
    refused(at_the_limit.send(uploads), "UPL-PUT-INCOMPLETE")


@pytest.mark.parametrize(
    ("ahead", "is_taken"), [(timedelta(minutes=15), True), (timedelta(minutes=15, seconds=1), False)]
)
def test_a_url_may_be_dated_a_quarter_of_an_hour_ahead(ahead: timedelta, is_taken: bool, uploads: Uploads) -> None:
    upload = uploads.presign()

    response = uploads.put(replace(upload, url=put_url(upload, at=NOW + ahead)))

    if is_taken:
        assert response.status_code == 200
    else:
        refused(response, "UPL-URL-FUTURE")


@pytest.mark.parametrize(("age", "is_taken"), [(LIFETIME, True), (LIFETIME + SECOND, False)])
def test_a_url_is_good_for_its_lifetime(age: timedelta, is_taken: bool, uploads: Uploads) -> None:
    upload = uploads.presign()

    response = uploads.put(replace(upload, url=put_url(upload, at=NOW - age)))

    if is_taken:
        assert response.status_code == 200
    else:
        refused(response, "UPL-URL-EXPIRED")


def test_a_url_to_put_expires(moving_uploads: Uploads) -> None:
    upload = moving_uploads.presign()
    moving_uploads.mock.clock.advance(LIFETIME - SECOND)
    assert moving_uploads.put(upload).status_code == 200

    moving_uploads.mock.clock.advance(2 * SECOND)

    response = moving_uploads.put(upload)
    refused(response, "UPL-URL-EXPIRED")
    assert "<Code>AccessDenied</Code><Message>Request has expired</Message>" in response.text


def test_a_url_to_get_expires_and_another_one_is_given_out(moving_uploads: Uploads) -> None:
    upload = moving_uploads.in_state("confirmed")
    url = moving_uploads.preview(upload).json()["url"]
    moving_uploads.mock.clock.advance(LIFETIME)
    assert moving_uploads.mock.client.get(url).status_code == 200

    moving_uploads.mock.clock.advance(SECOND)

    refused(moving_uploads.mock.client.get(url), "UPL-URL-EXPIRED")
    assert moving_uploads.bytes_of(moving_uploads.preview(upload)) == FILE.content


OTHER_TIMES = {"a longer life", "an earlier date"}
ALSO_WRONG = [case for case, (_, rule) in TAMPERED.items() if rule == "UPL-URL-SIGNATURE" and case not in OTHER_TIMES]


@pytest.mark.parametrize("case", ALSO_WRONG)
def test_expiry_is_looked_at_before_the_signature(case: str, uploads: Uploads) -> None:
    upload = uploads.presign()
    expired = replace(upload, url=put_url(upload, at=NOW - LIFETIME - SECOND))

    refused(TAMPERED[case][0](put_of(expired)).send(uploads), "UPL-URL-EXPIRED")


def test_a_life_that_was_lengthened_is_no_longer_expired_but_not_signed(uploads: Uploads) -> None:
    upload = uploads.presign()
    expired = replace(upload, url=put_url(upload, at=NOW - LIFETIME - SECOND))

    refused(put_of(expired).with_query(X_Amz_Expires="604800").send(uploads), "UPL-URL-SIGNATURE")


ORDER = ["a method of no bucket", "another bucket", "no length", "no X-Amz-Date", "another access key", "no type"]


@pytest.mark.parametrize(("first", "second"), list(itertools.pairwise(ORDER)))
def test_the_checks_come_in_the_contracts_order(first: str, second: str, uploads: Uploads) -> None:
    call = put_of(uploads.presign())
    (earlier, rule), (later, _) = TAMPERED[first], TAMPERED[second]
    places = list(BUCKET_RULES)
    assert places.index(rule) < places.index(TAMPERED[second][1])

    refused(earlier(later(call)).send(uploads), rule)


def test_every_rule_of_the_bucket_is_met_here() -> None:
    elsewhere = {"UPL-PUT-SPENT", "UPL-FETCH-ABSENT", "UPL-BUCKET-INTERNAL"}
    here = {"UPL-PUT-TOO-LARGE", "UPL-URL-FUTURE", "UPL-URL-EXPIRED"}
    assert {rule for _, rule in TAMPERED.values()} | here | elsewhere == set(BUCKET_RULES)


def test_the_bytes_of_an_unknown_key_are_not_there(uploads: Uploads) -> None:
    refused(uploads.mock.client.get(presigned_by_boto3("get_object", Key="uploads/nothing")), "UPL-FETCH-ABSENT")


def test_bytes_are_put_under_the_key_of_an_upload_only(uploads: Uploads) -> None:
    upload = uploads.presign()
    for key in ("anything", f"{upload.key}/more", f"others/{upload.id}", upload.id, upload.key.upper()):
        refused(uploads.put(replace(upload, url=put_url(upload, Key=key))), "UPL-PUT-SPENT")
    assert uploads.seen(upload) == "presigned"
