"""Endpoints on this machine that answer well, badly, or not at all."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PATIENCE_SECONDS = 30


@dataclass(frozen=True)
class Received:
    """A request that has arrived. Header names are lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """An endpoint; `answers` are used up one after the other, the last one for ever."""

    answers: list[tuple[int, bytes]]
    headers: dict[str, str]
    received: list[Received] = field(default_factory=list)
    port: int = 0
    _arrived: threading.Condition = field(default_factory=threading.Condition)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hooks?from=mock"

    def take(self, request: Received) -> tuple[int, bytes]:
        with self._arrived:
            self.received.append(request)
            self._arrived.notify_all()
            return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def wait_for(self, count: int) -> list[Received]:
        """The requests, as soon as there are so many."""
        with self._arrived:
            assert self._arrived.wait_for(lambda: len(self.received) >= count, PATIENCE_SECONDS), "nothing arrived"
            return list(self.received)


@contextmanager
def receiving(*answers: tuple[int, bytes], **headers: str) -> Iterator[Receiver]:
    """A real HTTP server on a free port; without `answers` it thanks with 200."""
    receiver = Receiver(list(answers) or [(200, b"thanks")], headers)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            request = Received("POST", self.path, {key.lower(): value for key, value in self.headers.items()}, body)
            status, answer = receiver.take(request)
            self.send_response(status)
            for name, value in {"content-length": str(len(answer)), **receiver.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *args: Any) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join(PATIENCE_SECONDS)


@contextmanager
def talking(talk: Callable[[socket.socket], object], family: socket.AddressFamily = socket.AF_INET) -> Iterator[int]:
    """The port of a server that does to each connection what `talk` does, and then closes it."""
    listening = socket.create_server(("::1" if family is socket.AF_INET6 else "127.0.0.1", 0), family=family)

    def serve() -> None:
        while True:
            try:
                connected, _ = listening.accept()
            except OSError:
                return  # the test is over
            with connected, suppress(OSError):  # the sender went away, as it should
                talk(connected)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield int(listening.getsockname()[1])
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join(PATIENCE_SECONDS)


def request_of(connected: socket.socket) -> bytes:
    """What has been sent, up to the end of the body that is announced."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += connected.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    while len(body) < length:
        body += connected.recv(65536)
    return head + b"\r\n\r\n" + body


def free_port() -> int:
    """A port where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def told_of(receiver: Receiver) -> list[str]:
    """Which invoices the endpoint was told of, in the order in which it was."""
    return [each.body.decode().split('"id":"')[2].split('"')[0] for each in receiver.received]
