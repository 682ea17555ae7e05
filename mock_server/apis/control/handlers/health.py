"""One function per operation."""

from __future__ import annotations

from dataclasses import asdict

from mock_server.core.exchange import Request, Response
from mock_server.core.group import ServerFacts


def get_health(facts: ServerFacts, request: Request) -> Response:
    return Response.of({"status": "ok", **asdict(facts)})
