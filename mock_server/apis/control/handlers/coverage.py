"""What the callers of a namespace have exercised."""

from __future__ import annotations

from mock_server.apis.control.services import Services
from mock_server.core.exchange import Request, Response


def get_coverage(services: Services, request: Request) -> Response:
    return Response.of(services.namespace.coverage.report(services.contracts))


def clear_coverage(services: Services, request: Request) -> Response:
    services.namespace.coverage.clear()
    return Response.empty(204)
