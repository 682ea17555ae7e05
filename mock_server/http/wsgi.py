"""A WSGI application among ASGI ones, made when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

from a2wsgi import WSGIMiddleware

from mock_server.http.context import Exchange, Scope
from mock_server.http.operation import Receive, Send

THREADS = 10


class LazyWsgi:
    """Runs each request on a thread; every answer carries the request's id."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make

    @cached_property
    def _app(self) -> Any:
        return WSGIMiddleware(self._make(), workers=THREADS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request (ASGI)."""
        request_id = Exchange.of(scope).request_id.encode("latin-1")

        async def sending(message: Any) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], (b"x-request-id", request_id)]}
            await send(message)

        await self._app(scope, receive, sending)
