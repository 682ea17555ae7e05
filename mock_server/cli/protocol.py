"""How uvicorn serves the mock: its protocol, with one thing more: the application may end the connection in the middle
of everything.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import weakref
from collections.abc import Callable

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from mock_server.cli.writing import OneWrite
from mock_server.http.app import ASGIApp
from mock_server.http.connection import EXTENSION, Connection
from mock_server.http.context import Scope
from mock_server.http.operation import Receive, Send

_RESET_WHEN_CLOSED = struct.pack("ii", 1, 0)
"""SO_LINGER switched on with zero seconds: whatever was not sent is dropped, and the peer gets a RST."""


def serving(app: ASGIApp, grace_seconds: int, log_level: str | None = None) -> uvicorn.Config:
    """Serve an application, and no WebSockets.

    `grace_seconds`: how long answers that are under way may take when the server is stopped. `log_level`: of uvicorn's
    own words; as logging is set up where nothing is said.
    """
    return uvicorn.Config(
        _ending_with_the_server(app),
        http=AbortableProtocol,
        ws="none",
        lifespan="on",
        log_config=None,
        log_level=log_level,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=grace_seconds,
    )


def _ending_with_the_server(app: ASGIApp) -> ASGIApp:
    """The application; what it can't answer before the server is gone ends with the connection, and is no failure."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await app(scope, receive, send)
        except asyncio.CancelledError:
            if scope["type"] != "http":
                raise
            Connection.of(scope).abort(reset=False)

    return answer


class AbortableProtocol(HttpToolsProtocol):
    """Speaks HTTP/1.1. Every request's scope has the extension `mock_server.connection`."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """A client is there."""
        super().connection_made(OneWrite(transport, self.loop))

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._connection = _Connection(self)
        self.scope["extensions"] = {EXTENSION: {"connection": self._connection}}

    def on_headers_complete(self) -> None:
        """Its head is there; uvicorn has made the task that answers it, which has not run yet."""
        super().on_headers_complete()
        # A cycle holds its scope, and that this connection. Were it held in turn, nothing of a request would be given
        # back before the collector comes, which took a tenth of the time of a GET.
        self._connection.cycle = weakref.ref(self.cycle)


class _Connection(Connection):
    """The connection as one request sees it. A later request on it has an object of its own."""

    __slots__ = ("_protocol", "cycle")

    def __init__(self, protocol: HttpToolsProtocol) -> None:
        self._protocol = protocol
        self.cycle: Callable[[], RequestResponseCycle | None] = _none

    def abort(self, *, reset: bool) -> None:
        transport, cycle = self._protocol.transport, self.cycle()
        if cycle is not None:
            cycle.disconnected = True  # or uvicorn would answer for the application, which won't
        if not reset:
            transport.close()
            return
        connection: socket.socket | None = transport.get_extra_info("socket")
        if connection is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_WHEN_CLOSED)
        transport.abort()

    def is_lost(self) -> bool:
        cycle = self.cycle()
        return cycle is not None and cycle.disconnected


def _none() -> None:
    """There is no cycle yet."""
