"""A request on its way through the server: whatever is read of it and answered passes by here."""

from __future__ import annotations

import time
from collections.abc import MutableMapping
from typing import Any

from mock_server.http.context import Exchange
from mock_server.http.cors import Headers, is_from_page, with_vary
from mock_server.http.operation import Receive, Send
from mock_server.http.steering import telling

Message = MutableMapping[str, Any]


class Passage:
    """What the application reads from and writes to while it serves one request, and what the exchange learns of it."""

    __slots__ = ("_receive", "_send", "_started", "exchange")

    def __init__(self, exchange: Exchange, receive: Receive, send: Send) -> None:
        self.exchange = exchange
        self._receive = receive
        self._send = send
        self._started = time.perf_counter()

    async def receive(self) -> Message:
        """Read on (ASGI)."""
        return await self._receive()

    async def send(self, message: Message) -> None:
        """Send a part of the answer (ASGI)."""
        if message["type"] == "http.response.start":
            message = self._begun(message)
        elif message["type"] == "http.response.body":
            self.goes_on(message)
        await self._send(message)

    def begins(self, status: int, headers: Headers) -> None:
        """An answer with this head is about to be sent."""
        exchange = self.exchange
        if exchange.trace.cells:  # what it has let happen to records is exercised all the same
            exchange.namespace.coverage.note(None, None, status, (), exchange.trace.cells)

    def goes_on(self, message: Message) -> None:
        """A part of its body is about to be sent."""

    def ends(self, *, has_failed: bool) -> None:
        """The request is over, whatever became of it. Never fails."""
        self.exchange.seconds = time.perf_counter() - self._started

    def _begun(self, message: Message) -> Message:
        """The head of the answer, with what there is to tell of its steering and of pages."""
        exchange = self.exchange
        exchange.status = status = message["status"]
        if status >= 400:
            exchange.rule = _rule(message)
        if exchange.steering:
            message = telling(exchange, message)
        headers = message["headers"]
        self.begins(status, headers)
        return message if is_from_page(exchange.head) else {**message, "headers": with_vary(headers)}


def _rule(message: Message) -> str:
    return next((value.decode("latin-1") for name, value in message["headers"] if name.lower() == b"x-mock-rule"), "")
