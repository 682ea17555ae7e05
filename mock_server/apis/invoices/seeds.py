"""A seed file's invoices and what they refer to, made by the model itself, so that they are always consistent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from mock_server.apis.invoices import model, wire
from mock_server.apis.invoices.drafts import complaint
from mock_server.apis.invoices.model import Invoice, Merchant, Moment, PaymentMethod, Processor
from mock_server.apis.invoices.records import CONTACT_INFOS, CUSTOMERS, INVOICES, MERCHANTS, PROCESSORS
from mock_server.apis.invoices.service import (
    Services,
    check_allowed,
    check_publishable,
    check_total,
    drafted,
    let_happen,
    next_number,
)
from mock_server.core.clock import FixedClock
from mock_server.core.ids import SeededIds
from mock_server.core.instants import from_text
from mock_server.core.outbox import NoOutbox

Json = Mapping[str, Any]


def seed(services: Services, data: Json) -> None:
    """Put a seed's records into an empty store. Ids and times come from the seed alone: the same seed, the same state.

    Raises:
        KeyError, ValueError, Refused: the seed lacks something, or says what the lifecycle forbids.
    """
    _seed_references(services, data)
    for entry in data.get("invoices", []):
        body = _with_decimals(entry["body"])
        found = complaint(services.setup.contract, body)
        if found:
            raise ValueError(f"invoice {entry['id']}: {found[0]}: {found[1]}")
        _seed_invoice(services, entry, body)


def _seed_references(services: Services, data: Json) -> None:
    work = services.work
    for entry in data.get("merchants", []):
        work.records(MERCHANTS).add(Merchant(entry["id"], entry["name"]))
    for entry in data.get("customers", []):
        work.records(CUSTOMERS).add(wire.seeded_customer(entry))
    for entry in data.get("contactInfos", []):
        work.records(CONTACT_INFOS).add(wire.seeded_contact_info(entry))
    for entry in data.get("processors", []):
        surcharge = Decimal(str(entry.get("surchargePercentage", 0)))
        if not 0 <= surcharge <= 100:
            raise ValueError(f"processor {entry['id']}: the surcharge is not between 0 and 100 percent")
        processor = Processor(entry["id"], entry["merchantId"], entry["kind"], entry["name"], surcharge)
        work.records(PROCESSORS).add(processor)


def _seed_invoice(services: Services, entry: Json, body: Json) -> None:
    at = from_text(entry["createdAt"])
    clock = FixedClock(at)
    setup = replace(services.setup, clock=clock, ids=SeededIds(entry["id"]), outbox=NoOutbox())
    then = replace(services, setup=setup)
    change = wire.invoice_change(body)
    draft = replace(drafted(then, entry["merchantId"], change), id=entry["id"])
    invoice = model.created(draft, then.moment())
    check_total(then, invoice)
    services.work.records(INVOICES).add(invoice)
    for event in entry.get("events", []):
        invoices = services.work.records(INVOICES)
        invoice = _stored(invoices.get(entry["id"]))
        moment = Moment(from_text(event["at"]), then.setup.ids.new())
        operation = _OPERATIONS.get(event["event"])
        if operation is None:
            let_happen(then, invoice, event["event"], moment.at)
        else:
            check_allowed(then, operation.id, invoice)
            invoices.replace(operation.apply(then, invoice, event, moment))


def _stored(invoice: Invoice | None) -> Invoice:
    assert invoice is not None, "it was added a moment ago"
    return invoice


def _publish(services: Services, invoice: Invoice, event: Json, moment: Moment) -> Invoice:
    """As the operation does; but a seeded invoice expires only where the seed says so."""
    check_publishable(invoice)
    number = next_number(services, invoice.merchant_id)
    return model.published(invoice, number, services.setup.ids.new(), moment, expires_at=None)


def _card(services: Services, invoice: Invoice, event: Json, moment: Moment) -> Invoice:
    if event.get("approved", True):
        return model.paid_by_card(invoice, services.setup.ids.new(), event["last4"], moment)
    return model.card_declined(invoice, event["last4"], event.get("reason", "Declined"), moment)


def _ach(services: Services, invoice: Invoice, event: Json, moment: Moment) -> Invoice:
    days = int(services.setup.contract.limit("INV-ACH-SETTLES", "businessDays"))
    settles_at: datetime = (
        from_text(event["settlesAt"]) if "settlesAt" in event else model.after_business_days(moment.at, days)
    )
    return model.ach_submitted(
        invoice, services.setup.ids.new(), event["last4"], settles_at, event.get("returnsWith"), moment
    )


def _marked_as_paid(services: Services, invoice: Invoice, event: Json, moment: Moment) -> Invoice:
    number = event.get("paymentMethodTypeId")
    return model.marked_as_paid(invoice, None if number is None else PaymentMethod(number), moment)


@dataclass(frozen=True)
class _Operation:
    """An operation as an event of a seed: its id in the lifecycle table, and what the model makes of it."""

    id: str
    apply: Callable[[Services, Invoice, Json, Moment], Invoice]


_OPERATIONS = {
    "publish": _Operation("publishInvoice", _publish),
    "cancel": _Operation("cancelInvoice", lambda services, invoice, event, moment: model.canceled(invoice, moment)),
    "markAsPaid": _Operation("markInvoiceAsPaid", _marked_as_paid),
    "card": _Operation("submitInvoice", _card),
    "ach": _Operation("submitInvoiceAch", _ach),
}
"""By their names in a seed; every other event is one of the lifecycle's own and goes through the service."""


def _with_decimals(value: Any) -> Any:
    """The YAML value as a request body would come out of the JSON parser: fractions as `Decimal`."""
    if isinstance(value, float):
        return Decimal(str(value))
    if isinstance(value, list):
        return [_with_decimals(each) for each in value]
    if isinstance(value, dict):
        return {name: _with_decimals(each) for name, each in value.items()}
    return value
