"""What the clock does without being asked: payments settle, uploads lapse, invoices expire."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from mock_server.core.clock import Clock

CatchUp = Callable[[datetime], datetime | None]

LOOK_AGAIN = timedelta(minutes=1)
"""How long to trust a note at most: another process on the same store may have stored something that falls due."""


class DueEvents:
    """Remembers when something next falls due, so that asking costs a comparison and not a query."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._catch_ups: Sequence[CatchUp] = ()
        self._next: datetime | None = None
        self._lock = threading.RLock()

    def start(self, catch_ups: Sequence[CatchUp]) -> None:
        """Say what is to be done when something falls due; each returns when its next thing does."""
        self._catch_ups = catch_ups
        self._next = self._clock.now()

    def note(self, at: datetime | None) -> None:
        """Something falls due at this instant."""
        with self._lock:
            if at is not None and (self._next is None or at < self._next):
                self._next = at

    def catch_up(self) -> None:
        """Let happen whatever has fallen due."""
        now = self._clock.now()
        if self._next is None or now < self._next:
            return
        with self._lock:
            if self._next is None or now < self._next:
                return  # somebody else has just done it
            self._next = now + LOOK_AGAIN
            for catch_up in self._catch_ups:
                self.note(catch_up(now))
