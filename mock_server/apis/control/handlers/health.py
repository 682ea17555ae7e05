"""Whether the mock is up."""

from __future__ import annotations

from dataclasses import asdict

from mock_server.apis.control.services import Services
from mock_server.core.exchange import Request, Response


def get_health(services: Services, request: Request) -> Response:
    return Response.of({"status": "ok", **asdict(services.facts)})
