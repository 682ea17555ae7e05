"""Instants as RFC 3339 texts: there and back, leap seconds, what no calendar has, and what lies out of reach."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_server.core.clock import whole_milliseconds
from mock_server.core.instants import add_clamped, from_text, to_text

LAST = datetime(9999, 12, 31, 23, 59, 59, 999000, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z")

instants = st.datetimes(timezones=st.just(UTC)).map(whole_milliseconds)
offsets = st.integers(-23 * 60 - 59, 23 * 60 + 59)


@given(instants)
def test_an_instant_comes_back_as_it_went(instant: datetime) -> None:
    text = to_text(instant)

    assert RFC_3339.fullmatch(text)
    assert from_text(text) == instant
    assert from_text(text).tzinfo is UTC


@given(st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31), timezones=st.just(UTC)), offsets)
def test_the_same_instant_in_another_zone_is_the_same_text(instant: datetime, offset: int) -> None:
    elsewhere = instant.astimezone(timezone(timedelta(minutes=offset)))

    assert to_text(elsewhere) == to_text(instant)
    assert from_text(elsewhere.isoformat()) == whole_milliseconds(instant)


@given(instants, st.sampled_from([str.lower, str.upper]), st.sampled_from(["T", "t", " "]))
def test_either_case_and_a_space_between_mean_the_same(instant: datetime, spelt: object, between: str) -> None:
    assert callable(spelt)
    assert from_text(spelt(to_text(instant)).replace("T", between).replace("t", between)) == instant


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-31T08:15:00Z", "2026-01-31T08:15:00Z"),
        ("2026-01-31t08:15:00z", "2026-01-31T08:15:00Z"),
        ("2026-01-31", "2026-01-31T00:00:00Z"),
        ("2024-02-29", "2024-02-29T00:00:00Z"),
        ("2026-01-31T08:15:00+01:30", "2026-01-31T06:45:00Z"),
        ("2026-01-31T08:15:00-00:00", "2026-01-31T08:15:00Z"),
        ("2026-01-31T23:30:00-23:59", "2026-02-01T23:29:00Z"),
        ("2026-01-31T08:15:00.5Z", "2026-01-31T08:15:00.500Z"),
        ("2026-01-31T08:15:00.000Z", "2026-01-31T08:15:00Z"),
        ("2026-01-31T08:15:00.001Z", "2026-01-31T08:15:00.001Z"),
        ("2026-01-31T08:15:00.0009999Z", "2026-01-31T08:15:00Z"),
        ("2026-01-31T08:15:00.123456789123456789Z", "2026-01-31T08:15:00.123Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
        ("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999Z"),
    ],
)
def test_a_text_names_an_instant(text: str, expected: str) -> None:
    assert to_text(from_text(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z"),
        ("2016-12-31t23:59:60z", "2016-12-31T23:59:59Z"),
        ("2016-12-31T18:59:60-05:00", "2016-12-31T23:59:59Z"),
        ("2016-12-31T23:59:60.250Z", "2016-12-31T23:59:59.250Z"),
    ],
)
def test_a_leap_second_counts_as_the_last_second_of_its_minute(text: str, expected: str) -> None:
    assert to_text(from_text(text)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "", "now", "2026-02-29T00:00:00Z", "2026-02-29", "2026-13-01", "2026-00-10", "2026-01-32", "0000-01-01",
        "2026-01-31T25:00:00Z", "2026-01-31T08:60:00Z", "2026-01-31T08:15:61Z", "2026-01-31T08:15:00+24:00",
        "10000-01-01T00:00:00Z", "2026-01-31T08:15:00Z tomorrow", "２０２６-01-31", "2026-01-31T08:15:00.Z",
        "20260131T081500Z", "2026-W05-6", "2026-01-31T08:15Z", "2026-01-31T08:15:00,5Z", "2026-01-31T08:15:00+01:00:30",
    ],
)  # fmt: skip
def test_what_no_calendar_has_is_no_instant(text: str) -> None:
    with pytest.raises(ValueError):
        from_text(text)


@pytest.mark.parametrize(
    "text", ["0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01", "0001-01-01T00:00:00+23:59"]
)
def test_an_instant_outside_the_years_1_to_9999_is_told_so(text: str) -> None:
    with pytest.raises(ValueError, match="lies outside the years 1 to 9999"):
        from_text(text)


@given(st.text(max_size=40))
def test_no_text_raises_anything_else(text: str) -> None:
    try:
        found = from_text(text)
    except ValueError:
        return
    assert found.tzinfo is UTC


# --- sums ---


@given(instants, st.timedeltas())
def test_a_sum_is_clamped_at_the_end_of_time(instant: datetime, span: timedelta) -> None:
    try:
        expected = instant + span
    except OverflowError:
        expected = LAST

    assert add_clamped(instant, span) == expected


def test_a_sum_in_reach_is_exact_up_to_the_last_instant() -> None:
    assert add_clamped(LAST - MILLISECOND, MILLISECOND) == LAST
    assert add_clamped(LAST, MILLISECOND) == LAST
    assert add_clamped(LAST, timedelta.max) == LAST
    assert whole_milliseconds(add_clamped(LAST, timedelta.max)) == LAST
