"""Cross-origin requests, so that pages under development may call the mock from any origin."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from starlette.middleware.cors import CORSMiddleware

from mock_server.core.head import Head
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
_ORIGIN = b"origin"
_VARY = (b"vary", b"Origin")

Headers = Sequence[tuple[bytes, bytes]]


def is_from_page(head: Head) -> bool:
    """Whether a page has sent the request: it says where it is from."""
    return _ORIGIN in head.first


def for_pages(app: Callable[[Scope, Receive, Send], Awaitable[None]]) -> CORSMiddleware:
    """The application with preflight answers. Tokens travel in a header and no cookie is used: any origin may call."""
    return CORSMiddleware(
        app,
        allow_origins=["*"],
        allow_methods=_METHODS,
        allow_headers=["*"],
        expose_headers=_EXPOSED,
    )


def with_vary(headers: Headers) -> Headers:
    """The headers of an answer to whoever is no page, with the one that Starlette would add, for less.

    It says that the answer depends on where a page is from, for caches may keep it for others, too.
    """
    name, origin = _VARY
    if name not in dict(headers):
        return [*headers, _VARY]
    given = [value for each, value in headers if each == name]
    others = [each for each in headers if each[0] != name]
    return [*others, (name, b", ".join([*given, origin]))]
