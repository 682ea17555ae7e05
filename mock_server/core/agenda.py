"""What the clock does without being asked: payments settle, uploads lapse, invoices expire."""

from __future__ import annotations

import heapq
import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime, timedelta

from mock_server.core.clock import Clock
from mock_server.core.instants import add_clamped

CatchUp = Callable[[datetime], datetime | None]

LOOK_AGAIN = timedelta(minutes=1)
"""How long to trust a note at most: another process on the same store may have stored something that falls due."""


class DueEvents:
    """Remembers when something falls due, so that asking costs a comparison and not a query.

    `alone`: while it is held, no unit of work is open in which something may have been noted.
    Two locks: whoever notes something may be inside a unit of work that whoever catches up is waiting for.
    """

    def __init__(self, clock: Clock, alone: Callable[[], AbstractContextManager[None]] = nullcontext) -> None:
        self._clock = clock
        self._alone = alone
        self._catch_ups: Sequence[CatchUp] = ()
        self._noted: list[datetime] = []
        self._look_again_at = datetime.max.replace(tzinfo=UTC)
        self._is_busy = False
        self._noting = threading.Lock()
        self._catching_up = threading.Lock()

    def start(self, catch_ups: Sequence[CatchUp]) -> None:
        """Say what is to be done when something falls due; each returns when its next thing does."""
        self._catch_ups = catch_ups
        self._look_again_at = self._clock.now()

    def look_again(self) -> None:
        """Trust the notes no more: the next to ask finds out what falls due."""
        self._look_again_at = datetime.min.replace(tzinfo=UTC)

    def next_due(self) -> datetime | None:
        """When something is noted to fall due next."""
        with self._noting:
            return self._noted[0] if self._noted else None

    def note(self, at: datetime | None) -> None:
        """Something falls due at this instant."""
        if at is not None:
            with self._noting:
                heapq.heappush(self._noted, at)

    def catch_up(self) -> None:
        """Let happen whatever has fallen due. Never called inside a unit of work."""
        now = self._clock.now()
        if not self._is_due(now) and not self._is_busy:
            return
        with self._catching_up:
            if self._is_due(now):  # else somebody has just done it, and was worth waiting for
                self._let_happen(now)

    def _let_happen(self, now: datetime) -> None:
        self._is_busy = True
        try:
            with self._alone():
                with self._noting:
                    self._look_again_at = add_clamped(now, LOOK_AGAIN)
                    self._noted.clear()  # what of it is still to come is found again; the rest was noted in vain
                for catch_up in self._catch_ups:
                    self.note(catch_up(now))
        except BaseException:
            self.note(now)  # it is due still
            raise
        finally:
            self._is_busy = False

    def _is_due(self, now: datetime) -> bool:
        return self._look_again_at <= now or (bool(self._noted) and self._noted[0] <= now)
