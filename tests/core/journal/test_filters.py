"""Entries are found by what they are."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from mock_server.core.errors import Refused
from mock_server.core.exchange import Caller
from mock_server.core.journal.filters import FILTERS, BadFilter, filter_of
from mock_server.core.trace import Trace
from tests.core.journal.builders import AT, JSON, entry, message

PAID = entry(
    operation_id="submitInvoice",
    at=AT,
    method="POST",
    path="/pay-int-api/invoices/497f6eca-6276-4993-bfeb-53cbbbba6f08/submit",
    query="trial=1",
    status=400,
    caller=Caller("harbor", "6ebdfc37"),
    request=message({"totalAmount": 12.5, "tags": [{"a/b": "x"}], "paid": True}, JSON, ("X-Trial", "One")),
    response=message({"details": "Card DECLINED", "count": 1, "nothing": None}),
    trace=Trace(refused=Refused("INV-CARD", "no such card"), steered="fault-7"),
)

CASES = {
    "operation": (["submitInvoice"], ["createInvoice", "submit"]),
    "status": (["400", "4xx", "4XX"], ["404", "2xx"]),
    "rule": (["INV-CARD"], ["INV", "CTL-X"]),
    "method": (["POST", "post"], ["GET"]),
    "path": (
        [PAID.path, "/pay-int-api/*/submit", "*submit", "/pay-int-api/invoices/????????-*"],
        ["/pay-int-api/invoices", "submit", "/pay-int-api/?/submit"],
    ),
    "header": (["x-trial", "X-Trial=One", "content-type=application/json"], ["x-trial=one", "x-tri", "X-Trial="]),
    "body": (
        ["/totalAmount", "/totalAmount=12.50", "/tags/0/a~1b=x", '/tags/0/a~1b="x"', "/paid=true", "/nothing=null"],
        ["/totalAmount=12", "/tags/1", "/paid=1", "/count=true", "/missing=null", "/tags/0/a~1b=y"],
    ),
    "merchant": (["6ebdfc37"], ["6ebdfc"]),
    "since": (["2026-11-02T09:30:00Z", "2026-11-01"], ["2026-11-02T09:30:00.001Z"]),
    "until": (["2026-11-02T09:30:00Z", "2026-11-02T10:30:00+01:00"], ["2026-11-02T09:29:59.999Z"]),
    "steered": (["true", "fault-7", "fault"], ["false", "fault-8"]),
    "text": (["declined", "TRIAL=1", "x-trial: one", "no such card"], ["nowhere"]),
}


@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_lets_pass_what_fits_and_nothing_else(name: str) -> None:
    fitting, others = CASES[name]

    assert {text: filter_of({name: text})(PAID) for text in fitting} == dict.fromkeys(fitting, True)
    assert {text: filter_of({name: text})(PAID) for text in others} == dict.fromkeys(others, False)


def test_all_that_is_given_has_to_fit() -> None:
    assert filter_of({"operation": "submitInvoice", "status": "4xx"})(PAID)
    assert not filter_of({"operation": "submitInvoice", "status": "2xx"})(PAID)
    assert filter_of({})(PAID)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("status", "6xx"),
        ("status", "4x"),
        ("status", "fine"),
        ("header", "=One"),
        ("body", "totalAmount=1"),
        ("since", "yesterday"),
        ("until", "2026-02-30"),
    ],
)
def test_what_can_not_be_understood_is_refused_by_the_filters_name(name: str, text: str) -> None:
    with pytest.raises(BadFilter) as caught:
        filter_of({name: text})

    assert caught.value.name == name


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b'"text"', b"\xff", b'{"a": NaN}'])
def test_a_body_of_another_shape_fits_no_pointer_into_it(body: bytes) -> None:
    assert not filter_of({"body": "/a"})(entry(request=message(body), response=message(body)))


def test_the_whole_body_stands_at_the_empty_pointer() -> None:
    assert filter_of({"body": '={"a":1}'})(entry(request=message({"a": 1})))


def test_a_form_has_members_too() -> None:
    form = message(b"grant_type=refresh_token&scope=a+b", "application/x-www-form-urlencoded")

    assert filter_of({"body": "/scope=a b"})(entry(request=form))


def test_steered_by_nothing_is_found_as_well() -> None:
    assert filter_of({"steered": "false"})(entry())


def test_time_is_the_namespaces() -> None:
    later = entry(at=AT + timedelta(days=365))

    assert filter_of({"since": "2027-01-01"})(later)
    assert json.loads(later.request.body or b"null") is None
