"""A small API with one fault, which can be mended: what the steps of findings are tried on."""

from __future__ import annotations

import base64
import json
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from openapi.redaction.digits import is_card

NOW = 1_000
"""By the toy's clock."""


Handler = Callable[[dict[str, Any], Any], tuple[int, Any]]


@dataclass
class Toy:
    """What the API keeps. `fault`: its name; "" where it was mended. `received`: the bytes of all bodies."""

    fault: str = ""
    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    received: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    origin: str = ""

    def answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> tuple[int, Any]:
        """Status and body; `None` for an empty one. With the status 0 there is no answer at all."""
        self.received.append((target, headers, body))
        path, query = urlsplit(target).path, parse_qs(urlsplit(target).query)
        if path == "/echo":
            return (200 if self.fault else 400), None
        if path == "/bucket":
            is_good = query.get("X-Amz-Signature") == ["feedfacefeedface1"] or self.fault == "signature"
            return (200 if is_good else 403), None
        if not self._is_welcome(headers.get("authorization", "")):
            return 401, {"details": "who are you"}
        name = path.removeprefix("/pay-int-api/invoices").removeprefix("/")
        return self._invoices(method, name, headers, json.loads(body) if body else {})

    def _is_welcome(self, authorization: str) -> bool:
        parts = authorization.removeprefix("Bearer ").split(".")
        if len(parts) != 3 or not parts[2].startswith("signed"):
            return False
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=="))
        return bool(claims.get("exp", 0) > NOW or self.fault == "expiry")

    def _invoices(self, method: str, name: str, headers: dict[str, str], sent: Any) -> tuple[int, Any]:
        if name == "" and method == "POST":
            return 200, {"id": self._made(headers.get("idempotency-key", "")), "uploadUrl": self._upload_url()}
        record_id, _, action = name.partition("/")
        if record_id not in self.records:
            return 404, {"details": "no such invoice"}
        handler: Handler = getattr(self, f"_{method.lower()}_{action.replace('-', '_')}")
        return handler(self.records[record_id], sent)

    def _made(self, key: str) -> str:
        if key in self.keys and self.fault != "idempotency":
            return self.keys[key]
        made = str(uuid.uuid4())
        self.records[made] = {"id": made, "status": 1, "totalAmount": 59.97, "history": [_event("created")]}
        if key:
            self.keys[key] = made
        return made

    def _upload_url(self) -> str:
        return f"{self.origin}/bucket?X-Amz-Credential=AKIAEXAMPLE1&X-Amz-Signature=feedfacefeedface1"

    def _get_(self, record: dict[str, Any], sent: Any) -> tuple[int, Any]:
        return 200, {**record, "totalAmount": 59.98 if self.fault == "amount" else 59.97}

    def _put_cancel(self, record: dict[str, Any], sent: Any) -> tuple[int, Any]:
        if self.fault == "silence":
            return 0, None
        if self.fault == "history":
            record["history"] = [*record["history"], _event("refused")]
        return (200, None) if self.fault == "cancel" else (400, {"details": "not published"})

    def _put_mark_as_paid(self, record: dict[str, Any], sent: Any) -> tuple[int, Any]:
        record["status"] = 1 if self.fault == "state" else 3
        return 200, None

    def _delete_(self, record: dict[str, Any], sent: Any) -> tuple[int, Any]:
        return 200, {"deleted": True} if self.fault == "body" else None

    def _post_submit(self, record: dict[str, Any], sent: Any) -> tuple[int, Any]:
        is_good = is_card(sent["accountNumber"]) and len(sent["securityCode"]) == 3 and self.fault != "card"
        return (200, {"success": True}) if is_good else (400, {"details": "declined"})


def _event(name: str) -> dict[str, str]:
    return {"id": str(uuid.uuid4()), "event": name}


def token(**claims: Any) -> str:
    """A token the toy takes, unless its claims say otherwise."""
    parts = ({"alg": "none"}, {"sub": "ada", "exp": NOW + 900, **claims})
    texts = [base64.urlsafe_b64encode(json.dumps(each).encode()).rstrip(b"=").decode() for each in parts]
    return ".".join([*texts, f"signed-{uuid.uuid4().hex}"])


@contextmanager
def serving(toy: Toy) -> Iterator[str]:
    """The toy at an origin."""

    class Requests(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # head and body are two writes: the second would wait 40 ms for the first

        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, value = toy.answer(self.command, self.path, headers, body)
            if not status:
                self.close_connection = True
                return
            content = b"" if value is None else json.dumps(value).encode()
            self.send_response(status)
            if content:
                self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_DELETE = handle_any  # noqa: N815 - as the base class has them

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - likewise
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Requests) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        toy.origin = f"http://127.0.0.1:{server.server_port}"
        try:
            yield toy.origin
        finally:
            server.shutdown()
            thread.join()
