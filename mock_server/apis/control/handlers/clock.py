"""The time of a namespace."""

from __future__ import annotations

from mock_server.apis.control.clocks import clock_json
from mock_server.apis.control.clocks import set_clock as set_to
from mock_server.apis.control.services import Services, body_of
from mock_server.core.exchange import Request, Response


def get_clock(services: Services, request: Request) -> Response:
    return Response.of(clock_json(services.namespace))


def set_clock(services: Services, request: Request) -> Response:
    set_to(services.namespace, body_of(request))
    return Response.of(clock_json(services.namespace))
