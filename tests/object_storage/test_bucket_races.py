"""Several at once: one object, whole, whoever wins."""

from __future__ import annotations

import asyncio
import hashlib
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest

from mock_server.core.errors import Refused, StaleRecord
from mock_server.core.objects import OBJECTS
from mock_server.core.records import Collection, Store, Stored, UnitOfWork
from mock_server.storage import open_store
from mock_server.storage.records import SqlRecords
from tests.object_storage.builders import BUCKET, SPENT, Reply, Room, call

T = TypeVar("T", bound=Stored)
KEY = f"{BUCKET}/a"
CONTENTS = [bytes([number]) * (1000 + number) for number in range(24)]


class OnThreads:
    """A store whose calls the bucket makes on threads; `rivals` act between what is read and its commit."""

    is_embedded = False

    def __init__(self, store: Store) -> None:
        self._store = store
        self.rivals: list[object] = []
        self.threads: set[int] = set()

    @contextmanager
    def begin(self, namespace: str, *, write: bool) -> Iterator[UnitOfWork]:
        self.threads.add(threading.get_ident())
        with self._store.begin(namespace, write=write) as work:
            yield work
            if write and self.rivals:
                raise self.rivals.pop()  # type: ignore[misc]

    def everywhere(self, collection: Collection[T]) -> Sequence[tuple[str, T]]:
        self.threads.add(threading.get_ident())
        return self._store.everywhere(collection)

    def describe(self) -> str:
        return self._store.describe()

    def close(self) -> None:
        self._store.close()


@pytest.fixture(params=["in memory", "file", "on threads"])
def raced(room: Room, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Room]:
    if request.param == "in memory":
        yield room
        return
    store = open_store(f"sqlite:///{tmp_path}/state.db", [OBJECTS])
    room.store = OnThreads(store) if request.param == "on threads" else store
    yield room
    store.close()


def race(room: Room) -> list[Reply]:
    async def run() -> list[Reply]:
        return await asyncio.gather(*(call(room.bucket, room.put_call("a", content)) for content in CONTENTS))

    return asyncio.run(run())


def test_racing_puts_leave_one_whole_object(raced: Room) -> None:
    replies = race(raced)
    (stored,) = raced.objects().values()
    fetched = raced.get("a")
    assert {reply.status for reply in replies} == {200}
    assert fetched.body in CONTENTS
    assert stored.md5 == hashlib.md5(fetched.body).hexdigest()
    assert stored.sha256 == hashlib.sha256(fetched.body).hexdigest()
    assert stored.size_bytes == len(fetched.body)
    assert stored.version == len(CONTENTS)
    assert raced.files() == [stored.blob]


def test_of_racing_puts_those_after_the_confirmation_are_refused(raced: Room) -> None:
    """The owner takes one and no more; the object is that one."""
    lock = threading.Lock()
    taken: list[str] = []

    def takes_one(key: str) -> None:
        with lock:
            if taken:
                raise Refused(SPENT, "confirmed")
            taken.append(key)

    raced.owner.on_stored = takes_one
    replies = race(raced)
    winners = [content for content, reply in zip(CONTENTS, replies, strict=True) if reply.status == 200]
    assert sorted({reply.status for reply in replies}) == [200, 403]
    assert [raced.get("a").body] == winners
    assert len(raced.files()) == 1


def test_a_put_that_was_overtaken_is_recorded_on_top(room: Room) -> None:
    room.store = store = OnThreads(room.store)
    store.rivals = [StaleRecord("overtaken"), StaleRecord("overtaken again")]
    assert room.put("a", b"bytes").status == 200
    assert room.get("a").body == b"bytes"
    assert len(room.owner.seen) == 3
    assert len(room.files()) == 1


def test_a_record_added_by_somebody_else_meanwhile_is_replaced(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where two first PUTs both find nothing: the second to add looks again."""
    room.put("a", b"first")
    get = SqlRecords.get
    is_blind = iter([True])

    def blind_at_first(records: SqlRecords[Any], record_id: str) -> Any:
        return None if next(is_blind, False) else get(records, record_id)

    monkeypatch.setattr(SqlRecords, "get", blind_at_first)
    assert room.put("a", b"second").status == 200
    monkeypatch.undo()
    assert room.get("a").body == b"second"
    assert len(room.files()) == 1


def test_a_store_elsewhere_is_not_asked_on_the_event_loop(room: Room) -> None:
    room.store = store = OnThreads(room.store)
    room.put("a", b"bytes")
    room.get("a")
    assert threading.get_ident() not in store.threads


def test_an_embedded_store_is_asked_on_the_event_loop(room: Room) -> None:
    room.store = store = OnThreads(room.store)
    store.is_embedded = True
    room.put("a", b"bytes")
    room.get("a")
    assert store.threads == {threading.get_ident()}
