"""A server that answers as it is told, for tests of who talks to it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Reply:
    """An answer. `status` 0: the connection is closed without one. `after`: so many seconds later."""

    status: int = 200
    body: bytes = b"{}"
    headers: Mapping[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})
    after: float = 0.0


HTML = Reply(200, b"<h1>Welcome</h1>", {"Content-Type": "text/html; charset=utf-8"})
DROPPED = Reply(0)


@dataclass
class Scripted:
    """`replies`: the next ones, the last again and again. `asked`: method, path and headers of what has come."""

    origin: str
    replies: list[Reply] = field(default_factory=lambda: [Reply()])
    asked: list[tuple[str, str, Mapping[str, str]]] = field(default_factory=list)
    decide: Callable[[str, str], Reply | None] = lambda method, path: None

    def next(self, method: str, path: str) -> Reply:
        found = self.decide(method, path)
        if found is not None:
            return found
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]


@contextmanager
def scripted(*replies: Reply) -> Iterator[Scripted]:
    """Such a server, on a free port."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # head and body are two writes: the second would wait 40 ms for the first

        def handle_any(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            server.asked.append((self.command, self.path, dict(self.headers.items())))
            reply = server.next(self.command, self.path)
            time.sleep(reply.after)
            if not reply.status:
                self.close_connection = True
                return
            self.send_response(reply.status)
            for name, value in {**reply.headers, "Content-Length": str(len(reply.body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.body)

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = handle_any  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        listening.daemon_threads = True
        server = Scripted(f"http://127.0.0.1:{listening.server_address[1]}", list(replies) or [Reply()])
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            listening.shutdown()
            thread.join(10)
