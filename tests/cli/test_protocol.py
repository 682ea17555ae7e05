"""The protocol that lets the application end a connection: seen from the other end of a real socket."""

from __future__ import annotations

import gc
import logging
import socket
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import uvicorn

from mock_server.cli.protocol import AbortableProtocol
from mock_server.http.connection import Connection

REQUEST = b"GET %s HTTP/1.1\r\nHost: mock\r\n\r\n"
LAST_REQUEST = b"GET %s HTTP/1.1\r\nHost: mock\r\nConnection: close\r\n\r\n"
START = {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"4")]}


@contextmanager
def serving(app: Any, loop: Any) -> Iterator[tuple[str, int]]:
    """The address of a server in a thread of its own."""
    config = uvicorn.Config(app, http=AbortableProtocol, loop=loop, lifespan="off", log_config=None)
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield listening.getsockname()
        finally:
            server.should_exit = True
            thread.join(10)


async def by_path(scope: Any, receive: Any, send: Any) -> None:
    connection = Connection.of(scope)
    if scope["path"] in {"/half", "/half-and-reset"}:
        await send(START)
        await send({"type": "http.response.body", "body": b"ab", "more_body": True})
    if scope["path"] != "/whole":
        connection.abort(reset=scope["path"] in {"/reset", "/half-and-reset"})
        return
    await send(START)
    await send({"type": "http.response.body", "body": b"abcd"})


@pytest.fixture(params=["asyncio", "uvloop"], scope="module")
def address(request: pytest.FixtureRequest) -> Iterator[tuple[str, int]]:
    with serving(by_path, request.param) as found:
        yield found


def asked(address: tuple[str, int], *paths: bytes) -> bytes:
    """All that comes back on one connection. Raises `ConnectionResetError` for a RST."""
    with socket.create_connection(address, timeout=20) as client:
        client.sendall(b"".join(REQUEST % path for path in paths[:-1]) + LAST_REQUEST % paths[-1])
        return b"".join(iter(lambda: client.recv(4096), b""))


def test_a_reset_is_seen_as_a_reset(address: tuple[str, int]) -> None:
    with pytest.raises(ConnectionResetError):
        asked(address, b"/reset")


def test_a_close_is_seen_as_an_end_without_an_answer(address: tuple[str, int]) -> None:
    assert asked(address, b"/close") == b""


def test_what_was_sent_before_a_close_arrives_and_no_more(address: tuple[str, int]) -> None:
    head, _, body = asked(address, b"/half").partition(b"\r\n\r\n")

    assert b"content-length: 4" in head
    assert body == b"ab"


def test_an_answer_is_followed_by_a_reset(address: tuple[str, int]) -> None:
    with pytest.raises(ConnectionResetError):
        asked(address, b"/half-and-reset")


def test_who_is_not_cut_off_is_answered(address: tuple[str, int]) -> None:
    assert asked(address, b"/whole").endswith(b"\r\n\r\nabcd")


def test_only_the_request_in_question_ends_the_connection(address: tuple[str, int]) -> None:
    """Two requests at once on one connection: the first is answered in full before the second ends it."""
    answer = asked(address, b"/whole", b"/close")

    assert answer.count(b"HTTP/1.1 200") == 1
    assert answer.endswith(b"abcd")


def test_nothing_is_logged_as_an_error(address: tuple[str, int], caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        for path in (b"/close", b"/half"):
            asked(address, path)
        with pytest.raises(ConnectionResetError):
            asked(address, b"/reset")
        asked(address, b"/whole")
        asked(address, b"/close", b"/whole")  # the second one waits for its turn, which never comes

    assert caplog.records == []


def test_the_application_can_see_that_the_client_has_gone() -> None:
    seen: list[bool] = []
    is_over = threading.Event()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        is_lost = Connection.of(scope).is_lost
        seen.append(is_lost())
        while (await receive())["type"] != "http.disconnect":
            pass
        seen.append(is_lost())
        is_over.set()

    with serving(app, "asyncio") as address:
        with socket.create_connection(address, timeout=20) as client:
            client.sendall(REQUEST % b"/")
        assert is_over.wait(20)

    assert seen == [False, True]


def test_without_a_server_there_is_no_connection_to_end() -> None:
    connection = Connection.of({"type": "http"})

    connection.abort(reset=True)

    assert not connection.is_lost()
    assert isinstance(connection.end(reset=True), ConnectionResetError)


class Marker:
    """Something that is in the scope of a request, and gone with it."""


def test_a_request_is_forgotten_without_the_collector() -> None:
    """The next one on the connection takes its place: whatever was kept of it would have to be looked for."""
    markers: list[weakref.ref[Marker]] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        scope["test.marker"] = Marker()
        markers.append(weakref.ref(scope["test.marker"]))
        await by_path(scope, receive, send)

    with serving(app, "asyncio") as (host, port), uncollected():
        with socket.create_connection((host, port), timeout=20) as client:
            for _ in range(3):
                client.sendall(REQUEST % b"/whole")
                while not client.recv(1000).endswith(b"abcd"):
                    pass
        assert [each() for each in markers[:2]] == [None, None]


@contextmanager
def uncollected() -> Iterator[None]:
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
