"""A server of the control API that answers what a test has told it to, and remembers what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Asked:
    method: str
    target: str
    headers: dict[str, str]
    body: str


@dataclass
class Fake:
    """`status`, `content_type` and `content` of every answer. `asked`: all requests so far."""

    url: str = ""
    status: int = 200
    content_type: str = "application/json"
    content: bytes = b"{}"
    asked: list[Asked] = field(default_factory=list)

    def answers(self, status: int, value: Any, content_type: str = "application/json") -> None:
        self.status, self.content, self.content_type = status, json.dumps(value).encode(), content_type

    def refuses(self, status: int, detail: str, rule: str) -> None:
        self.answers(status, {"status": status, "detail": detail, "rule": rule}, "application/problem+json")

    @property
    def last(self) -> Asked:
        return self.asked[-1]


@contextmanager
def faking() -> Iterator[Fake]:
    """A fake on a free port."""
    fake = Fake()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            headers = {name.lower(): value for name, value in self.headers.items()}
            fake.asked.append(Asked(self.command, self.path, headers, body))
            self.send_response(fake.status)
            self.send_header("Content-Type", fake.content_type)
            self.end_headers()
            self.wfile.write(fake.content)

        do_GET = do_POST = do_PUT = do_DELETE = answer  # noqa: N815  # names that http.server asks for

        def log_message(self, *args: Any) -> None:
            """Not in the tests' output."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    fake.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
