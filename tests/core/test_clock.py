"""Clocks: aware UTC in whole milliseconds; the one that stands still moves forward only."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_server.core.clock import FixedClock, SystemClock, whole_milliseconds

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
any_instant = st.datetimes(
    datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.timezones() | st.just(UTC), allow_imaginary=False
)


def test_a_fixed_clock_stands_still() -> None:
    clock = FixedClock(NOON)

    assert clock.now() == clock.now() == NOON


def test_a_fixed_clock_is_moved_forward() -> None:
    clock = FixedClock(NOON)

    clock.advance(timedelta(days=1, milliseconds=1))
    clock.advance(timedelta())

    assert clock.now() == NOON + timedelta(days=1, milliseconds=1)


@pytest.mark.parametrize("step", [timedelta(microseconds=-1), timedelta(milliseconds=-1), timedelta(days=-1)])
def test_a_fixed_clock_refuses_to_go_back(step: timedelta) -> None:
    clock = FixedClock(NOON)

    with pytest.raises(ValueError, match="only moves forward"):
        clock.advance(step)

    assert clock.now() == NOON


@pytest.mark.parametrize("step", [timedelta(microseconds=1), timedelta(microseconds=1999), timedelta(milliseconds=1.5)])
def test_a_fixed_clock_shows_whole_milliseconds_however_it_is_moved(step: timedelta) -> None:
    clock = FixedClock(NOON)

    clock.advance(step)

    assert clock.now().microsecond % 1000 == 0


def test_many_small_steps_add_up() -> None:
    clock = FixedClock(NOON)
    for _ in range(1000):
        clock.advance(timedelta(microseconds=1))

    assert clock.now() == NOON + timedelta(milliseconds=1)


def test_a_fixed_clock_starts_in_utc_and_whole_milliseconds() -> None:
    eastern = timezone(timedelta(hours=-5))

    clock = FixedClock(datetime(2026, 11, 2, 7, 0, 0, 123_999, tzinfo=eastern))

    assert clock.now() == NOON + timedelta(milliseconds=123)
    assert clock.now().tzinfo is UTC


def test_the_system_clock_is_in_utc_and_whole_milliseconds() -> None:
    readings = [SystemClock().now() for _ in range(100)]

    assert all(each.tzinfo is UTC and each.microsecond % 1000 == 0 for each in readings)


@given(any_instant)
def test_cutting_to_milliseconds_cuts_less_than_one_and_never_adds(instant: datetime) -> None:
    cut = whole_milliseconds(instant)

    assert timedelta() <= instant - cut < timedelta(milliseconds=1)
    assert cut.microsecond % 1000 == 0
    assert cut.tzinfo is UTC
    assert whole_milliseconds(cut) == cut
