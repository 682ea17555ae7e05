"""Spans of time as ISO 8601 has them, as far as they have one length."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mock_server.core.clock import LAST, MILLISECOND
from mock_server.core.instants import add_clamped, duration


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("P3DT1H", timedelta(days=3, hours=1)),
        ("PT90M", timedelta(minutes=90)),
        ("P2W", timedelta(weeks=2)),
        ("P1W2DT3H4M5S", timedelta(weeks=1, days=2, hours=3, minutes=4, seconds=5)),
        ("PT0.001S", timedelta(milliseconds=1)),
        ("PT1.5S", timedelta(milliseconds=1500)),
        ("PT0S", timedelta()),
        ("P0D", timedelta()),
        ("P007D", timedelta(days=7)),
        ("PT99999999H", timedelta(hours=99_999_999)),
    ],
)
def test_a_duration_is_as_long_as_its_parts_together(text: str, span: timedelta) -> None:
    assert duration(text) == span


@pytest.mark.parametrize(
    "text",
    [
        *("", "P", "PT", "P1DT", "3D", "p1d", "P1d", " P1D", "P1D ", "P1D\n", "P1DT\n"),
        *("-P1D", "P-1D", "PT-1S", "+P1D", "P1Y", "P1M", "P1Y1D", "P1DT1D", "PT1H1H", "PT1S1M", "P1D1W"),
        *("P1.5D", "PT1,5S", "PT1.S", "PT.5S", "PT1.2345S", "P1234567D", "PT12345678901S"),
        *("P\u0661D", "PT\uff11S", "P1D\u0000", "1", "one day", "PT1e3S", "PTinfS"),
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a duration"):
        duration(text)


@example(9_999_999_999, 999)
@example(9_007_199_254, 1)
@given(st.integers(0, 9_999_999_999), st.integers(0, 999))
def test_no_millisecond_is_lost_in_long_durations(seconds: int, milliseconds: int) -> None:
    assert duration(f"PT{seconds}.{milliseconds:03}S") == timedelta(seconds=seconds, milliseconds=milliseconds)


def test_an_instant_beyond_the_calendar_is_its_last_one() -> None:
    assert add_clamped(LAST - MILLISECOND, MILLISECOND) == LAST
    assert add_clamped(LAST, MILLISECOND) == LAST
