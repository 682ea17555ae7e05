"""Our signatures against botocore's: the same URLs made, its URLs accepted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.config import Config
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_server.object_storage.addressing import object_url
from mock_server.object_storage.canonical import encoded_query
from mock_server.object_storage.signature import Credentials, SignedRequest, Verified, host_of, presign, verify
from mock_server.object_storage.urls import PresignedUrls
from tests.object_storage.builders import BUCKET, CREDENTIALS, LIFETIME, NOW, ORIGIN, REGION

Oracle = Callable[..., str]

origins = st.sampled_from(
    ["http://localhost:8000", "http://localhost", "https://files.example", "http://files.example:443", "http://[::1]:9"]
)
keys = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40) | st.text(
    "aZ9/ +~%.-_?#&=ü€😀'()*!$@:;,\\\"", min_size=1, max_size=40
)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
media_types = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=40).filter(str.strip)
times = st.datetimes(datetime(2013, 5, 24), datetime(2040, 1, 1), timezones=st.just(UTC))
lifetimes = st.integers(1, 604_800)
sizes = st.integers(0, 5 * 2**30)


@pytest.fixture(scope="module")
def oracle() -> Oracle:
    """`oracle(origin, operation, parameters, at, seconds)` is the URL botocore presigns."""
    clients: dict[str, Any] = {}

    def presigned(origin: str, operation: str, parameters: Mapping[str, Any], at: datetime, seconds: int) -> str:
        if origin not in clients:
            clients[origin] = boto3.client(
                "s3",
                region_name=REGION,
                endpoint_url=f"{origin}/_s3",
                aws_access_key_id=CREDENTIALS.access_key_id,
                aws_secret_access_key=CREDENTIALS.secret_access_key,
                config=Config(signature_version="s3v4", s3={"addressing_style": "path"}),
            )
        with mock.patch("botocore.auth.get_current_datetime", return_value=at.replace(tzinfo=None)):
            url: str = clients[origin].generate_presigned_url(operation, Params=dict(parameters), ExpiresIn=seconds)
        return url

    return presigned


def accepted(method: str, url: str, headers: Mapping[str, str], now: datetime) -> Verified:
    parts = urlsplit(url)
    sent = [(name.encode(), value.encode()) for name, value in {"Host": host_of(parts), **headers}.items()]
    request = SignedRequest(method, parts.path.encode(), parts.query.encode(), sent)
    verified = verify(request, credentials=CREDENTIALS, region=REGION, now=now)
    assert isinstance(verified, Verified), verified
    return verified


@given(origin=origins, key=keys, media_type=media_types, size=sizes, at=times, seconds=lifetimes)
@settings(deadline=None, max_examples=300)
def test_a_put_is_signed_as_botocore_signs_it(
    oracle: Oracle, origin: str, key: str, media_type: str, size: int, at: datetime, seconds: int
) -> None:
    parameters = {"Bucket": BUCKET, "Key": key, "ContentType": media_type, "ContentLength": size}
    theirs = oracle(origin, "put_object", parameters, at, seconds)
    ours = PresignedUrls(credentials=CREDENTIALS, region=REGION).put_url(
        origin,
        f"{BUCKET}/{key}",
        content_type=media_type,
        size_bytes=size,
        now=at,
        lifetime=timedelta(seconds=seconds),
    )
    assert ours == theirs
    accepted("PUT", theirs, {"Content-Type": media_type, "Content-Length": str(size)}, at)


@given(origin=origins, key=keys, media_type=texts, disposition=texts, at=times, seconds=lifetimes)
@settings(deadline=None, max_examples=300)
def test_a_get_is_signed_as_botocore_signs_it(
    oracle: Oracle, origin: str, key: str, media_type: str, disposition: str, at: datetime, seconds: int
) -> None:
    parameters = {
        "Bucket": BUCKET,
        "Key": key,
        "ResponseContentType": media_type,
        "ResponseContentDisposition": disposition,
    }
    theirs = oracle(origin, "get_object", parameters, at, seconds)
    query = encoded_query([("response-content-type", media_type), ("response-content-disposition", disposition)])
    ours = presign(
        "GET",
        f"{object_url(origin, '/_s3', f'{BUCKET}/{key}')}?{query}",
        credentials=CREDENTIALS,
        region=REGION,
        now=at,
        lifetime=timedelta(seconds=seconds),
    )
    assert ours == theirs
    verified = accepted("GET", theirs, {}, at)
    assert verified.parameters["response-content-type"] == media_type
    assert verified.parameters["response-content-disposition"] == disposition


@pytest.mark.parametrize(
    ("operation", "method", "parameters", "headers"),
    [
        (
            "put_object",
            "PUT",
            {
                "ContentType": "image/png",
                "ContentLength": 3,
                "ChecksumSHA256": "n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=",
            },
            {
                "Content-Type": "image/png",
                "Content-Length": "3",
                "x-amz-checksum-sha256": "n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=",
            },
        ),
        ("put_object", "PUT", {"Metadata": {"who": "a  b"}}, {"X-Amz-Meta-Who": " a b "}),
        ("put_object", "PUT", {}, {}),
        ("get_object", "GET", {}, {"Accept": "*/*", "Range": "bytes=0-1"}),
        ("get_object", "GET", {"ResponseContentType": "", "VersionId": "a+b c"}, {}),
        ("head_object", "HEAD", {}, {}),
    ],
)
def test_what_botocore_presigned_is_accepted(
    oracle: Oracle, operation: str, method: str, parameters: dict[str, Any], headers: dict[str, str]
) -> None:
    url = oracle(ORIGIN, operation, {"Bucket": BUCKET, "Key": "a b", **parameters}, NOW, 60)
    accepted(method, url, headers, NOW)


def test_the_example_of_the_s3_documentation_has_its_signature() -> None:
    # "Authenticating Requests: Using Query Parameters", Amazon S3 API Reference.
    url = presign(
        "GET",
        "https://examplebucket.s3.amazonaws.com/test.txt",
        credentials=Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
        region="us-east-1",
        now=datetime(2013, 5, 24, tzinfo=UTC),
        lifetime=timedelta(days=1),
    )
    assert url.endswith("X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404")


@pytest.mark.parametrize(
    "lifetime", [timedelta(), timedelta(seconds=-1), timedelta(seconds=1.5), timedelta(days=7, seconds=1)]
)
def test_a_lifetime_s3_would_not_take_is_not_signed(lifetime: timedelta) -> None:
    with pytest.raises(ValueError, match="1 to 604800 whole seconds"):
        presign("GET", ORIGIN, credentials=CREDENTIALS, region=REGION, now=NOW, lifetime=lifetime)


def test_the_secret_never_shows() -> None:
    assert CREDENTIALS.secret_access_key not in repr(CREDENTIALS)
    url = presign("GET", ORIGIN, credentials=CREDENTIALS, region=REGION, now=NOW, lifetime=LIFETIME)
    assert CREDENTIALS.secret_access_key not in url
