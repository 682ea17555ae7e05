"""The records behind the bytes, as the bucket uses them, on the event loop or off it as the store likes.

Copies of a namespace share the bytes: they go when no record anywhere points to them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TypeVar

from mock_server.core.errors import RecordExists, StaleRecord
from mock_server.core.namespace import Namespace
from mock_server.core.objects import OBJECTS, ObjectOwner, StoredObject
from mock_server.core.records import Store, UnitOfWork
from mock_server.object_storage.threads import in_thread

R = TypeVar("R")


class Ledger:
    """What is stored under which key in one namespace, and who answers for it."""

    def __init__(self, namespace: Namespace, owner: ObjectOwner) -> None:
        self.namespace = namespace
        self._owner = owner

    async def check_put(self, object_id: str, now: datetime) -> None:
        """Return when the owner lets bytes be put there. Raises `Refused`."""
        await self._run(partial(self._transact, lambda work: self._owner.check_put(work, object_id, now), write=False))

    async def find(self, object_id: str) -> StoredObject | None:
        """What is recorded under this id, where its owner lets it be fetched. Raises `Refused`."""

        def find(work: UnitOfWork) -> StoredObject | None:
            found = work.records(OBJECTS).get(object_id)
            if found is not None:
                self._owner.check_fetch(work, object_id)
            return found

        return await self._run(partial(self._transact, find, write=False))

    async def record(self, stored: StoredObject, on_kept: Callable[[StoredObject | None], None]) -> None:
        """Record the object and tell its owner, all or nothing. Raises `Refused`.

        `on_kept` is called once that is committed, with the object it replaces, even when the caller is cancelled
        meanwhile.
        """

        def record() -> None:
            previous = self._transact(lambda work: self._put(work, stored), write=True)
            on_kept(previous)

        await self._run(record)

    def _put(self, work: UnitOfWork, stored: StoredObject) -> StoredObject | None:
        objects = work.records(OBJECTS)
        previous = objects.get(stored.id)
        if previous is None:
            try:
                objects.add(stored)
            except RecordExists as error:  # put by somebody else since it was looked for: look again
                raise StaleRecord(str(error)) from error
        else:
            objects.replace(replace(stored, version=previous.version))
        self._owner.stored(work, stored, stored.stored_at)
        return previous

    def _transact(self, action: Callable[[UnitOfWork], R], *, write: bool) -> R:
        return self.namespace.transact(action, write=write)

    async def _run(self, work: Callable[[], R]) -> R:
        return await near(self.namespace.store, work)


async def near(store: Store, work: Callable[[], R]) -> R:
    """Do it on the event loop where the store is embedded, on a thread where it is far away."""
    return work() if store.is_embedded else await in_thread(work)


def blobs_of_all(store: Store) -> Collection[str]:
    """The names of all bytes that records point to, in any namespace."""
    return {stored.blob for _, stored in store.everywhere(OBJECTS)}
