"""A small endpoint for webhooks, to watch deliveries with."""

from __future__ import annotations

import itertools
import queue
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from mock_server.cli.control_client import ControlClient, ControlError, WrongUse
from mock_server.core.instants import from_text
from mock_server.outbox.signing import ID_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER, complaint

MAX_BODY_BYTES = 1024 * 1024
_HEADERS = (ID_HEADER, TIMESTAMP_HEADER, SIGNATURE_HEADER)


@dataclass(frozen=True)
class Delivered:
    """A delivery that has come. `complaint`: what is wrong with it; `None` where it is genuine."""

    headers: dict[str, str]
    body: bytes
    complaint: str | None = None

    @property
    def json(self) -> dict[str, Any]:
        """Everything that is known of it."""
        return {"headers": self.headers, "body": self._text, "genuine": not self.complaint, "complaint": self.complaint}

    @property
    def line(self) -> str:
        """It in a line."""
        verdict = f"NOT GENUINE: {self.complaint}" if self.complaint else "genuine"
        return f"{self.headers.get(ID_HEADER, '-')}  {verdict}  {self._text}"

    @property
    def _text(self) -> str:
        return self.body.decode("utf-8", "backslashreplace")


class Endpoint:
    """An HTTP server on this machine that takes what comes, and answers `status`. To be used with `with`.

    Each delivery is checked before it is answered: meanwhile the clock of its namespace goes no further.
    """

    def __init__(self, client: ControlClient, secret: str, port: int, status: int) -> None:
        self.has_complained = False
        self._client = client
        self._secret = secret
        self._checked: queue.SimpleQueue[Delivered] = queue.SimpleQueue()
        try:
            self._server = ThreadingHTTPServer(("127.0.0.1", port), _handler(self._take, status))
        except OSError as error:
            raise WrongUse(f"cannot listen on port {port}: {error.strerror or error}") from error
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_port}/"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def deliveries(self, count: int | None) -> Iterator[Delivered]:
        """Each delivery as it comes; ends after `count`, else never."""
        for _ in itertools.count() if count is None else range(count):
            delivered = self._checked.get()
            self.has_complained = self.has_complained or delivered.complaint is not None
            yield delivered

    def _take(self, headers: dict[str, str], body: bytes) -> None:
        self._checked.put(Delivered(headers, body, self._complaint(headers, body)))

    def _complaint(self, headers: dict[str, str], body: bytes) -> str | None:
        try:
            now = from_text(self._client.get("/clock").json["now"])
        except ControlError as error:
            return f"nobody knows the time: {error}"
        return complaint(self._secret, headers, body, now)


def _handler(take: Callable[[dict[str, str], bytes], None], status: int) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = self.headers.get("Content-Length", "")
            body = self.rfile.read(min(int(length), MAX_BODY_BYTES) if length.isdecimal() else 0)
            take({name: self.headers[name] for name in _HEADERS if self.headers[name]}, body)
            self.send_response(status)
            if status != HTTPStatus.NO_CONTENT:
                self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            """Deliveries are printed, not requests."""

    return Handler
