"""ASGI as the bucket sees it: a request as a value, its body in batches, an answer as a value."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from mock_server.object_storage.rules import Rejected, Rule
from mock_server.object_storage.signature import SignedRequest

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

BATCH_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Answer:
    """A whole answer. Header values are Latin-1."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


def request_of(scope: Scope) -> SignedRequest:
    """The request, undecoded. A server that gives no raw path loses the client's spelling, not its meaning."""
    raw_path = scope.get("raw_path") or quote(scope["path"]).encode()
    return SignedRequest(scope["method"], raw_path, scope["query_string"], list(scope["headers"]))


def header(request: SignedRequest, name: str) -> str | None:
    """A header's value, joined by commas where it was sent more than once; `None` when it was not."""
    values = [value.decode("latin-1").strip() for sent, value in request.headers if sent.lower() == name.encode()]
    return ",".join(values) if values else None


class Body:
    """A request's bytes, taken once, in order."""

    def __init__(self, request: SignedRequest, receive: Receive) -> None:
        self._receive = receive
        self._waits_for_consent = (header(request, "expect") or "").lower() == "100-continue"
        self._is_complete = False
        self._received_bytes = 0

    async def batch(self) -> Sequence[bytes]:
        """The next megabyte or so, or what is left; nothing at the end.

        Raises:
            Rejected: the client has gone.
        """
        chunks: list[bytes] = []
        size = 0
        while size < BATCH_BYTES and not self._is_complete:
            chunk = await self._chunk()
            chunks.append(chunk)
            size += len(chunk)
        return [chunk for chunk in chunks if chunk]

    async def drain(self, limit_bytes: int) -> None:
        """Let the rest pass by, within limits, so that a client that sends first and reads later gets its answer.

        A client that waits for consent before it sends is left waiting: it gets its answer at once.
        """
        if self._waits_for_consent and not self._received_bytes:
            return
        with suppress(Rejected):
            while not self._is_complete and self._received_bytes < limit_bytes:
                await self._chunk()

    async def _chunk(self) -> bytes:
        message = await self._receive()
        if message["type"] != "http.request":
            self._is_complete = True
            raise Rejected(Rule.PUT_INCOMPLETE, "the connection was closed")
        chunk: bytes = message.get("body", b"")
        self._is_complete = not message.get("more_body", False)
        self._received_bytes += len(chunk)
        return chunk


async def start(send: Send, status: int, headers: Mapping[str, str]) -> None:
    """Send status and headers."""
    raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})


async def reply(send: Send, method: str, answer: Answer, shared: Mapping[str, str]) -> None:
    """Send a whole answer, with the headers all answers share; to HEAD all but its body."""
    await start(send, answer.status, {**shared, **answer.headers, "Content-Length": str(len(answer.body))})
    await send({"type": "http.response.body", "body": b"" if method == "HEAD" else answer.body})
