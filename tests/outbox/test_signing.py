"""The body and the signature of a delivery, as the vendor's receivers compute them."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_server.outbox.signing import (
    ID_HEADER,
    SIGNATURE_HEADER,
    TIMESTAMP_HEADER,
    complaint,
    signature,
    signed_headers,
)

SECRET = "a secret of the tests"
AT = datetime(2026, 11, 2, 9, 30, 15, 999000, tzinfo=UTC)
BODY = b'{"id":"m"}'
SECOND = timedelta(seconds=1)


def test_the_signature_is_the_hmac_of_id_timestamp_and_body_with_dots_between() -> None:
    """The expected value was computed with openssl."""
    assert signature("0123456789abcdef", "evt_1", "1700000000", b"{}") == (
        "v1,5/6qDyjZnwbEUs9I9I8i7BGKidfp/4yA/2sCbBGqvwc="
    )


def test_the_timestamp_is_in_whole_seconds_since_1970() -> None:
    headers = signed_headers(SECRET, "m", AT, BODY)

    assert headers[TIMESTAMP_HEADER] == "1793611815"
    assert headers[ID_HEADER] == "m"
    assert headers[SIGNATURE_HEADER] == signature(SECRET, "m", "1793611815", BODY)


@given(secret=st.text(min_size=1), body=st.binary(), message_id=st.text("abc-09", min_size=1))
def test_receivers_accept_what_was_signed(secret: str, body: bytes, message_id: str) -> None:
    headers = signed_headers(secret, message_id, AT, body)

    assert complaint(secret, headers, body, AT) is None
    key, said = secret.encode(), f"{message_id}.{headers[TIMESTAMP_HEADER]}.".encode() + body
    assert headers[SIGNATURE_HEADER][3:] == base64.b64encode(hmac.digest(key, said, hashlib.sha256)).decode()


@pytest.mark.parametrize("name", [ID_HEADER, TIMESTAMP_HEADER, SIGNATURE_HEADER])
def test_receivers_refuse_a_delivery_that_lacks_a_header(name: str) -> None:
    headers = signed_headers(SECRET, "m", AT, BODY)
    del headers[name]

    assert complaint(SECRET, headers, BODY, AT) == f"{name} is missing"


@pytest.mark.parametrize(
    ("changes", "body"),
    [({ID_HEADER: "n"}, BODY), ({TIMESTAMP_HEADER: "1793611816"}, BODY), ({}, BODY + b" "), ({}, b"")],
)
def test_receivers_refuse_what_was_changed_on_the_way(changes: dict[str, str], body: bytes) -> None:
    headers = signed_headers(SECRET, "m", AT, BODY) | changes

    assert complaint(SECRET, headers, body, AT) == "the signature does not match"


def test_receivers_refuse_what_another_secret_has_signed() -> None:
    assert complaint("another", signed_headers(SECRET, "m", AT, BODY), BODY, AT) == "the signature does not match"


@pytest.mark.parametrize("seconds", [-300, 0, 300])
def test_receivers_accept_a_clock_that_is_five_minutes_off(seconds: int) -> None:
    assert complaint(SECRET, signed_headers(SECRET, "m", AT, BODY), BODY, AT + seconds * SECOND) is None


@pytest.mark.parametrize("seconds", [-301, 301])
def test_receivers_refuse_what_is_older_or_newer_than_that(seconds: int) -> None:
    wrong = complaint(SECRET, signed_headers(SECRET, "m", AT, BODY), BODY, AT + seconds * SECOND)

    assert wrong == "the timestamp is more than 300 seconds off"


@pytest.mark.parametrize("timestamp", ["soon", "-5", "1e9", "٣", "9" * 5000], ids=lambda text: text[:9])
def test_receivers_refuse_a_timestamp_that_is_none_although_it_was_signed(timestamp: str) -> None:
    headers = {
        ID_HEADER: "m",
        TIMESTAMP_HEADER: timestamp,
        SIGNATURE_HEADER: signature(SECRET, "m", timestamp, BODY),
    }

    assert complaint(SECRET, headers, BODY, AT) == "the timestamp is more than 300 seconds off"
