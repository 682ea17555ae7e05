"""A WSGI application among ASGI ones, made when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any
from urllib.parse import quote

from a2wsgi import WSGIMiddleware

from mock_server.http.context import Exchange, Scope, base_url, head_of, header
from mock_server.http.operation import Receive, Send

THREADS = 10
_RESTATED = frozenset({b"content-length", b"transfer-encoding", b"host"})
_AS_THEY_ARE = bytes(range(0x21, 0x7F))


class LazyWsgi:
    """Runs each request on a thread; every answer carries the request's id.

    The body is taken in first. A thread that waited for it would be lost to others, and if it had begun a unit of work,
    the event loop could wait for the store and the thread for the event loop. `max_body_bytes`: of a longer one nothing
    is handed on but its length, which the application is expected to refuse.
    """

    def __init__(self, make: Callable[[], Any], max_body_bytes: int) -> None:
        self._make = make
        self._max_body_bytes = max_body_bytes

    @cached_property
    def _app(self) -> Any:
        return WSGIMiddleware(self._make(), workers=THREADS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request (ASGI)."""
        more = [(b"x-request-id", Exchange.of(scope).request_id.encode("latin-1"))]
        body = await self._body(scope, receive)
        if body is None:
            more.append((b"connection", b"close"))  # what was not read would be taken for the next request

        async def sending(message: Any) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], *more]}
            await send(message)

        async def received() -> Any:
            return {"type": "http.request", "body": body or b"", "more_body": False}

        await self._app(_described(scope, self._max_body_bytes + 1 if body is None else len(body)), received, sending)

    async def _body(self, scope: Scope, receive: Receive) -> bytes | None:
        """The whole body; `None` where it is longer than allowed."""
        announced = header(scope, b"content-length") or ""
        if announced.isdecimal() and int(announced[:20]) > self._max_body_bytes:
            return None
        body = bytearray()
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ConnectionResetError("the client went away while sending its request")
            body += message.get("body", b"")
            if len(body) > self._max_body_bytes:
                return None
            if not message.get("more_body"):
                return bytes(body)


def _described(scope: Scope, length: int) -> Scope:
    """The scope with the true length of the body, a host that is one, and a query in ASCII as WSGI has it."""
    host = base_url(head_of(scope), scope).partition("://")[2]
    restated = [(b"host", host.encode("ascii")), (b"content-length", b"%d" % length)]
    headers = [(name, value) for name, value in scope["headers"] if name not in _RESTATED]
    query = quote(scope["query_string"], safe=_AS_THEY_ARE).encode("ascii")
    return {**scope, "headers": [*headers, *restated], "query_string": query}
