"""Invoices as tests need them: in any status, and with events that no operation stands for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mock_server.apis.invoices import service, wire
from mock_server.apis.invoices.drafts import complaint
from mock_server.apis.invoices.model import Invoice, Status
from mock_server.apis.invoices.records import INVOICES, MERCHANTS
from mock_server.apis.invoices.service import AchPayment, InvoiceChange, Services
from mock_server.core.errors import Refused, Violation
from mock_server.core.lifecycle import not_found
from mock_server.core.records import Query

Json = Mapping[str, Any]
Step = Callable[[Services, Invoice], object]

DEFAULT_BODY: Json = {"lineItems": [{"name": "Placed by the mock", "quantity": 1, "unitPrice": 100}]}
FALLBACK_MERCHANT = "6ebdfc37-cbfa-40c9-8955-a7e6bd7a3816"
"""Whose invoices they are where the namespace has no merchant: the one the fixtures' first client acts for."""

_ACH = AchPayment("021000021", "123456789", has_holder=True, is_authorized=True, saves_payment_method=False)
_NOTHING = InvoiceChange({}, None)


def _publish(services: Services, invoice: Invoice) -> object:
    return service.publish(services, invoice.merchant_id, invoice.id, _NOTHING)


def _mark_as_paid(services: Services, invoice: Invoice) -> object:
    return service.mark_as_paid(services, invoice.merchant_id, invoice.id, None)


def _cancel(services: Services, invoice: Invoice) -> object:
    return service.cancel(services, invoice.merchant_id, invoice.id)


def _pay_by_ach(services: Services, invoice: Invoice) -> object:
    return service.pay_by_ach(services, invoice.merchant_id, invoice.id, _ACH)


def _event(name: str) -> Step:
    return lambda services, invoice: service.let_happen(services, invoice, name, services.now())


WAYS: Mapping[Status, Sequence[Step]] = {
    Status.DRAFT: [],
    Status.PUBLISHED: [_publish],
    Status.PAID: [_publish, _mark_as_paid],
    Status.EXPIRED: [_publish, _event("expire")],
    Status.CANCELED: [_publish, _cancel],
    Status.PROCESSING_PAYMENT: [_publish, _pay_by_ach],
    Status.REFUNDED: [_publish, _mark_as_paid, _event("refund")],
}
"""The shortest way to each status, through the lifecycle that everybody goes through."""

_BY_LABEL = {status.label: status for status in Status}


def place_invoice(services: Services, asked: Json) -> Json:
    """Store an invoice in the status that is asked for, a draft where none is.

    Raises:
        Refused: INV-BODY-SCHEMA, or whatever rule the invoice breaks on its way.
    """
    body = asked.get("invoice", DEFAULT_BODY)
    _check(services, body)
    merchant_id = asked.get("merchantId") or _first_merchant(services)
    invoice = service.create(services, merchant_id, wire.invoice_change(body))
    for step in WAYS[_BY_LABEL[asked.get("status", Status.DRAFT.label)]]:
        step(services, _present(services, invoice.id))
    return _placed_json(_present(services, invoice.id))


def let_happen(services: Services, asked: Json) -> Json:
    """Let an event happen to an invoice of any merchant. Raises `Refused`: INV-NOT-FOUND, the event's rule."""
    invoice = _present(services, asked["id"].lower())
    return _placed_json(service.let_happen(services, invoice, asked["event"], services.now()))


def check_records(services: Services, asked: Json) -> None:
    """Return where every invoice can be shown. Raises `Refused`: CTL-IMPORT, one that was imported can't be."""
    for invoice in services.work.records(INVOICES).find(Query()).items:
        found = complaint(services.setup.contract, wire.invoice_json(invoice), "getInvoice")
        if found:
            message = f"The document can't be imported: records/invoices {invoice.id[:60]!r}: {found[0]}: {found[1]}."
            raise Refused("CTL-IMPORT", message)


def _check(services: Services, body: Json) -> None:
    found = complaint(services.setup.contract, body)
    if found:
        pointer, message = f"/invoice{found[0]}", f"is no body of createInvoice: {found[1]}"
        violation = Violation(message, pointer=pointer, rule="INV-BODY-SCHEMA")
        raise Refused("INV-BODY-SCHEMA", violation.sentence, violations=[violation])


def _present(services: Services, invoice_id: str) -> Invoice:
    found = services.work.records(INVOICES).get(invoice_id)
    if found is None:
        raise not_found(services.setup.contract.lifecycles["invoice"], services.setup.contract, invoice_id)
    return found


def _first_merchant(services: Services) -> str:
    found = services.work.records(MERCHANTS).find(Query()).items
    known = {each.id for each in found}
    return FALLBACK_MERCHANT if FALLBACK_MERCHANT in known or not known else min(known)


def _placed_json(invoice: Invoice) -> Json:
    return {
        "id": invoice.id,
        "merchantId": invoice.merchant_id,
        "status": invoice.status.label,
        "number": invoice.number,
        "totalAmount": invoice.amounts.total,
    }
