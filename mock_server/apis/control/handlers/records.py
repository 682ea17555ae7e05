"""Records that the APIs' own operations can't make, and events that no operation stands for."""

from __future__ import annotations

from mock_server.apis.control.services import Services, body_of
from mock_server.core.exchange import Request, Response


def create_payment_request(services: Services, request: Request) -> Response:
    made = services.plane.stage(services.namespace, "invoice_uploads", "make_payment_request", body_of(request))
    return Response.of(made, status=201)


def place_invoice(services: Services, request: Request) -> Response:
    placed = services.plane.stage(services.namespace, "invoices", "place_invoice", body_of(request))
    return Response.of(placed, status=201)


def create_invoice_event(services: Services, request: Request) -> Response:
    asked = {**body_of(request), "id": request.path["id"]}
    return Response.of(services.plane.stage(services.namespace, "invoices", "let_happen", asked))
