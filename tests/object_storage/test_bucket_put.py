"""PUT: what is stored, what is replaced, and that failing leaves everything as it was."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_server.core.clock import FixedClock
from mock_server.core.errors import StoreError
from mock_server.core.objects import OBJECTS, StoredObject
from mock_server.object_storage import threads
from mock_server.object_storage.asgi import BATCH_BYTES
from mock_server.object_storage.backends import BackendFull, BlobWriter, FolderBackend
from mock_server.object_storage.checksums import SHA256
from mock_server.object_storage.put import DEFAULT_CONTENT_TYPE
from mock_server.object_storage.reception import Reception
from mock_server.object_storage.rules import Rule
from mock_server.storage import open_store
from tests.object_storage.builders import BUCKET, NOW, PDF, Call, Room, call, signed

KEY = "2026/an invoice.pdf"
ID = f"{BUCKET}/{KEY}"
CONTENT = b"%PDF-1.7 first"
PATIENCE_SECONDS = 10
OTHER = b"%PDF-1.7 second"


def base64_sha256(content: bytes) -> str:
    return base64.b64encode(hashlib.sha256(content).digest()).decode()


def test_a_put_records_what_came_in(room: Room) -> None:
    reply = room.put(KEY, CONTENT)
    (stored,) = room.objects().values()
    assert reply.status == 200
    assert reply.body == b""
    assert reply.headers["etag"] == f'"{hashlib.md5(CONTENT).hexdigest()}"'
    assert stored == StoredObject(
        id=ID,
        blob=stored.blob,
        size_bytes=len(CONTENT),
        sha256=hashlib.sha256(CONTENT).hexdigest(),
        md5=hashlib.md5(CONTENT).hexdigest(),
        content_type=PDF,
        stored_at=NOW,
        version=1,
    )
    assert room.files() == [stored.blob]


def test_the_owner_is_told_what_came_in(room: Room) -> None:
    room.put(KEY, CONTENT)
    (told,) = room.owner.seen
    assert replace(told, version=1) == room.objects()[ID]


@given(chunks=st.lists(st.binary(max_size=20), max_size=8))
@settings(deadline=None, max_examples=50)
def test_bytes_are_the_same_however_they_come_in(tmp_path_factory: pytest.TempPathFactory, chunks: list[bytes]) -> None:
    folder = tmp_path_factory.mktemp("objects")
    store = open_store("sqlite://", [OBJECTS])
    room = Room(clock=FixedClock(NOW), store=store, folder=folder, backend=FolderBackend(folder))
    content = b"".join(chunks)
    assert room.send(replace(room.put_call(KEY, content), chunks=chunks)).status == 200
    assert room.get(KEY).body == content
    store.close()


def test_bytes_of_many_batches_arrive_whole(room: Room) -> None:
    chunks = [bytes([number % 251]) * 65_536 for number in range(50)]
    content = b"".join(chunks)
    assert room.send(replace(room.put_call(KEY, content), chunks=chunks)).status == 200
    assert room.get(KEY).body == content


def test_a_second_put_replaces_the_first(room: Room) -> None:
    room.put(KEY, CONTENT)
    room.clock.advance(timedelta(minutes=1))
    room.put(KEY, OTHER, "image/png")
    stored = room.objects()[ID]
    assert (stored.content_type, stored.version, stored.stored_at) == ("image/png", 2, NOW + timedelta(minutes=1))
    assert room.get(KEY).body == OTHER
    assert room.files() == [stored.blob]


@pytest.mark.parametrize("key", ["a", "a/b", "/a", "a//b", "ü €😀", "a+b c%20", "~!*'()", "..hidden", "\x01\n"])
def test_every_key_is_one_of_its_own(room: Room, key: str) -> None:
    room.put(key, CONTENT)
    room.put(f"{key}x", OTHER)
    assert set(room.objects()) == {f"{BUCKET}/{key}", f"{BUCKET}/{key}x"}
    assert room.get(key).body == CONTENT


def test_a_put_without_a_type_gets_s3s_default(room: Room) -> None:
    room.send(Call("PUT", signed("PUT", f"/_s3/{ID.replace(' ', '%20')}"), {"content-length": "2"}, [b"ab"]))
    assert room.objects()[ID].content_type == DEFAULT_CONTENT_TYPE


@pytest.mark.parametrize("size", [0, 1, 99, 100])
def test_any_size_up_to_the_limit_is_taken(room: Room, size: int) -> None:
    room.max_bytes = 100
    assert room.put(KEY, b"x" * size).status == 200


def test_one_byte_beyond_the_limit_is_not_taken(room: Room) -> None:
    room.max_bytes = 100
    reply = room.put(KEY, b"x" * 101)
    assert (reply.rule, reply.error["ProposedSize"], reply.error["MaxSizeAllowed"]) == (
        Rule.PUT_TOO_LARGE,
        "101",
        "100",
    )


# --- digests --------------------------------------------------------------------------------------------------------


def with_headers(room: Room, **headers: str) -> Call:
    put = room.put_call(KEY, CONTENT)
    url = signed(
        "PUT",
        f"/_s3/{ID.replace(' ', '%20')}",
        headers=[(name.replace("_", "-"), value) for name, value in headers.items()],
    )
    return replace(put, url=url, headers={**put.headers, **{n.replace("_", "-"): v for n, v in headers.items()}})


@pytest.mark.parametrize("is_right", [True, False])
def test_a_checksum_is_held_against_the_bytes(room: Room, is_right: bool) -> None:
    given = base64_sha256(CONTENT if is_right else OTHER)
    unsigned = room.put_call(KEY, CONTENT)
    attempts = [
        replace(unsigned, headers={**unsigned.headers, SHA256: given}),
        with_headers(room, x_amz_checksum_sha256=given),
        replace(unsigned, url=signed("PUT", f"/_s3/{BUCKET}/k?X-Amz-Checksum-Sha256={given.replace('+', '%2B')}")),
    ]
    replies = [room.send(attempt) for attempt in attempts]
    assert [reply.rule for reply in replies] == [None if is_right else Rule.PUT_CHECKSUM] * 3
    if not is_right:
        assert replies[0].error["CalculatedDigest"] == base64_sha256(CONTENT)
        assert room.files() == []


@pytest.mark.parametrize("given", ["", "not base64!", "€".encode().decode("latin-1"), "AAAA"])
def test_a_checksum_that_is_none_is_not_that_of_the_bytes(room: Room, given: str) -> None:
    put = room.put_call(KEY, CONTENT)
    assert room.send(replace(put, headers={**put.headers, SHA256: given})).rule == Rule.PUT_CHECKSUM


@pytest.mark.parametrize(("content", "rule"), [(CONTENT, None), (OTHER, Rule.PUT_CHECKSUM)])
def test_an_md5_is_held_against_the_bytes(room: Room, content: bytes, rule: Rule | None) -> None:
    put = room.put_call(KEY, CONTENT)
    given = base64.b64encode(hashlib.md5(content).digest()).decode()
    assert room.send(replace(put, headers={**put.headers, "content-md5": given})).rule == rule


# --- failing --------------------------------------------------------------------------------------------------------


def assert_still_the_first(room: Room) -> None:
    assert room.get(KEY).body == CONTENT
    assert room.files() == [room.objects()[ID].blob]


@pytest.mark.parametrize("chunks", [[OTHER[:5], None], [OTHER[:5]], [OTHER, b"more"]])
def test_a_put_that_stops_half_way_leaves_the_object_before_it(room: Room, chunks: list[bytes | None]) -> None:
    room.put(KEY, CONTENT)
    room.send(replace(room.put_call(KEY, OTHER), chunks=chunks))
    assert_still_the_first(room)


def test_a_put_the_owner_refuses_at_the_end_leaves_the_object_before_it(room: Room) -> None:
    room.put(KEY, CONTENT)

    def fails(key: str) -> None:
        raise StoreError("the owner's records can't be written")

    room.owner.on_stored = fails
    assert room.put(KEY, OTHER).rule == Rule.INTERNAL
    assert_still_the_first(room)


class Full(FolderBackend):
    """Has room for ten bytes a blob; or fails at the end."""

    def open_writer(self) -> BlobWriter:
        writer = super().open_writer()
        write = writer.write
        written = 0

        def limited(chunk: bytes) -> None:
            nonlocal written
            written += len(chunk)
            if written > 10:
                raise BackendFull("no room")
            write(chunk)

        writer.write = limited  # type: ignore[method-assign]
        return writer


def test_no_room_is_said_and_nothing_is_kept(room: Room, caplog: pytest.LogCaptureFixture) -> None:
    room.put(KEY, CONTENT)
    backend, room.backend = room.backend, Full(room.folder)
    reply = room.put(KEY, OTHER)
    assert (reply.status, reply.rule, reply.error["Code"]) == (500, Rule.INTERNAL, "InternalError")
    assert reply.error["Detail"] == "there is no room for the bytes; nothing has been kept"
    room.backend = backend
    assert_still_the_first(room)
    assert caplog.messages == ["no room"]


def test_old_bytes_that_cannot_be_deleted_do_not_fail_the_put(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    room.put(KEY, CONTENT)

    def fails(path: Path, *, missing_ok: bool = False) -> None:
        raise PermissionError

    with monkeypatch.context() as patched:
        patched.setattr(Path, "unlink", fails)
        assert room.put(KEY, OTHER).status == 200
    assert room.get(KEY).body == OTHER
    assert len(room.files()) == 2
    assert room.bucket.sweep() == 1
    assert room.files() == [room.objects()[ID].blob]


def test_the_event_loop_never_waits_for_files(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every call of the backend, of its writers and readers is made on another thread."""
    threads: dict[str, int] = {}

    def watched(kind: type, name: str) -> None:
        original = getattr(kind, name)

        def watching(*args: object, **kwargs: object) -> object:
            threads[f"{kind.__name__}.{name}"] = threading.get_ident()
            return original(*args, **kwargs)

        monkeypatch.setattr(kind, name, watching)

    for name in ("open_writer", "open", "delete"):
        watched(FolderBackend, name)
    for name in ("take", "commit", "end"):
        watched(Reception, name)
    for content in (CONTENT, OTHER):
        room.put(KEY, content)
    room.get(KEY)
    assert len(threads) == 6
    assert threading.get_ident() not in threads.values()


def test_a_batch_is_taken_while_the_next_one_comes_in(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first is not done before the second has come; and the third is not asked for before the first is done."""
    content = bytes(3 * BATCH_BYTES)
    second_has_come, taken = threading.Event(), []
    original = Reception.take

    def waiting(self: Reception, batch: Sequence[bytes]) -> None:
        assert second_has_come.wait(PATIENCE_SECONDS), "the sender waits for digests"
        original(self, batch)
        taken.append(self.size_bytes)

    def say_so_later(turns: int) -> None:
        """After so many turns of the event loop: whoever waits for nothing has gone on by then."""
        if turns:
            asyncio.get_running_loop().call_soon(say_so_later, turns - 1)
        else:
            second_has_come.set()

    class Watched(list[bytes]):
        def __iter__(self) -> Iterator[bytes]:
            yield content[:BATCH_BYTES]
            say_so_later(100)
            yield content[BATCH_BYTES : 2 * BATCH_BYTES]
            assert taken == [BATCH_BYTES]
            yield content[2 * BATCH_BYTES :]

    monkeypatch.setattr(Reception, "take", waiting)
    with ThreadPoolExecutor(4) as pool:
        monkeypatch.setattr(threads, "DIGESTING", pool)
        request = replace(room.put_call(KEY, content), chunks=Watched([b""] * 3))
        assert room.send(request).status == 200
    assert taken == [BATCH_BYTES, 2 * BATCH_BYTES, 3 * BATCH_BYTES]
    assert room.get(KEY).body == content


def test_many_uploads_leave_a_core_to_the_event_loop(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """As many are digested at once as there are threads for it, however many come in."""
    at_once: list[int] = []
    inside: set[int] = set()
    original = Reception.take

    def watching(self: Reception, batch: Sequence[bytes]) -> None:
        inside.add(id(self))
        at_once.append(len(inside))
        original(self, batch)
        inside.discard(id(self))

    async def many() -> list[int]:
        calls = [call(room.bucket, room.put_call(f"{number}", bytes(BATCH_BYTES))) for number in range(8)]
        return [reply.status for reply in await asyncio.gather(*calls)]

    monkeypatch.setattr(Reception, "take", watching)
    with ThreadPoolExecutor(1) as pool:
        monkeypatch.setattr(threads, "DIGESTING", pool)
        assert asyncio.run(many()) == [200] * 8
    assert at_once == [1] * 8


@pytest.mark.parametrize("step", ["write", "commit", "release"])
def test_a_put_that_is_cancelled_leaves_nothing_or_all(room: Room, step: str) -> None:
    """Cancelled, twice even, while a thread writes, commits or lets go; the thread ends first."""
    reached, may_go_on = threading.Event(), threading.Event()

    class Slow:
        def __init__(self, writer: BlobWriter) -> None:
            self._writer = writer

        def __getattr__(self, name: str) -> object:
            if name == step:
                reached.set()
                assert may_go_on.wait(PATIENCE_SECONDS), "the event loop stands still"
            return getattr(self._writer, name)

    class SlowBackend(FolderBackend):
        def open_writer(self) -> BlobWriter:
            return Slow(super().open_writer())  # type: ignore[return-value]

    room.backend = SlowBackend(room.folder)

    async def put_and_cancel() -> None:
        task = asyncio.ensure_future(call(room.bucket, room.put_call(KEY, CONTENT)))
        await asyncio.to_thread(reached.wait)
        task.cancel()
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.sleep(0)
        may_go_on.set()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(put_and_cancel())
    if step == "release":
        assert_still_the_first(room)
    else:
        assert (room.objects(), room.files()) == ({}, [])


# --- the rest of a body nobody wants --------------------------------------------------------------------------------


def taken_of(room: Room, put: Call) -> int:
    """How many chunks of the body the bucket takes before it answers."""
    taken = 0

    async def run() -> None:
        chunks = list(put.chunks)

        async def receive() -> dict[str, object]:
            nonlocal taken
            taken += 1
            return {"type": "http.request", "body": chunks[taken - 1], "more_body": taken < len(chunks)}

        async def send(message: object) -> None: ...

        await room.bucket(put.scope, receive, send)

    asyncio.run(run())
    return taken


def test_a_refused_body_is_let_pass_so_that_its_sender_hears_the_answer(room: Room) -> None:
    put = replace(room.put_call(KEY, b"x" * 30), chunks=[b"x" * 10] * 3)
    room.owner.spent.add(ID)
    assert taken_of(room, put) == 3


def test_a_refused_body_is_let_pass_within_limits(room: Room) -> None:
    room.max_bytes = 15
    assert taken_of(room, replace(room.put_call(KEY, b"x" * 30), chunks=[b"x" * 10] * 3)) == 2


def test_who_waits_for_consent_is_answered_at_once(room: Room) -> None:
    put = replace(room.put_call(KEY, b"x" * 30), chunks=[b"x" * 10] * 3)
    room.owner.spent.add(ID)
    assert taken_of(room, replace(put, headers={**put.headers, "expect": "100-continue"})) == 0
