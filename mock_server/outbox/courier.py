"""Runs deliveries in the background: a few threads, started when first needed, one at a time for each namespace."""

from __future__ import annotations

import logging
import threading
from typing import Protocol

from mock_server.core.errors import Refused, StoreError

THREADS = 4
CLOSING_SECONDS = 1.0
"""How long the end of the server waits for attempts that are being made; they are made again after the next start."""

logger = logging.getLogger("mock_server.outbox")


class Run(Protocol):
    """What there is to run."""

    def run(self) -> None: ...

    def close(self) -> None: ...


class Courier:
    """A queue that holds each errand once, so it is never longer than there are namespaces."""

    def __init__(self, threads: int = THREADS) -> None:
        self._max_threads = threads
        self._threads: list[threading.Thread] = []
        self._idle = 0
        self._waiting: dict[int, Run] = {}
        self._busy: dict[int, Run] = {}
        self._changed = threading.Condition()
        self._is_closed = False

    def wake(self, errand: Run) -> None:
        """Have the errand run soon. Returns at once; may be called inside a unit of work."""
        with self._changed:
            if self._is_closed:
                return
            self._waiting[id(errand)] = errand
            if len(self._waiting) > self._idle and len(self._threads) < self._max_threads:
                self._start()
            self._changed.notify()

    def close(self) -> None:
        """Begin nothing more, and wait a moment for what is being done."""
        with self._changed:
            self._is_closed = True
            self._waiting.clear()
            for errand in self._busy.values():
                errand.close()
            self._changed.notify_all()
            self._changed.wait_for(lambda: not self._busy, CLOSING_SECONDS)

    def _start(self) -> None:
        thread = threading.Thread(target=self._work, daemon=True, name=f"mock-server-courier-{len(self._threads)}")
        self._threads.append(thread)
        thread.start()

    def _work(self) -> None:
        while (errand := self._next()) is not None:
            try:
                errand.run()
            except Refused as refused:
                logger.debug("there is nothing to deliver any more: %s", refused)  # the namespace was deleted
            except StoreError as error:
                if not self._is_closed:
                    logger.warning("deliveries are put off: %s", error)
            except Exception:
                logger.exception("deliveries could not be made; they will be tried again")
            finally:
                self._done(errand)

    def _next(self) -> Run | None:
        with self._changed:
            self._idle += 1
            self._changed.wait_for(lambda: self._is_closed or self._free() is not None)
            self._idle -= 1
            errand = self._free()
            if self._is_closed or errand is None:
                return None
            self._busy[id(errand)] = self._waiting.pop(id(errand))
            return errand

    def _free(self) -> Run | None:
        """The errand that has waited longest and that no other thread runs."""
        return next((each for key, each in self._waiting.items() if key not in self._busy), None)

    def _done(self, errand: Run) -> None:
        with self._changed:
            del self._busy[id(errand)]
            self._changed.notify_all()
