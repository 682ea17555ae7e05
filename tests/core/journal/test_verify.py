"""A test says what it expects, and is told what came nearest."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_server.core.errors import Refused
from mock_server.core.journal.contents import ABSENT
from mock_server.core.journal.entry import Exchanged
from mock_server.core.journal.matching import DIFFERENCES, differences
from mock_server.core.journal.verify import MOST_MISSES, verify_sequence, verify_times
from mock_server.core.trace import Trace
from tests.core.journal.builders import JSON, entry, message

CREATED = entry(
    operation_id="createInvoice",
    query="trial=1&trial=2",
    request=message({"customer": {"name": "Ada", "vip": True}, "lines": [{"n": 1}, {"n": 2}]}, JSON, ("X-Try", "1")),
    response=message({"id": "inv-1", "total": 12.50}),
)
REFUSED = entry(
    operation_id="cancelInvoice",
    method="PUT",
    path="/pay-int-api/invoices/inv-1/cancel",
    status=400,
    trace=Trace(refused=Refused("INV-CANCEL-STATE", "no")),
)
READ = entry(operation_id="getInvoice", method="GET", path="/pay-int-api/invoices/inv-1")

CASES: dict[str, tuple[list[Any], list[tuple[Any, list[tuple[str, Any, Any]]]]]] = {
    "operation": (["createInvoice"], [("getInvoice", [("/operation", "getInvoice", "createInvoice")])]),
    "method": (["POST"], [("GET", [("/method", "GET", "POST")])]),
    "path": (["/pay-int-api/*"], [("/x", [("/path", "/x", "/pay-int-api/invoices")])]),
    "status": ([200, "2xx"], [(404, [("/status", 404, 200)]), ("4xx", [("/status", "4xx", 200)])]),
    "rule": ([], [("INV-X", [("/rule", "INV-X", ABSENT)])]),
    "merchant": (["6ebdfc37-cbfa-40c9-8955-a7e6bd7a3816"], [("m", [("/merchant", "m", CREATED.caller.merchant_id)])]),  # type: ignore[union-attr]
    "headers": (
        [{"x-try": "1"}, {"X-TRY": "1", "x-none": None}],
        [
            ({"x-try": "2"}, [("/headers/x-try", "2", "1")]),
            ({"x-try": None, "a/b": "1"}, [("/headers/x-try", ABSENT, "1"), ("/headers/a~1b", "1", ABSENT)]),
        ],
    ),
    "query": ([{"trial": "2"}, {"other": None}], [({"trial": "3"}, [("/query/trial", "3", "1, 2")])]),
    "body": (
        [{}, {"customer": {"name": "Ada"}}, {"lines": [{}, {"n": 2}]}, {"customer": {"vip": True}}],
        [
            (
                {"customer": {"name": "Bob", "age": 7}},
                [("/body/customer/name", "Bob", "Ada"), ("/body/customer/age", 7, ABSENT)],
            ),
            ({"lines": [{"n": 1}]}, [("/body/lines", [{"n": 1}], [{"n": 1}, {"n": 2}])]),
            ({"lines": [{"n": 2}, {"n": 2}]}, [("/body/lines/0/n", 2, 1)]),
            ({"customer": {"vip": 1}}, [("/body/customer/vip", 1, True)]),
            ([], [("/body", [], {"customer": {"name": "Ada", "vip": True}, "lines": [{"n": 1}, {"n": 2}]})]),
        ],
    ),
    "bodyPaths": (
        [{"/lines/1/n": 2, "/customer/vip": True}, {}],
        [
            (
                {"/lines/2/n": 3, "/x~1y": None},
                [("/bodyPaths/~1lines~12~1n", 3, ABSENT), ("/bodyPaths/~1x~01y", None, ABSENT)],
            )
        ],
    ),
    "responseBody": ([{"total": 12.5}, {"id": "inv-1"}], [({"total": 12}, [("/responseBody/total", 12, 12.5)])]),
    "responseBodyPaths": ([{"/total": 12.5}], [({"/id": "x"}, [("/responseBodyPaths/~1id", "x", "inv-1")])]),
}


@pytest.mark.parametrize("name", DIFFERENCES)
def test_a_matcher_is_fitted_or_says_where_it_is_not(name: str) -> None:
    fitting, others = CASES[name]

    assert [list(differences({name: wanted}, CREATED)) for wanted in fitting] == [[] for _ in fitting]
    for wanted, expected in others:
        found = [(each.pointer, each.expected, each.actual) for each in differences({name: wanted}, CREATED)]
        assert found == expected


def test_a_rule_is_among_those_that_refused() -> None:
    assert not list(differences({"rule": "INV-CANCEL-STATE"}, REFUSED))


@pytest.mark.parametrize(
    ("times", "is_verified"),
    [
        ({}, True),
        ({"exactly": 2}, True),
        ({"exactly": 1}, False),
        ({"exactly": 3}, False),
        ({"atLeast": 2}, True),
        ({"atLeast": 3}, False),
        ({"atMost": 2}, True),
        ({"atMost": 1}, False),
        ({"atLeast": 1, "atMost": 2}, True),
    ],
)
def test_how_often_can_be_said(times: dict[str, int], is_verified: bool) -> None:
    again = entry(operation_id="createInvoice")
    verdict = verify_times({"operation": "createInvoice"}, times, [CREATED, READ, again])

    assert (verdict.is_verified, verdict.matched, verdict.inspected) == (is_verified, (CREATED.id, again.id), 3)


def test_never_can_be_said() -> None:
    assert verify_times({"status": "5xx"}, {"exactly": 0}, [CREATED]).is_verified
    assert not verify_times({"status": "2xx"}, {"exactly": 0}, [CREATED]).is_verified


def test_once_is_enough_where_nothing_is_said() -> None:
    assert verify_times({}, {}, [READ]).is_verified
    assert not verify_times({}, {}, []).is_verified


def test_what_came_nearest_is_told_first_with_all_that_differs() -> None:
    verdict = verify_times({"operation": "cancelInvoice", "status": 200}, {}, [READ, CREATED, REFUSED])

    assert [each.entry for each in verdict.misses] == [REFUSED, READ, CREATED]
    assert [each.pointer for each in verdict.misses[0].differences] == ["/status"]
    assert verdict.message == (
        "expected at least 1 of operation cancelInvoice, status 200; found 0 among 3. "
        f"The nearest is PUT /pay-int-api/invoices/inv-1/cancel 400 ({REFUSED.id}): /status should be 200, was 400."
    )


def test_another_operation_is_farther_than_many_wrong_members() -> None:
    body = {str(number): number for number in range(40)}
    verdict = verify_times({"operation": "createInvoice", "body": body}, {}, [READ, CREATED])

    assert [each.entry for each in verdict.misses] == [CREATED, READ]


def test_only_a_few_misses_are_told_and_none_where_too_many_fit() -> None:
    many = [entry() for _ in range(20)]

    assert len(verify_times({"status": 404}, {}, many).misses) == MOST_MISSES
    assert verify_times({"status": 200}, {"atMost": 3}, [*many, REFUSED]).misses == ()


@pytest.mark.parametrize("matcher", [{"status": "9xx"}, {"bodyPaths": {"id": 1}}, {"responseBodyPaths": {"id": 1}}])
def test_a_matcher_that_nothing_can_be_held_against_is_refused(matcher: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        verify_times(matcher, {}, [])
    with pytest.raises(ValueError):
        verify_sequence([matcher], [], is_strict=False)


STEPS = [{"operation": "createInvoice"}, {"operation": "getInvoice"}]


def test_steps_are_found_in_their_order_with_others_between() -> None:
    verdict = verify_sequence(STEPS, [REFUSED, CREATED, REFUSED, READ], is_strict=False)

    assert (verdict.is_verified, verdict.matched) == (True, (CREATED.id, READ.id))


def test_steps_in_another_order_are_not_found() -> None:
    verdict = verify_sequence(STEPS, [READ, CREATED, REFUSED], is_strict=False)

    assert (verdict.is_verified, verdict.matched) == (False, (CREATED.id,))
    assert [each.entry for each in verdict.misses] == [REFUSED]
    assert "step 2, operation getInvoice, was not found after POST" in verdict.message


def test_strictly_nothing_may_lie_between() -> None:
    between = [CREATED, REFUSED, READ]

    assert not verify_sequence(STEPS, between, is_strict=True).is_verified
    assert verify_sequence(STEPS, [*between, CREATED, READ, REFUSED], is_strict=True).is_verified


def test_of_a_strict_run_that_breaks_off_the_one_that_broke_it_is_told() -> None:
    verdict = verify_sequence(STEPS, [CREATED, REFUSED, READ], is_strict=True)

    assert verdict.matched == (CREATED.id,)
    assert [each.entry for each in verdict.misses] == [REFUSED]


def test_a_step_that_fits_twice_needs_two_exchanges() -> None:
    assert not verify_sequence([{}, {}], [READ], is_strict=False).is_verified
    assert verify_sequence([{}, {}], [READ, READ], is_strict=False).is_verified


@given(st.lists(st.sampled_from("abc"), max_size=8), st.lists(st.sampled_from("abc"), min_size=1, max_size=4))
def test_sequences_are_found_exactly_where_they_are(happened: list[str], wanted: list[str]) -> None:
    entries: list[Exchanged] = [entry(operation_id=each) for each in happened]
    steps = [{"operation": each} for each in wanted]
    rest = iter(happened)

    assert verify_sequence(steps, entries, is_strict=False).is_verified == all(each in rest for each in wanted)
    assert verify_sequence(steps, entries, is_strict=True).is_verified == ("".join(wanted) in "".join(happened))
