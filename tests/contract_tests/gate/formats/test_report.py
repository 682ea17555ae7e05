"""What becomes of what was found: failed, told, waived or known."""

from __future__ import annotations

from datetime import timedelta

import pytest

from contract_tests.gate.report import FAIL_ON, RANKS, Item, Level, Standing, judged, unused_waivers
from tests.contract_tests.gate.formats.building import KINDS, NEW, OLD, TODAY, item, one_of_each, report, waiver


def failing(*fail_on: str) -> set[str]:
    return {each.severity for each in judged(one_of_each(), fail_on, TODAY) if each.has_failed}


@pytest.mark.parametrize(
    ("fail_on", "expected"),
    [
        ("breaking", {"breaking"}),
        ("risky", {"breaking", "risky"}),
        ("safe", {"breaking", "risky", "safe"}),
        ("error", {"error"}),
        ("warning", {"error", "warning"}),
        ("version", {"version"}),
        ("nothing", set()),
    ],
)
def test_each_threshold_takes_in_what_is_worse_of_its_kind_and_nothing_else(fail_on: str, expected: set[str]) -> None:
    assert failing(fail_on) == expected


def test_what_fails_is_loud_whatever_it_is() -> None:
    assert judged([item("safe")], ["safe"], TODAY)[0].level is Level.ERROR
    assert judged([item("safe")], ["risky"], TODAY)[0].level is Level.NOTE


def test_thresholds_add_up() -> None:
    assert failing("breaking", "version") == {"breaking", "version"}
    assert set(FAIL_ON) - {"nothing"} == set(RANKS) - {"note"}
    assert set(RANKS) == set(KINDS)


def test_the_worst_comes_first_and_the_rest_keeps_its_order() -> None:
    first, second = item("safe", fingerprint="1"), item("safe", fingerprint="2")
    found = judged([first, item("risky"), second, item("breaking")], [], TODAY)
    assert [each.severity for each in found] == ["breaking", "risky", "safe", "safe"]
    assert [each.fingerprint for each in found[2:]] == ["1", "2"]


def one(given: Item, until: str, *fail_on: str) -> Item:
    return judged([given], fail_on, TODAY, [waiver(given.fingerprint, until)])[0]


def test_a_waiver_holds_until_the_end_of_its_day_and_then_fails_whatever_it_was() -> None:
    last = TODAY.isoformat()
    before = (TODAY - timedelta(days=1)).isoformat()
    assert one(item("breaking"), last, "breaking").standing is Standing.WAIVED
    assert one(item("breaking"), before, "breaking").standing is Standing.FAILED
    assert one(item("safe"), before, "breaking").standing is Standing.FAILED
    assert one(item("breaking"), before, "nothing").standing is Standing.TOLD


def test_a_waiver_is_for_its_fingerprint_alone() -> None:
    other = item("breaking", fingerprint="other")
    found = judged([other], ["breaking"], TODAY, [waiver("breaking-0123")])
    assert found[0].has_failed
    assert found[0].waiver is None


def test_what_stood_at_the_base_is_told_and_fails_nothing() -> None:
    found = judged([item("error"), item("error", fingerprint="new")], ["error"], TODAY, known=["error-0123"])
    assert [each.standing for each in found] == [Standing.KNOWN, Standing.FAILED]


def test_waivers_of_nothing_are_told() -> None:
    told = unused_waivers([waiver("breaking-0123"), waiver("gone")], one_of_each())
    assert len(told) == 1
    assert "gone" in told[0]


def test_the_verdict_counts_what_fails_and_the_exit_code_says_so() -> None:
    both = item("breaking"), item("breaking", fingerprint="2")
    assert report(*both, item("safe")).verdict == "Failed: 2 breaking changes"
    assert report(*both, item("safe")).exit_code == 1
    assert report(item("safe")).verdict == "Passed: 1 safe change"
    assert report(item("breaking"), waivers=(waiver("breaking-0123"),)).verdict == (
        "Passed: 1 breaking change (1 waived)"
    )
    assert (report().verdict, report().exit_code) == ("Passed: nothing to report", 0)


def test_what_is_gone_is_shown_near_where_it_stood() -> None:
    assert item().place == NEW
    assert item(new=None, near=NEW).place == NEW
    assert item(new=None).place == OLD
