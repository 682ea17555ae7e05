"""Presigned URLs are changed in one place; a server that checks signatures finds just that."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest

from contract_tests import presigned
from contract_tests.presigned import BucketCall
from contract_tests.suites.uploads.bucket_faults import FAULTS, ORDER, Fault, faults, first, with_faults
from contract_tests.suites.uploads.downloads import harmless, offered_name
from mock_server.object_storage.rules import Refusal
from mock_server.object_storage.signature import Credentials, SignedRequest, presign, verify

KEY = Credentials("AKIDEXAMPLE", "not-a-secret")
NOW = datetime(2026, 11, 22, 23, 55, tzinfo=UTC)
PLACE = "https://s3.example.com/_s3/invoice-uploads/uploads/3f8a1b2c-5d6e-4f70-8a9b-0c1d2e3f4a5b"
CONTENT = b"%PDF-1.4 and more"
QUERY_RULES = [each for each in FAULTS if each.rule.startswith("UPL-URL")]


def put_call() -> BucketCall:
    headers = {"content-type": "application/pdf"}
    signed = {**headers, "content-length": str(len(CONTENT))}
    url = presign("PUT", PLACE, credentials=KEY, region="eu-1", now=NOW, lifetime=timedelta(minutes=15), headers=signed)
    return BucketCall("PUT", url, headers, CONTENT)


def get_call() -> BucketCall:
    shown = (
        "?response-content-type=application%2Fpdf&response-content-disposition=inline%3B%20filename%3D%22a%20b.pdf%22"
    )
    url = presign("GET", PLACE + shown, credentials=KEY, region="eu-1", now=NOW, lifetime=timedelta(minutes=15))
    return BucketCall("GET", url)


def verdict(call: BucketCall) -> str:
    """The rule a server refuses the call by; empty where it is fine."""
    parts = urlsplit(call.url)
    headers = {"host": parts.netloc, **call.headers}
    if call.body:
        headers["content-length"] = str(len(call.body))
    pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
    request = SignedRequest(call.method, parts.path.encode(), parts.query.encode(), pairs)
    found = verify(request, credentials=KEY, region="eu-1", now=NOW + timedelta(minutes=1))
    return found.rule if isinstance(found, Refusal) else ""


def test_calls_that_are_not_changed_are_fine() -> None:
    assert verdict(put_call()) == verdict(get_call()) == ""


@pytest.mark.parametrize("fault", [each for each in QUERY_RULES if each in faults("put")], ids=lambda each: each.name)
def test_a_fault_of_a_put_breaks_its_rule(fault: Fault) -> None:
    assert verdict(fault.change(put_call())) == fault.rule


@pytest.mark.parametrize("fault", [each for each in QUERY_RULES if each in faults("fetch")], ids=lambda each: each.name)
def test_a_fault_of_a_fetch_breaks_its_rule(fault: Fault) -> None:
    assert verdict(fault.change(get_call())) == fault.rule


def test_of_any_two_faults_the_first_in_the_order_is_found() -> None:
    able = [each for each in faults("put") if each.rule.startswith("UPL-URL")]
    pairs = [(one, other) for one in able for other in able if one.place < other.place]
    assert pairs
    for pair in pairs:
        assert verdict(with_faults(put_call(), pair)) == first(pair), [each.name for each in pair]


def test_every_rule_about_urls_has_a_fault() -> None:
    assert {each for each in ORDER if each.startswith("UPL-URL")} <= {each.rule for each in FAULTS}


def test_what_is_not_changed_stays_as_it_was() -> None:
    url = get_call().url
    assert presigned.with_parameter(url, "X-Amz-Expires", "900") == url
    assert presigned.pairs(presigned.without_parameter(url, "X-Amz-Date")) == [
        pair for pair in presigned.pairs(url) if pair[0] != "X-Amz-Date"
    ]


def test_a_date_moves_with_the_day_of_its_credential() -> None:
    moved = presigned.dated(put_call().url, timedelta(minutes=10))
    assert presigned.parameter(moved, "X-Amz-Date") == "20261123T000500Z"
    assert "/20261123/" in presigned.parameter(moved, "X-Amz-Credential")


def test_another_letter_is_always_another() -> None:
    assert [presigned.other_letter("0a", place) for place in (0, 1)] == ["1a", "00"]


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ("inline; filename=\"_.pdf\"; filename*=UTF-8''M%C3%A4rz.pdf", "März.pdf"),
        ('attachment; filename="a \\"b\\".pdf"', 'a "b".pdf'),
        ("inline; filename=plain.pdf", "plain.pdf"),
        ("inline", ""),
        ("", ""),
    ],
)
def test_names_of_files_are_read_as_browsers_do(disposition: str, name: str) -> None:
    assert offered_name(disposition) == name


def test_separators_and_blanks_may_be_made_harmless() -> None:
    assert harmless(" a/b\\c ") == harmless("a_b_c")
    assert harmless("..") == ""
