"""A proxy that changes what passes through it: what is behind it becomes a server with one fault."""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

HOP_BY_HOP = {"connection", "transfer-encoding", "content-length", "keep-alive", "date", "server"}


@dataclass
class Asked:
    """A request on its way. Header names are lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Answered:
    """An answer on its way back."""

    status: int
    headers: dict[str, str]
    body: bytes = b""


Forward = Callable[[Asked], Answered]
Change = Callable[[Asked, Forward], Answered]
"""What a fault does with a request: asks the server as often as it likes, and answers."""


@dataclass
class Proxy:
    """`change`: the fault at hand; `None` for none."""

    origin: str
    server: str
    change: Change | None = None
    connections: dict[int, http.client.HTTPConnection] = field(default_factory=dict)

    def answer(self, asked: Asked) -> Answered:
        return self.change(asked, self.forward) if self.change else self.forward(asked)

    def forward(self, asked: Asked) -> Answered:
        """What the server says. Each thread keeps its connection, as long as the server does."""
        kept = self.connections.get(threading.get_ident())
        if kept is not None and kept.sock is not None:
            try:
                return self._asked(kept, asked)
            except (OSError, http.client.HTTPException):  # it was closed meanwhile, or the request is what closes it
                self.leave()
        self.connections[threading.get_ident()] = connection = self._connected()
        try:
            return self._asked(connection, asked)
        except BaseException:
            self.leave()
            raise

    def leave(self) -> None:
        """A thread has nothing more to ask."""
        kept = self.connections.pop(threading.get_ident(), None)
        if kept is not None:
            kept.close()

    def _connected(self) -> http.client.HTTPConnection:
        parts = urlsplit(self.server)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=20)
        connection.connect()
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def _asked(self, connection: http.client.HTTPConnection, asked: Asked) -> Answered:
        connection.putrequest(asked.method, asked.path, skip_host=True, skip_accept_encoding=True)
        given = {**asked.headers, "host": urlsplit(self.server).netloc}
        if asked.body or asked.method in {"POST", "PUT", "PATCH"}:
            given["content-length"] = str(len(asked.body))
        for name, value in given.items():
            if name not in {"connection", "transfer-encoding", "expect"}:
                connection.putheader(name, value.encode("latin-1"))
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # it may have answered before all was sent
            connection.endheaders(asked.body or None)
        answer = connection.getresponse()
        headers = {name.lower(): value for name, value in answer.getheaders()}
        return Answered(answer.status, headers, answer.read())


@contextmanager
def proxied(server: str) -> Iterator[Proxy]:
    """A proxy in front of a server, on a free port."""
    proxy = Proxy("", server)
    listening = ThreadingHTTPServer(("127.0.0.1", 0), _handler(proxy))
    listening.daemon_threads = True
    proxy.origin = f"http://127.0.0.1:{listening.server_address[1]}"
    thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        listening.shutdown()
        listening.server_close()
        thread.join()
        for connection in list(proxy.connections.values()):
            connection.close()


def _handler(proxy: Proxy) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def handle_any(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            answer = proxy.answer(Asked(self.command, self.path, headers, self._body(headers)))
            kept = {name: value for name, value in answer.headers.items() if name not in HOP_BY_HOP}
            is_empty = self.command == "HEAD" or answer.status in {204, 304}
            lines = [f"HTTP/1.1 {answer.status} -", *(f"{name}: {value}" for name, value in kept.items())]
            lines += [] if is_empty else [f"content-length: {len(answer.body)}"]
            head = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"
            self.wfile.write(head if is_empty else head + answer.body)

        def finish(self) -> None:
            proxy.leave()
            super().finish()

        def _body(self, headers: dict[str, str]) -> bytes:
            if "chunked" not in headers.get("transfer-encoding", ""):
                return self.rfile.read(int(headers.get("content-length", "0")))
            content = b""
            while size := int(self.rfile.readline().strip() or b"0", 16):
                content += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return content

        def __getattr__(self, name: str) -> Any:
            if name.startswith("do_"):
                return self.handle_any
            raise AttributeError(name)

        def log_message(self, *_: Any) -> None:
            """Nobody reads it."""

    return Handler
