"""Time as the mock sees it: always aware UTC, always asked of a port."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The present instant: aware, UTC, whole milliseconds."""


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return whole_milliseconds(datetime.now(UTC))


class FixedClock:
    """Stands still until it is moved; for tests, and for a frozen mock."""

    def __init__(self, at: datetime) -> None:
        self._at = at

    def now(self) -> datetime:
        return whole_milliseconds(self._at)

    def advance(self, by: timedelta) -> None:
        """Move forward. Raises `ValueError` for a step back: what has fallen due can't be undone."""
        if by < timedelta():
            raise ValueError(f"a clock only moves forward, not by {by}")
        self._at += by


def whole_milliseconds(instant: datetime) -> datetime:
    """The instant in UTC, cut to milliseconds: what JSON carries and every store keeps exactly."""
    in_utc = instant.astimezone(UTC)
    return in_utc.replace(microsecond=in_utc.microsecond // 1000 * 1000)
