"""GET and HEAD: the bytes, and the headers the URL asks for."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from mock_server.object_storage.asgi import Message
from mock_server.object_storage.backends import BlobReader, FolderBackend
from mock_server.object_storage.canonical import encoded_query
from mock_server.object_storage.fetch import CHUNK_BYTES
from mock_server.object_storage.rules import Rule
from tests.object_storage.builders import BUCKET, PDF, Call, Reply, Room, call, signed

KEY = "file.pdf"
CONTENT = b"%PDF-1.7 first"


def fetch(room: Room, method: str = "GET", **query: str) -> Reply:
    pairs = [(name.replace("_", "-"), value) for name, value in query.items()]
    return room.send(Call(method, signed(method, f"/_s3/{BUCKET}/{KEY}?{encoded_query(pairs)}")))


def test_get_returns_what_was_put(room: Room) -> None:
    room.put(KEY, CONTENT)
    reply = fetch(room)
    assert (reply.status, reply.body) == (200, CONTENT)
    assert reply.headers["content-type"] == PDF
    assert reply.headers["content-length"] == str(len(CONTENT))
    assert reply.headers["last-modified"] == "Wed, 04 Mar 2026 05:06:07 GMT"
    assert reply.headers["etag"] == '"' + room.objects()[f"{BUCKET}/{KEY}"].md5 + '"'
    assert "content-disposition" not in reply.headers


def test_get_returns_nothing_at_all_where_nothing_at_all_was_put(room: Room) -> None:
    room.put(KEY, b"")
    assert (fetch(room).body, fetch(room).headers["content-length"]) == (b"", "0")


@pytest.mark.parametrize("size", [CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES])
def test_bytes_of_many_chunks_are_returned_whole(room: Room, size: int) -> None:
    content = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    room.put(KEY, content)
    assert fetch(room).body == content


def test_the_url_says_what_the_headers_are(room: Room) -> None:
    room.put(KEY, CONTENT)
    reply = fetch(
        room,
        response_content_type="text/plain; charset=utf-8",
        response_content_disposition='attachment; filename="a.txt"',
        response_content_language="de",
        response_cache_control="no-store",
        response_expires="Thu, 01 Jan 2026 00:00:00 GMT",
    )
    assert reply.headers["content-type"] == "text/plain; charset=utf-8"
    assert reply.headers["content-disposition"] == 'attachment; filename="a.txt"'
    assert reply.headers["content-language"] == "de"
    assert reply.headers["cache-control"] == "no-store"
    assert reply.headers["expires"] == "Thu, 01 Jan 2026 00:00:00 GMT"


def test_a_header_the_url_leaves_empty_is_the_objects_own(room: Room) -> None:
    room.put(KEY, CONTENT)
    assert fetch(room, response_content_type=" ").headers["content-type"] == PDF


@pytest.mark.parametrize("value", ["a\r\nSet-Cookie: x=1", "a\0", "a\x7f", "€"])
def test_what_cannot_be_a_header_is_refused(room: Room, value: str) -> None:
    room.put(KEY, CONTENT)
    reply = fetch(room, response_content_type=value)
    assert (reply.status, reply.rule) == (400, Rule.PARAMETERS)


def test_a_range_is_not_served_and_not_promised(room: Room) -> None:
    room.put(KEY, CONTENT)
    reply = room.send(Call("GET", room.get_url(KEY), {"range": "bytes=0-3"}))
    assert (reply.status, reply.body, reply.headers["accept-ranges"]) == (200, CONTENT, "none")


def test_head_returns_the_headers_alone(room: Room) -> None:
    room.put(KEY, CONTENT)
    reply = fetch(room, "HEAD", response_content_type="image/png")
    assert (reply.status, reply.body) == (200, b"")
    assert (reply.headers["content-type"], reply.headers["content-length"]) == ("image/png", str(len(CONTENT)))


@pytest.mark.parametrize(("signed_for", "used_for"), [("GET", "HEAD"), ("HEAD", "GET"), ("PUT", "GET")])
def test_a_url_is_good_for_its_method_only(room: Room, signed_for: str, used_for: str) -> None:
    room.put(KEY, CONTENT)
    reply = room.send(Call(used_for, signed(signed_for, f"/_s3/{BUCKET}/{KEY}")))
    assert (reply.status, reply.rule) == (403, Rule.SIGNATURE)


def test_a_url_can_be_used_until_it_expires(room: Room) -> None:
    room.put(KEY, CONTENT)
    request = Call("GET", room.get_url(KEY))
    room.clock.advance(timedelta(minutes=14))
    assert [room.send(request).status, room.send(request).status] == [200, 200]
    room.clock.advance(timedelta(minutes=1))
    assert room.send(request).rule == Rule.EXPIRED


def test_an_object_replaced_while_it_is_sent_is_sent_as_it_was(room: Room) -> None:
    content = b"old" * CHUNK_BYTES
    room.put(KEY, content)
    sent: list[Message] = []

    async def run() -> None:
        async def send(message: Message) -> None:
            sent.append(message)
            if len(sent) == 1:
                await call(room.bucket, room.put_call(KEY, b"new"))

        async def receive() -> Message:
            return {"type": "http.request"}

        await room.bucket(Call("GET", room.get_url(KEY)).scope, receive, send)

    asyncio.run(run())
    assert b"".join(message.get("body", b"") for message in sent) == content
    assert fetch(room).body == b"new"


def test_an_object_replaced_just_before_it_is_opened_is_sent_as_it_is_now(room: Room) -> None:
    room.put(KEY, CONTENT)

    class Overtaken(FolderBackend):
        def open(self, blob: str) -> BlobReader:
            if room.backend is self:
                room.backend = FolderBackend(room.folder)
                assert room.put(KEY, b"newer").status == 200
            return super().open(blob)

    room.backend = Overtaken(room.folder)
    assert fetch(room).body == b"newer"


def test_lost_bytes_are_an_internal_error(room: Room) -> None:
    room.put(KEY, CONTENT)
    for path in room.folder.iterdir():
        path.unlink()
    assert fetch(room).rule == Rule.INTERNAL


def test_nobody_listening_any_more_ends_the_sending(room: Room) -> None:
    room.put(KEY, CONTENT)

    async def run() -> None:
        async def send(message: Message) -> None:
            if message["type"] == "http.response.body":
                raise OSError("gone")

        async def receive() -> Message:
            return {"type": "http.disconnect"}

        await room.bucket(Call("GET", room.get_url(KEY)).scope, receive, send)

    asyncio.run(run())
