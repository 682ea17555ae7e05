"""Bytes whose record was removed, and the reader the groups remove with.

A unit of work has no "after commit", so removing a record only notes its bytes down. `Bucket.collect` deletes noted
bytes once no record of any namespace points to them: before the commit it finds the record and waits, after an undone
one it finds it for good. Notes lost with the process are made up for by `Bucket.sweep`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Sequence

from mock_server.core.objects import OBJECTS, StoredObject
from mock_server.core.records import UnitOfWork


class Leavings:
    """Notes of bytes that may have to go; shared by threads."""

    def __init__(self) -> None:
        self._blobs: set[str] = set()
        self._lock = threading.Lock()

    def __bool__(self) -> bool:
        return bool(self._blobs)

    def note(self, stored: StoredObject) -> None:
        """The record of these bytes is about to be removed or replaced, or has been."""
        with self._lock:
            self._blobs.add(stored.blob)

    def take(self, kept: Callable[[], Collection[str]]) -> Sequence[str]:
        """Return the bytes nobody points to; `kept` says which are pointed to. What is kept stays noted.

        Bytes that a copy shares stay noted until the copy is gone, too.
        """
        with self._lock:
            noted = set(self._blobs)
        gone = noted.difference(kept())
        with self._lock:
            taken = gone & self._blobs
            self._blobs -= taken
        return sorted(taken)


class BucketReader:
    """`core.objects.ObjectReader` on the bucket's records."""

    def __init__(self, leavings: Leavings) -> None:
        self._leavings = leavings

    def find(self, work: UnitOfWork, key: str) -> StoredObject | None:
        return work.records(OBJECTS).get(key)

    def remove(self, work: UnitOfWork, key: str) -> None:
        found = self.find(work, key)
        if found is not None:
            work.records(OBJECTS).remove(found)
            self._leavings.note(found)
