"""Cross-origin requests, so that pages under development may call the mock from any origin."""

from __future__ import annotations

from starlette.middleware.cors import CORSMiddleware

from mock_server.http.app import ASGIApp

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


def with_cors(app: ASGIApp) -> ASGIApp:
    """The application with preflight answers. Tokens travel in a header and no cookie is used: any origin may call."""
    return CORSMiddleware(
        app,
        allow_origins=["*"],
        allow_methods=_METHODS,
        allow_headers=["*"],
        expose_headers=_EXPOSED,
    )
