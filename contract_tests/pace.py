"""How fast and how often a process may send: its part of what the target can bear."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from contract_tests.errors import NotReached

SPARE = 2
"""So many requests are kept for each record that is to be cleaned up: one to delete it, one to cancel it instead."""


class BudgetSpent(NotReached):
    """The run has sent as many requests as it may."""


class Pace:
    """Keeps the requests of all threads below a rate and a number.

    `to_clean_up`: how many records the run has made and not cleaned up; requests for that are kept back until
    `is_cleaning_up`.
    """

    def __init__(self, per_second: float | None, most: int | None, to_clean_up: Callable[[], int] = lambda: 0) -> None:
        self.is_cleaning_up = False
        self._gap = 1.0 / per_second if per_second else 0.0
        self._most = most
        self._to_clean_up = to_clean_up
        self._next = 0.0
        self._count = 0
        self._lock = threading.Lock()

    @property
    def count(self) -> int:
        """How many requests were let through."""
        return self._count

    def wait(self) -> None:
        """Return when the next request may be sent. Raises `BudgetSpent` where none may."""
        kept = 0 if self.is_cleaning_up or self._most is None else SPARE * self._to_clean_up()
        with self._lock:
            if self._most is not None and self._count >= self._most - kept:
                raise BudgetSpent(
                    f"a process of this run may send {self._most} requests (max_requests), and has sent them"
                )
            self._count += 1
            now = time.monotonic()
            pause = self._next - now
            self._next = max(self._next, now) + self._gap
        if pause > 0:
            time.sleep(pause)
