"""What a signature covers, how it may be spelled, and both sides of every edge."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from urllib.parse import unquote_to_bytes

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mock_server.object_storage.canonical import query_pairs
from mock_server.object_storage.rules import Refusal, Rule
from mock_server.object_storage.signature import Credentials, SignedRequest, Verified, verify
from tests.object_storage.builders import CREDENTIALS, LIFETIME, NOW, REGION, signed

HOST = (b"host", b"files.example:8080")
SECOND = timedelta(seconds=1)
CUT_TO_SECOND = NOW.replace(microsecond=0)
PUT_HEADERS = [HOST, (b"content-type", b"image/png"), (b"content-length", b"3")]


def request(method: str, url: str, headers: list[tuple[bytes, bytes]] | None = None) -> SignedRequest:
    path, _, query = url.removeprefix("http://files.example:8080").partition("?")
    return SignedRequest(method, path.encode(), query.encode(), headers or [HOST])


def put() -> SignedRequest:
    url = signed("PUT", "/_s3/uploads/a", headers=[("content-type", "image/png"), ("content-length", "3")])
    return request("PUT", url, PUT_HEADERS)


def get(path: str = "/_s3/uploads/a?response-content-type=a%2Fb") -> SignedRequest:
    return request("GET", signed("GET", path))


def rule(request: SignedRequest, *, after: timedelta = timedelta()) -> str | None:
    verdict = verify(request, credentials=CREDENTIALS, region=REGION, now=NOW + after)
    return verdict.rule if isinstance(verdict, Refusal) else None


def with_query(request: SignedRequest, old: str, new: str) -> SignedRequest:
    assert old.encode() in request.raw_query
    return replace(request, raw_query=request.raw_query.replace(old.encode(), new.encode()))


def test_an_untouched_request_is_accepted() -> None:
    assert rule(put()) is None
    assert rule(get()) is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("X-Amz-Algorithm=", "X-Amz-Algo="),
        ("X-Amz-Algorithm=AWS4-HMAC-SHA256", "X-Amz-Algorithm="),
        ("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA1"),
        ("X-Amz-Credential=", "x-amz-credential="),
        ("%2Faws4_request", "%2Faws5_request"),
        ("%2Faws4_request", ""),
        ("%2F20260304%2F", "%2F20260305%2F"),
        ("us-east-1", "us-east-2"),
        ("%2Fs3%2F", "%2Fsqs%2F"),
        ("Credential=AKIDEXAMPLE", "Credential="),
        ("X-Amz-Date=2026", "X-Amz-Date=26"),
        ("T050607Z", "T250607Z"),
        ("T050607Z", "T050607"),
        ("T050607Z", "T05060%D9%A7Z"),
        ("X-Amz-Expires=900", "X-Amz-Expires=0"),
        ("X-Amz-Expires=900", "X-Amz-Expires=-1"),
        ("X-Amz-Expires=900", "X-Amz-Expires=900.0"),
        ("X-Amz-Expires=900", "X-Amz-Expires=604801"),
        ("X-Amz-Expires=900", "X-Amz-Expires=9999999999"),
        ("X-Amz-Expires=900", "X-Amz-Expires=900&X-Amz-Expires=900"),
        ("X-Amz-SignedHeaders=host", "X-Amz-SignedHeaders="),
        ("X-Amz-SignedHeaders=host", "X-Amz-SignedHeaders=Host"),
        ("X-Amz-SignedHeaders=host", "X-Amz-SignedHeaders=host%3Bhost"),
        ("X-Amz-SignedHeaders=host", "X-Amz-SignedHeaders=host%3B"),
        ("X-Amz-Signature=", "Signature="),
        ("X-Amz-Signature=", "X-Amz-Signature=&X-Amz-Signature="),
    ],
)
def test_a_missing_doubled_or_malformed_parameter_is_refused(old: str, new: str) -> None:
    assert rule(with_query(get(), old, new)) == Rule.PARAMETERS


def test_no_parameters_at_all_are_refused() -> None:
    assert rule(SignedRequest("GET", b"/_s3/uploads/a", b"", [HOST])) == Rule.PARAMETERS


def test_an_authorization_header_beside_the_query_is_refused() -> None:
    # A common mistake: clients that send their bearer token to the bucket too. S3 wants one or the other.
    assert rule(replace(get(), headers=[HOST, (b"Authorization", b"Bearer x")])) == Rule.PARAMETERS


@pytest.mark.parametrize("seconds", [1, 604_800])
def test_the_shortest_and_the_longest_lifetime_are_accepted(seconds: int) -> None:
    url = signed("GET", "/_s3/uploads/a", lifetime=timedelta(seconds=seconds))
    assert rule(request("GET", url)) is None


def test_an_unknown_access_key_is_refused() -> None:
    foreign = signed("GET", "/a", credentials=Credentials("AKIDOTHER", CREDENTIALS.secret_access_key))
    assert rule(request("GET", foreign)) == Rule.ACCESS_KEY


def test_the_right_access_key_with_another_secret_is_refused() -> None:
    forged = signed("GET", "/a", credentials=replace(CREDENTIALS, secret_access_key="guessed"))
    assert rule(request("GET", forged)) == Rule.SIGNATURE


def test_a_signed_header_must_be_sent() -> None:
    assert rule(replace(put(), headers=[HOST, (b"content-length", b"3")])) == Rule.SIGNED_HEADERS


def test_the_host_must_be_sent() -> None:
    assert rule(replace(get(), headers=[])) == Rule.SIGNED_HEADERS


def test_the_host_must_be_signed() -> None:
    assert rule(with_query(put(), "%3Bhost&", "&")) == Rule.SIGNED_HEADERS


def test_an_amz_header_must_be_signed() -> None:
    verdict = verify(
        replace(get(), headers=[HOST, (b"X-Amz-Acl", b"private")]), credentials=CREDENTIALS, region=REGION, now=NOW
    )
    assert isinstance(verdict, Refusal)
    assert (verdict.rule, verdict.facts["HeadersNotSigned"]) == (Rule.SIGNED_HEADERS, "x-amz-acl")


def test_a_checksum_may_be_sent_unsigned() -> None:
    assert rule(replace(put(), headers=[*PUT_HEADERS, (b"x-amz-checksum-sha256", b"x")])) is None


def test_a_put_url_used_to_get_has_the_wrong_signature_though_it_sends_no_type() -> None:
    assert rule(replace(put(), method="GET", headers=[HOST])) == Rule.SIGNATURE


def test_a_url_may_be_dated_a_quarter_of_an_hour_ahead_and_no_more() -> None:
    dated = get()
    skew = timedelta(minutes=15)
    assert rule(dated, after=CUT_TO_SECOND - NOW - skew) is None
    assert rule(dated, after=CUT_TO_SECOND - NOW - skew - timedelta(milliseconds=1)) == Rule.FUTURE


def test_a_url_holds_at_its_last_instant_and_no_longer() -> None:
    dated = get()
    assert rule(dated, after=CUT_TO_SECOND - NOW + LIFETIME) is None
    assert rule(dated, after=CUT_TO_SECOND - NOW + LIFETIME + timedelta(milliseconds=1)) == Rule.EXPIRED


def test_the_end_of_time_is_only_in_the_future() -> None:
    late = with_query(with_query(get(), "20260304T", "99991231T"), "%2F20260304%2F", "%2F99991231%2F")
    assert rule(late) == Rule.FUTURE


def test_expiry_is_found_before_a_wrong_signature() -> None:
    forged = signed("GET", "/a", credentials=replace(CREDENTIALS, secret_access_key="guessed"))
    assert rule(request("GET", forged), after=LIFETIME + SECOND) == Rule.EXPIRED


@pytest.mark.parametrize(
    "tampered",
    [
        replace(put(), method="HEAD"),
        replace(get(), method="HEAD"),
        replace(get(), raw_path=b"/_s3/uploads/b"),
        replace(get(), raw_path=b"/_s3/uploads//a"),
        replace(get(), raw_path=b"/_s3/uploads/a/"),
        replace(get(), raw_path=b"/_s3/uploads/A"),
        with_query(get(), "response-content-type=a%2Fb", "response-content-type=a%2Fc"),
        with_query(get(), "response-content-type=a%2Fb&", ""),
        with_query(get(), "response-content-type", "response-cache-control"),
        with_query(get(), "X-Amz-Algorithm", "x=&X-Amz-Algorithm"),
        with_query(get(), "X-Amz-Algorithm", "=&X-Amz-Algorithm"),
        with_query(get(), "X-Amz-Expires=900", "X-Amz-Expires=901"),
        with_query(get(), "T050607Z", "T050608Z"),
        replace(get(), headers=[(b"host", b"files.example:8081")]),
        replace(get(), headers=[(b"host", b"other.example:8080")]),
        replace(get(), headers=[HOST, (b"host", b"other.example:8080")]),
        replace(put(), headers=[HOST, (b"content-type", b"image/jpeg"), (b"content-length", b"3")]),
        replace(put(), headers=[HOST, (b"content-type", b"image/png"), (b"content-length", b"4")]),
        with_query(get(), "X-Amz-Signature=", "X-Amz-Signature=0"),
        replace(get(), raw_query=get().raw_query[:-1]),
        replace(get(), raw_query=get().raw_query[:-64] + get().raw_query[-64:].upper()),
        replace(get(), raw_query=get().raw_query[:-64] + b"%C3%A9" * 64),
    ],
    ids=range(22),
)
def test_whatever_else_is_changed_the_signature_does_not_match(tampered: SignedRequest) -> None:
    assert rule(tampered) == Rule.SIGNATURE


@given(data=st.data())
@settings(deadline=None)
def test_a_url_that_says_anything_else_is_refused(data: st.DataObject) -> None:
    """Change one character anywhere; unless the URL still says the same, it is refused by one of the URL's rules."""
    original = get("/_s3/uploads/a%20~ü/b.pdf?response-content-type=application%2Fpdf&x=a%2Bb+c")
    line = original.raw_path + b"?" + original.raw_query
    at = data.draw(st.integers(0, len(line) - 1))
    character = data.draw(st.integers(0x21, 0x7E))
    path, mark, query = (line[:at] + bytes([character]) + line[at + 1 :]).partition(b"?")
    assume(
        not mark
        or unquote_to_bytes(path) != unquote_to_bytes(original.raw_path)
        or sorted(query_pairs(query)) != sorted(query_pairs(original.raw_query))
    )
    verdict = rule(replace(original, raw_path=path, raw_query=query))
    assert verdict is not None
    assert verdict.startswith("UPL-URL-")


@pytest.mark.parametrize(
    ("signed_path", "sent"),
    [
        ("/_s3/u/a%7Eb", "/_s3/u/a~b?"),
        ("/_s3/u/a~b", "/_s3/u/a%7eb?"),
        ("/_s3/u/%C3%BC", "/_s3/u/%c3%bc?"),
        ("/_s3/u/a%2Bb", "/_s3/u/a+b?"),
        ("/_s3/u/a(b)", "/_s3/u/a%28b%29?"),
        ("/_s3/u/a//b/../c", "/_s3/u/a//b/../c?"),
        ("/_s3/u/a?x=1%202", "/_s3/u/a?x=1+2&"),
        ("/_s3/u/a?x=1+2", "/_s3/u/a?x=1%202&"),
        ("/_s3/u/a?x=~&y=%2f", "/_s3/u/a?y=/&x=%7E&"),
        ("/_s3/u/a?x", "/_s3/u/a?x=&"),
        ("/_s3/u/a?x=", "/_s3/u/a?x&"),
        ("/_s3/u/a?x=1&x=2", "/_s3/u/a?x=2&x=1&"),
        ("/_s3/u/a?b=1&b%2F=2&B=3", "/_s3/u/a?B=3&b%2F=2&b=1&"),
    ],
)
def test_another_spelling_of_the_same_url_is_accepted(signed_path: str, sent: str) -> None:
    url = signed("GET", signed_path)
    auth = url[url.index("X-Amz-Algorithm") :]
    assert rule(request("GET", sent + auth)) is None


@pytest.mark.parametrize(
    ("signed_path", "sent"),
    [
        ("/_s3/u/a%20b", "/_s3/u/a+b?"),
        ("/_s3/u/a?x=1%2B2", "/_s3/u/a?x=1+2&"),
        ("/_s3/u/a//b", "/_s3/u/a/b?"),
        ("/_s3/u/a/../b", "/_s3/u/b?"),
        ("/_s3/u/a%2520b", "/_s3/u/a%20b?"),
    ],
)
def test_a_url_that_only_looks_the_same_is_refused(signed_path: str, sent: str) -> None:
    url = signed("GET", signed_path)
    auth = url[url.index("X-Amz-Algorithm") :]
    assert rule(request("GET", sent + auth)) == Rule.SIGNATURE


def test_space_around_and_inside_header_values_does_not_count() -> None:
    url = signed("PUT", "/a", headers=[("Content-Type", "text/plain; charset=utf-8")])
    sent = [HOST, (b"Content-Type", b"  text/plain;   charset=utf-8 ")]
    assert rule(request("PUT", url, sent)) is None


def test_a_header_sent_twice_counts_as_a_list() -> None:
    url = signed("PUT", "/a", headers=[("x-amz-meta-a", "1,2")])
    assert rule(request("PUT", url, [HOST, (b"x-amz-meta-a", b"1"), (b"x-amz-meta-a", b"2")])) is None
    assert rule(request("PUT", url, [HOST, (b"x-amz-meta-a", b"2"), (b"x-amz-meta-a", b"1")])) == Rule.SIGNATURE


def test_the_query_comes_back_decoded() -> None:
    verdict = verify(
        request("GET", signed("GET", "/a?x=%C3%BC+1&x=2&empty")), credentials=CREDENTIALS, region=REGION, now=NOW
    )
    assert isinstance(verdict, Verified)
    assert (verdict.parameters["x"], verdict.parameters["empty"]) == ("ü 1", "")
