"""Bytes whose record was removed, and the reader the groups remove with.

A unit of work has no "after commit", so removing a record only notes its bytes down. `Bucket.collect` deletes noted
bytes once no record points to them: before the commit it finds the record and waits, after an undone one it finds it
for good. Notes lost with the process are made up for by `Bucket.sweep`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from mock_server.core.objects import OBJECTS, StoredObject
from mock_server.core.records import UnitOfWork


class Leavings:
    """Notes of bytes that may have to go; shared by threads."""

    def __init__(self) -> None:
        self._objects: dict[str, str] = {}
        self._lock = threading.Lock()

    def __bool__(self) -> bool:
        return bool(self._objects)

    def note(self, stored: StoredObject) -> None:
        """The record of these bytes is about to be removed."""
        with self._lock:
            self._objects[stored.blob] = stored.id

    def take(self, is_kept: Callable[[str, str], bool]) -> Sequence[str]:
        """Return the bytes nobody points to and forget them here; `is_kept(object id, blob)` says who does."""
        with self._lock:
            noted = dict(self._objects)
        gone = [blob for blob, object_id in noted.items() if not is_kept(object_id, blob)]
        with self._lock:
            return [blob for blob in gone if self._objects.pop(blob, None) is not None]


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
