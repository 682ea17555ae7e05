"""Cross-origin requests, so that pages under development may call the mock from any origin."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from starlette.middleware.cors import CORSMiddleware

from mock_server.http.app import ASGIApp
from mock_server.http.context import Scope
from mock_server.http.operation import Receive, Send

_EXPOSED = (
    "X-Request-Id",
    "X-Mock-Stage",
    "X-Mock-Rule",
    "WWW-Authenticate",
    "Content-Disposition",
    "ETag",
    "X-Mock-Steered",
    "Preference-Applied",
)
_METHODS = ("GET", "POST", "PUT", "DELETE")
_VARY = (b"vary", b"Origin")


def with_cors(app: ASGIApp) -> ASGIApp:
    """The application with preflight answers. Tokens travel in a header and no cookie is used: any origin may call."""
    of_pages = CORSMiddleware(
        app,
        allow_origins=["*"],
        allow_methods=_METHODS,
        allow_headers=["*"],
        expose_headers=_EXPOSED,
    )

    async def answering(scope: Scope, receive: Receive, send: Send) -> None:
        """Pages say where they are from. All others get the one header that Starlette would give them, for less."""
        if scope["type"] != "http" or _is_from_page(scope):
            await of_pages(scope, receive, send)
            return

        async def varying(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": _with_vary(message["headers"])}
            await send(message)

        await app(scope, receive, varying)

    return answering


def _is_from_page(scope: Scope) -> bool:
    return b"origin" in dict(scope["headers"])


def _with_vary(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """The headers, saying that the answer depends on where a page is from; caches may keep it for others, too."""
    if _VARY[0] not in dict(headers):
        return [*headers, _VARY]
    given = [value for name, value in headers if name == _VARY[0]]
    others = [each for each in headers if each[0] != _VARY[0]]
    return [*others, (_VARY[0], b", ".join([*given, _VARY[1]]))]
