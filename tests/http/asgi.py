"""One request to an ASGI application, and every message it is answered with."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Messages:
    """What was sent, message by message. `scope`: as the application left it. `unread`: what it left of the body."""

    scope: dict[str, Any]
    sent: list[dict[str, Any]]
    unread: list[bytes]

    @property
    def start(self) -> dict[str, Any]:
        return self.sent[0]

    @property
    def headers(self) -> dict[str, str]:
        return {name.decode(): value.decode() for name, value in self.start["headers"]}

    @property
    def bodies(self) -> list[bytes]:
        """The body, message by message."""
        return [each["body"] for each in self.sent[1:]]

    @property
    def content(self) -> bytes:
        return b"".join(self.bodies)

    @property
    def is_whole(self) -> bool:
        """Whether the answer came to its end."""
        return len(self.sent) > 1 and not self.sent[-1].get("more_body")


def asked(
    app: Any,
    method: str,
    path: str,
    headers: dict[str, str] | None = None,
    body: bytes = b"",
    extensions: dict[str, Any] | None = None,
) -> Messages:
    """The answer to one request, which comes in pieces of at most 64 KiB."""
    return asyncio.run(ask(app, method, path, headers, body, extensions))


async def ask(
    app: Any,
    method: str,
    path: str,
    headers: dict[str, str] | None = None,
    body: bytes = b"",
    extensions: dict[str, Any] | None = None,
) -> Messages:
    """The same in the event loop that runs."""
    pieces = [body[start : start + 65536] for start in range(0, len(body), 65536)] or [b""]
    given = {"host": "localhost", "content-length": str(len(body)), **(headers or {})}
    messages = Messages(_scope(method, path, given, extensions), [], pieces)

    async def receive() -> dict[str, Any]:
        if not pieces:
            return {"type": "http.disconnect"}
        piece = pieces.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(pieces)}

    async def send(message: Any) -> None:
        messages.sent.append(dict(message))

    await app(messages.scope, receive, send)
    return messages


def _scope(method: str, path: str, headers: dict[str, str], extensions: dict[str, Any] | None) -> dict[str, Any]:
    bare, _, query = path.partition("?")
    return {
        "type": "http",
        "method": method,
        "path": bare,
        "raw_path": bare.encode(),
        "root_path": "",
        "query_string": query.encode(),
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()],
        "scheme": "http",
        "server": ("localhost", 80),
        "client": ("127.0.0.1", 1),
        "http_version": "1.1",
        "extensions": extensions or {},
    }
