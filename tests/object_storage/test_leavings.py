"""Removed objects: the bytes go once the removal is committed, and not before."""

from __future__ import annotations

import asyncio

import pytest

from mock_server.core.records import UnitOfWork, transact
from tests.object_storage.builders import BUCKET, NAMESPACE, Room

KEY = f"{BUCKET}/a"


def remove(room: Room) -> None:
    transact(room.store, NAMESPACE, lambda work: room.reader.remove(work, KEY), write=True)


def collect(room: Room) -> None:
    asyncio.run(room.bucket.collect())


def test_the_reader_finds_what_was_put(room: Room) -> None:
    room.put("a", b"bytes")
    with room.store.begin(NAMESPACE, write=False) as work:
        found = room.reader.find(work, KEY)
        assert found == room.objects_in(work)[KEY]
        assert room.reader.find(work, f"{BUCKET}/b") is None


def test_a_removed_object_is_gone_and_its_bytes_are_collected(room: Room) -> None:
    room.put("a", b"bytes")
    remove(room)
    assert room.get("a").status == 404  # and the bucket collects after each call
    assert room.files() == []


def test_bytes_are_collected_when_asked(room: Room) -> None:
    room.put("a", b"bytes")
    room.put("b", b"bytes")
    remove(room)
    assert len(room.files()) == 2
    collect(room)
    assert room.files() == [room.objects()[f"{BUCKET}/b"].blob]
    assert not room.leavings


def test_bytes_stay_until_the_removal_is_committed(room: Room) -> None:
    room.put("a", b"bytes")
    stored = room.objects()[KEY]
    room.leavings.note(stored)  # what `remove` does inside a unit of work that is still open
    collect(room)
    assert room.files() == [stored.blob]
    remove(room)
    collect(room)
    assert room.files() == []


def test_bytes_stay_when_the_removal_is_undone(room: Room) -> None:
    room.put("a", b"bytes")

    def changes_its_mind(work: UnitOfWork) -> None:
        room.reader.remove(work, KEY)
        raise RuntimeError("something else was wrong")

    with pytest.raises(RuntimeError):
        transact(room.store, NAMESPACE, changes_its_mind, write=True)
    collect(room)
    assert room.get("a").body == b"bytes"


def test_removing_nothing_is_fine(room: Room) -> None:
    remove(room)
    assert not room.leavings


def test_bytes_put_again_after_the_removal_stay(room: Room) -> None:
    room.put("a", b"old")
    remove(room)
    room.put("a", b"new")
    assert room.get("a").body == b"new"
    assert room.files() == [room.objects()[KEY].blob]


def test_a_sweep_makes_up_for_what_a_dead_process_forgot(room: Room) -> None:
    room.put("a", b"bytes")
    room.put("b", b"bytes")
    remove(room)
    room.leavings = type(room.leavings)()
    collect(room)
    assert len(room.files()) == 2
    assert room.bucket.sweep() == 1
    assert room.files() == [room.objects()[f"{BUCKET}/b"].blob]


def test_bytes_that_cannot_be_deleted_now_do_not_fail_the_call(room: Room, caplog: pytest.LogCaptureFixture) -> None:
    room.put("a", b"bytes")
    remove(room)
    (blob,) = room.files()
    (room.folder / blob).unlink()
    (room.folder / blob).mkdir()
    assert room.get("a").status == 404
    assert "left to the next sweep" in caplog.text
