"""Calls of an ASGI application in this process: no socket, no thread in between, an event loop for each call.

Starlette's test client begins a thread for every request, which takes ten times as long as the mock's answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any

import httpx2

Message = MutableMapping[str, Any]
Application = Callable[..., Awaitable[None]]


class InProcess(httpx2.BaseTransport):
    """Calls an application. Safe to use from several threads: each call has a loop to itself until it is answered."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._idle: list[asyncio.AbstractEventLoop] = []

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Raises what the application raises."""
        call = _Call(request)
        with self._loop() as loop:
            loop.run_until_complete(call.made(self._application))
        return call.response()

    @contextmanager
    def _loop(self) -> Iterator[asyncio.AbstractEventLoop]:
        try:
            loop = self._idle.pop()
        except IndexError:
            loop = asyncio.new_event_loop()
        try:
            yield loop
        finally:
            _end_tasks(loop)
            self._idle.append(loop)

    def close(self) -> None:
        while self._idle:
            loop = self._idle.pop()
            loop.run_until_complete(loop.shutdown_default_executor())
            loop.close()


class _Call:
    """One request, and what was answered so far."""

    def __init__(self, request: httpx2.Request) -> None:
        self._request = request
        assert isinstance(request.stream, httpx2.SyncByteStream)
        self._chunks = iter(request.stream)
        self._has_sent_all = False
        self._is_over = asyncio.Event()
        self._start: Message | None = None
        self._body: list[bytes] = []

    async def made(self, application: Application) -> None:
        try:
            await application(self._scope(), self._receive, self._send)
        finally:
            self._is_over.set()

    def _scope(self) -> dict[str, Any]:
        url = self._request.url
        return {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": self._request.method,
            "scheme": url.scheme,
            "path": url.path,
            "raw_path": url.raw_path.split(b"?")[0],
            "query_string": url.query,
            "root_path": "",
            "headers": [(name.lower(), value) for name, value in self._request.headers.raw],
            "server": (url.host, url.port or {"http": 80, "https": 443}[url.scheme]),
            "client": ("testclient", 50_000),
            "extensions": {},
            "state": {},
        }

    async def _receive(self) -> Message:
        if self._has_sent_all:
            await self._is_over.wait()
            return {"type": "http.disconnect"}
        chunk = next(self._chunks, None)
        self._has_sent_all = chunk is None
        return {"type": "http.request", "body": chunk or b"", "more_body": chunk is not None}

    async def _send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            assert self._start is None, "an answer begins once"
            self._start = message
        elif message["type"] == "http.response.body":
            assert self._start is not None, "an answer has a head"
            assert not self._is_over.is_set(), "an answer ends once"
            self._body.append(bytes(message.get("body", b"")))
            if not message.get("more_body", False):
                self._is_over.set()

    def response(self) -> httpx2.Response:
        assert self._start is not None, "the application has not answered"
        content = b"" if self._request.method == "HEAD" else b"".join(self._body)
        stream = httpx2.ByteStream(content)
        return httpx2.Response(self._start["status"], headers=self._start["headers"], stream=stream)


def _end_tasks(loop: asyncio.AbstractEventLoop) -> None:
    """What an answer has left running ends with it, as it would with the connection."""
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    if tasks:
        loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
