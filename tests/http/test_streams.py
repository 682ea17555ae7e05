"""Answers without an end come to one: when the client leaves, when the server stops, when they fail."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from mock_server.core.errors import Refused
from mock_server.http.answer import ReadyAnswer
from mock_server.http.streams import RULE, Streams


class Client:
    """What a stream is sent to, and when it leaves."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.got = asyncio.Event()
        self.leaves = asyncio.Event()
        self._has_sent = False

    async def receive(self) -> dict[str, Any]:
        if not self._has_sent:
            self._has_sent = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self.leaves.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        self.sent.append(message)
        if message.get("body"):
            self.got.set()


class Source:
    """Gives one piece, and waits for ever."""

    def __init__(self) -> None:
        self.is_closed = False

    async def pieces(self) -> AsyncIterator[bytes]:
        try:
            yield b"one"
            await asyncio.Event().wait()
        finally:
            self.is_closed = True


def answer(source: Source) -> ReadyAnswer:
    return ReadyAnswer(200, b"", "text/event-stream", {"cache-control": "no-store"}, stream=source.pieces)


def opened(streams: Streams, client: Client, source: Source) -> asyncio.Future[None]:
    return asyncio.ensure_future(streams.send(answer(source), ["x-request-id"], "r-1", client.receive, client.send))


@pytest.mark.parametrize("ending", ["client", "server"])
def test_a_stream_ends_when_the_client_leaves_or_the_server_stops(ending: str) -> None:
    async def run() -> tuple[Client, Source]:
        streams, client, source = Streams(1), Client(), Source()
        running = opened(streams, client, source)
        await client.got.wait()
        if ending == "client":
            client.leaves.set()
        else:
            streams.end_all()
        await running
        return client, source

    client, source = asyncio.run(run())
    assert source.is_closed
    assert [each.get("body") for each in client.sent] == [None, b"one", b""]
    assert [each.get("more_body", False) for each in client.sent[1:]] == [True, False]
    names = [name for name, _ in client.sent[0]["headers"]]
    assert names == [b"x-request-id", b"content-type", b"cache-control"]


def test_there_are_never_more_streams_than_the_limit() -> None:
    async def run() -> None:
        streams, clients = Streams(2), [Client() for _ in range(3)]
        running = [opened(streams, client, Source()) for client in clients[:2]]
        for client in clients[:2]:
            await client.got.wait()
        with pytest.raises(Refused) as caught:
            await opened(streams, clients[2], Source())
        assert (caught.value.rule, clients[2].sent) == (RULE, [])
        clients[0].leaves.set()
        await running[0]
        late = opened(streams, clients[2], Source())
        await clients[2].got.wait()
        streams.end_all()
        await asyncio.gather(late, running[1])

    asyncio.run(run())


def test_a_stream_that_fails_ends_and_the_log_says_why(caplog: pytest.LogCaptureFixture) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield b"one"
        raise ArithmeticError("out of numbers")

    async def run() -> Client:
        client = Client()
        failing = ReadyAnswer(200, b"", "text/event-stream", stream=pieces)
        await Streams(1).send(failing, [], "r-1", client.receive, client.send)
        return client

    assert asyncio.run(run()).sent[-1] == {"type": "http.response.body", "body": b""}
    assert "out of numbers" in caplog.text


def test_a_server_that_is_cut_short_leaves_nothing_running() -> None:
    async def run() -> Source:
        streams, client, source = Streams(1), Client(), Source()
        running = opened(streams, client, source)
        await client.got.wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        return source

    assert asyncio.run(run()).is_closed
