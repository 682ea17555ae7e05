"""A mock on real ports of this machine, served by a thread of this process."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import MutableMapping
from typing import Any

import uvicorn

from mock_server.cli.protocol import AbortableProtocol, serving
from mock_server.core.errors import SetupError
from mock_server.core.namespace import HEADER
from mock_server.http.app import ASGIApp
from mock_server.http.operation import Receive, Send
from mock_server.http.streams import Streams
from mock_server.settings import Settings
from mock_server.wiring import Server, build

HOST = "127.0.0.1"
START_SECONDS = 30.0
STOP_SECONDS = 10.0
GRACE_SECONDS = 1
"""How long answers that are under way may take when the server is stopped."""

BACKLOG = 128


class LiveServer:
    """A server that is running. `url`: its origin. `server`: what runs.

    A namespace can be given a port of its own, on which every request is for it: whatever client is used, nothing has
    to be added to its requests, not even to those that carry no token.
    """

    def __init__(self, server: Server) -> None:
        self.server = server
        self._doors = _Doors(server.app)
        listening = _listening()
        self.url = _origin(listening)
        self._uvicorn = _Uvicorn(serving(self._doors, GRACE_SECONDS, "critical"), server.streams)
        self._thread = threading.Thread(
            target=self._uvicorn.run, kwargs={"sockets": [listening]}, name="mock-server", daemon=True
        )

    @classmethod
    def start(cls, settings: Settings | None = None) -> LiveServer:
        """A server that listens already. Raises `SetupError`: in one line, what stands in the way."""
        live = cls(build(settings or Settings(access_log=False)))
        live._thread.start()
        if not live._uvicorn.is_decided.wait(START_SECONDS) or not live._uvicorn.started:
            live.stop()
            raise SetupError("the server did not begin to listen; its log says why")
        return live

    def stop(self) -> None:
        """End it, and give back files and connections. Event streams come to an end."""
        self._uvicorn.should_exit = True
        self._thread.join(STOP_SECONDS)
        self.server.close()

    def open_port(self, namespace: str) -> str:
        """The origin at which every request is for this namespace, until its port is closed."""
        listening = _listening()
        url = _origin(listening)
        self._doors.open(listening.getsockname()[1], namespace)
        self._uvicorn.in_loop(self._uvicorn.listen(listening))
        return url

    def close_port(self, url: str) -> None:
        """End what `open_port` began, and all connections to it, whatever is under way on them."""
        port = int(url.rpartition(":")[2])
        self._uvicorn.in_loop(self._uvicorn.leave(port))
        self._doors.close(port)


class _Doors:
    """The application behind all ports; some of them lead to one namespace each."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._namespaces: dict[int, bytes] = {}

    def open(self, port: int, namespace: str) -> None:
        self._namespaces[port] = namespace.encode("ascii")

    def close(self, port: int) -> None:
        del self._namespaces[port]

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer a request (ASGI)."""
        namespace = self._namespaces.get(scope["server"][1]) if scope["type"] == "http" else None
        if namespace is not None:
            scope["headers"] = [*scope["headers"], (HEADER.encode(), namespace)]
        await self._app(scope, receive, send)


class _Uvicorn(uvicorn.Server):
    """Says when it listens or never will; lets ports come and go. Outside of the main thread it handles no signals."""

    def __init__(self, config: uvicorn.Config, streams: Streams) -> None:
        super().__init__(config)
        self._streams = streams
        self.is_decided = threading.Event()
        self._by_port: dict[int, asyncio.Server] = {}

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._loop = asyncio.get_running_loop()
        self.is_decided.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._streams.end_all()
        await super().shutdown(sockets)

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            super().run(sockets)
        finally:
            self.is_decided.set()  # it has ended before it listened

    def in_loop(self, action: Any) -> None:
        """Run a coroutine in the server's loop, and wait until it is done."""
        asyncio.run_coroutine_threadsafe(action, self._loop).result(STOP_SECONDS)

    async def listen(self, listening: socket.socket) -> None:
        """Serve one more socket, as `startup` serves the first."""
        server = await self._loop.create_server(self._protocol, sock=listening, backlog=BACKLOG)
        self._by_port[listening.getsockname()[1]] = server
        self.servers.append(server)  # so that it is closed with the others

    async def leave(self, port: int) -> None:
        """Serve a port no more."""
        server = self._by_port.pop(port)
        self.servers.remove(server)
        server.close()
        for connection in list(self.server_state.connections):
            if isinstance(connection, AbortableProtocol) and connection.server and connection.server[1] == port:
                connection.transport.close()

    def _protocol(self) -> AbortableProtocol:
        return AbortableProtocol(self.config, self.server_state, self.lifespan.state, self._loop)


def _listening() -> socket.socket:
    return socket.create_server((HOST, 0), backlog=BACKLOG)


def _origin(listening: socket.socket) -> str:
    return f"http://{HOST}:{listening.getsockname()[1]}"
