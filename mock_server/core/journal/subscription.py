"""Somebody who watches a journal."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable

from mock_server.core.journal.entry import Exchanged

CAPACITY = 500


class Subscription:
    """What was noted and not yet taken. Who takes too slowly loses the oldest of it, and is told how many."""

    def __init__(self, wake: Callable[[], None], capacity: int = CAPACITY) -> None:
        self._wake = wake
        self._waiting: deque[Exchanged] = deque(maxlen=capacity)
        self._lost = 0
        self._lock = threading.Lock()

    def fill(self, entries: Iterable[Exchanged]) -> None:
        """Begin with these."""
        for entry in entries:
            self.put(entry)

    def put(self, entry: Exchanged) -> None:
        """Add what has just been noted."""
        with self._lock:
            was_empty = not self._waiting
            self._lost += len(self._waiting) == self._waiting.maxlen
            self._waiting.append(entry)
        if was_empty:
            self._wake()

    def take(self) -> tuple[list[Exchanged], int]:
        """All that is waiting, oldest first, and how many were lost before them since the last time."""
        with self._lock:
            taken, lost = list(self._waiting), self._lost
            self._waiting.clear()
            self._lost = 0
        return taken, lost
