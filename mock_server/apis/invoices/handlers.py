"""One function per operation: unpack the request, call the service, pack the answer."""

from __future__ import annotations

import base64
from functools import partial

from mock_server.apis.invoices import pdf, service, wire
from mock_server.apis.invoices.document import document_of
from mock_server.apis.invoices.printing import printed
from mock_server.apis.invoices.service import Services
from mock_server.core.exchange import JSON_TYPE, Request, Response


def create_invoice(services: Services, request: Request) -> Response:
    invoice = service.create(services, request.merchant_id, wire.invoice_change(request.body))
    return Response.of({"id": invoice.id})


def list_invoices(services: Services, request: Request) -> Response:
    page = service.find(services, request.merchant_id, wire.list_query(request.query))
    return Response.of(wire.list_json(page))


def get_invoice(services: Services, request: Request) -> Response:
    invoice = service.show(services, request.merchant_id, request.path["invoiceId"], request.operation_id)
    return Response.shown(invoice, wire.invoice_json)


def update_invoice(services: Services, request: Request) -> Response:
    change = wire.invoice_change(request.body)
    service.update(services, request.merchant_id, request.path["invoiceId"], change)
    return Response.empty()


def delete_invoice(services: Services, request: Request) -> Response:
    service.delete(services, request.merchant_id, request.path["invoiceId"])
    return Response.empty()


def submit_invoice(services: Services, request: Request) -> Response:
    payment = wire.card_payment(request.body)
    return _outcome(service.pay_by_card(services, request.merchant_id, request.path["id"], payment))


def submit_invoice_ach(services: Services, request: Request) -> Response:
    payment = wire.ach_payment(request.body)
    return _outcome(service.pay_by_ach(services, request.merchant_id, request.path["id"], payment))


def get_invoice_calculations(services: Services, request: Request) -> Response:
    invoice = service.show(services, request.merchant_id, request.path["invoiceId"], request.operation_id)
    return Response.shown(invoice, wire.calculations_json)


def publish_invoice(services: Services, request: Request) -> Response:
    change = wire.invoice_change(request.body)
    invoice = service.publish(services, request.merchant_id, wire.published_id(request.body), change)
    return Response.of({"id": invoice.id})


def cancel_invoice(services: Services, request: Request) -> Response:
    service.cancel(services, request.merchant_id, request.path["invoiceId"])
    return Response.empty()


def mark_invoice_as_paid(services: Services, request: Request) -> Response:
    method = wire.payment_method(request.body)
    service.mark_as_paid(services, request.merchant_id, request.path["invoiceId"], method)
    return Response.empty()


def send_invoice_sms(services: Services, request: Request) -> Response:
    service.send_sms(
        services,
        request.merchant_id,
        request.path["invoiceId"],
        request.body.get("phoneNumber"),
        has_consent=request.body.get("customerConsent", False),
    )
    return Response.empty()


def download_invoice_pdf(services: Services, request: Request) -> Response:
    invoice, merchant = service.printable(services, request.merchant_id, request.path["invoiceId"])
    render = partial(printed, document_of(invoice, merchant))
    if request.media_type == JSON_TYPE:
        return Response.later(lambda: b'"' + base64.b64encode(render()) + b'"', JSON_TYPE, {})
    name = f'attachment; filename="{invoice.number}.pdf"'
    return Response.later(render, pdf.CONTENT_TYPE, {"content-disposition": name})


def _outcome(outcome: service.PaymentOutcome) -> Response:
    return Response.of({"success": outcome.is_success, "paymentMethodCreated": outcome.saved_payment_method})
