"""An answer is written in one piece, in its order, and never later than the turn of the event loop after."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from mock_server.cli.protocol import AbortableProtocol, serving
from mock_server.cli.writing import LARGEST_JOINED, OneWrite

HEAD = b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n"


class Noted(asyncio.Transport):
    """A transport that keeps what it was told to do."""

    def __init__(self) -> None:
        super().__init__()
        self.done: list[Any] = []
        self.is_closed = False

    def write(self, data: Any) -> None:
        self.done.append(bytes(data))

    def close(self) -> None:
        self.done.append("closed")
        self.is_closed = True

    def abort(self) -> None:
        self.done.append("aborted")

    def is_closing(self) -> bool:
        return self.is_closed

    def pause_reading(self) -> None:
        self.done.append("paused")

    def resume_reading(self) -> None:
        self.done.append("resumed")

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return ("127.0.0.1", 1) if name in {"sockname", "peername"} else default


def done(*steps: Callable[[OneWrite], object], then: Callable[[Noted], object] = lambda noted: None) -> list[Any]:
    """What reaches the transport of all that is done in one turn, and by itself after it. `then`: between the turns."""

    async def run() -> list[Any]:
        noted = Noted()
        one = OneWrite(noted, asyncio.get_running_loop())
        for each in steps:
            each(one)
        then(noted)
        await asyncio.sleep(0)
        return noted.done

    return asyncio.run(run())


def writing(data: bytes) -> Callable[[OneWrite], None]:
    return lambda one: one.write(data)


def test_head_and_body_are_written_at_once() -> None:
    assert done(writing(HEAD), writing(b"abcd")) == [HEAD + b"abcd"]


def test_what_follows_is_written_as_it_comes() -> None:
    assert done(writing(HEAD), writing(b"ab"), writing(b"cd")) == [HEAD + b"ab", b"cd"]


def test_a_head_without_a_body_goes_out_by_itself() -> None:
    assert done(writing(HEAD)) == [HEAD]
    assert done(writing(HEAD), writing(b"")) == [HEAD]


def test_every_answer_of_a_connection_is_written_at_once() -> None:
    steps = [writing(HEAD), writing(b"abcd")] * 3

    assert done(*steps) == [HEAD + b"abcd"] * 3


def test_two_heads_keep_their_order() -> None:
    """An answer without a body, and the next one of the same connection."""
    assert done(writing(HEAD), writing(HEAD), writing(b"abcd")) == [HEAD + HEAD, b"abcd"]


def test_a_large_body_is_not_copied() -> None:
    large = b"x" * (LARGEST_JOINED + 1)

    assert done(writing(HEAD), writing(large)) == [HEAD, large]
    assert done(writing(HEAD), writing(large[1:])) == [HEAD + large[1:]]


def test_what_was_written_goes_out_before_the_connection_is_closed() -> None:
    assert done(writing(HEAD), OneWrite.close) == [HEAD, "closed"]


def test_an_abort_drops_what_was_not_written() -> None:
    assert done(writing(HEAD), OneWrite.abort) == ["aborted"]


def test_nothing_is_written_to_who_has_left() -> None:
    assert done(writing(HEAD), then=Noted.close) == ["closed"]


def test_all_else_is_the_transports_own() -> None:
    assert done(OneWrite.pause_reading, OneWrite.resume_reading) == ["paused", "resumed"]
    assert done(lambda one: one.write(repr((one.get_extra_info("peername"), one.is_closing())).encode())) == [
        b"(('127.0.0.1', 1), False)"
    ]


@pytest.mark.parametrize("pieces", [1, 2])
def test_an_answer_of_the_server_is_written_at_once(pieces: int) -> None:
    """By uvicorn itself, so that a change of what it writes is noticed."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"4")]})
        for number in range(pieces):
            is_last = number == pieces - 1
            await send({"type": "http.response.body", "body": b"abcd"[: 4 // pieces], "more_body": not is_last})

    async def run() -> list[Any]:
        from uvicorn.server import ServerState

        loop, noted = asyncio.get_running_loop(), Noted()
        protocol = AbortableProtocol(serving(app, 1), ServerState(), {}, loop)
        protocol.connection_made(noted)
        protocol.data_received(b"GET / HTTP/1.1\r\nHost: mock\r\n\r\n")
        await asyncio.gather(*protocol.tasks)
        protocol.transport.close()
        protocol.connection_lost(None)
        return noted.done

    first, *others, end, _ = asyncio.run(run())
    assert first.startswith(b"HTTP/1.1 200 OK\r\n")
    assert first.endswith(b"\r\n\r\n" + b"abcd"[: 4 // pieces])
    assert (others, end) == ([b"ab"] * (pieces - 1), "closed")
