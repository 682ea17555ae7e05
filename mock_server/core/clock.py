"""Time as the mock sees it: always aware UTC, always asked of a port."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

MILLISECOND = timedelta(milliseconds=1)
FIRST = datetime.min.replace(tzinfo=UTC)
LAST = datetime.max.replace(tzinfo=UTC, microsecond=999000)


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The present instant: aware, UTC, whole milliseconds."""


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        # Asked several times for each request: four times as fast as cutting what `datetime.now` says.
        return datetime.fromtimestamp(time.time_ns() // 1_000_000 / 1000, UTC)


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


@dataclass(frozen=True)
class ClockState:
    """How a namespace's clock stands to the machine's: `offset_ms` ahead of it, or frozen at an instant."""

    offset_ms: int = 0
    frozen_at: datetime | None = None


RUNNING = ClockState()


class NamespaceClock:
    """The clock of one namespace: runs beside the base clock, or stands still.

    Reading it takes no lock: a state is replaced as a whole.
    """

    def __init__(self, base: Clock, state: ClockState = RUNNING) -> None:
        self._base = base
        self.state = state

    def now(self) -> datetime:
        state = self.state
        if state.frozen_at is not None:
            return state.frozen_at
        return _within_the_calendar(self._base.now(), state.offset_ms) if state.offset_ms else self._base.now()

    def standing(self, at: datetime, *, is_frozen: bool) -> ClockState:
        """The state in which it shows this instant now, and then stands still or runs on."""
        instant = whole_milliseconds(at)
        if is_frozen:
            return ClockState(frozen_at=instant)
        return ClockState(offset_ms=(instant - self._base.now()) // MILLISECOND)


def _within_the_calendar(instant: datetime, offset_ms: int) -> datetime:
    """The instant moved, or the calendar's first or last one: a clock that runs stands still there."""
    try:
        return instant + offset_ms * MILLISECOND
    except OverflowError:
        return LAST if offset_ms > 0 else FIRST


def whole_milliseconds(instant: datetime) -> datetime:
    """The instant in UTC, cut to milliseconds: what JSON carries and every store keeps exactly."""
    in_utc = instant.astimezone(UTC)
    beyond = in_utc.microsecond % 1000
    return in_utc.replace(microsecond=in_utc.microsecond - beyond) if beyond else in_utc
