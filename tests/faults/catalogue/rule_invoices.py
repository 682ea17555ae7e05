"""Rules about what invoices say and name that are not kept."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from mock_server.apis.invoices import model, service, wire
from tests.faults.fault import Fault, Kind, Original, replaced
from tests.faults.replacing import always, changed, ends_with

rule = partial(Fault, Kind.RULE)


def terms_anew(original: Original) -> Any:
    """What the draft has said before is forgotten."""
    return lambda services, before, change: original(services, model.Terms(), change)


def keeping(*names: str) -> Callable[[Original], Any]:
    """An update that keeps what it does not name."""

    def made(original: Original) -> Any:
        def update(services: Any, merchant_id: str, invoice_id: str, change: Any) -> Any:
            terms = service.get(services, merchant_id, invoice_id).terms
            kept = {name: getattr(terms, name) for name in names}
            return original(services, merchant_id, invoice_id, replace(change, fields={**kept, **change.fields}))

        return update

    return made


def with_consent(original: Original) -> Any:
    def send(services: Any, merchant_id: str, invoice_id: str, phone: str | None, *, has_consent: bool) -> Any:
        return original(services, merchant_id, invoice_id, phone, has_consent=True)

    return send


def anyones(original: Original) -> Any:
    """A record of whichever merchant will do."""

    def referenced(services: Any, collection: Any, invoice: Any, record_id: str | None, member: str) -> Any:
        found = services.work.records(collection).get(record_id.lower()) if record_id else None
        return found or original(services, collection, invoice, record_id, member)

    return referenced


def new_line_ids(original: Original) -> Any:
    """A line is another one after each change."""

    def terms(services: Any, before: Any, change: Any) -> Any:
        made = original(services, before, change)
        lines = tuple(replace(line, id=services.setup.ids.new()) for line in made.line_items)
        return replace(made, line_items=lines)

    return terms


def without_customer(original: Original) -> Any:
    """What a publication says of the customer is not heard."""

    def publish(services: Any, merchant_id: str, invoice_id: str | None, change: Any) -> Any:
        return original(services, merchant_id, invoice_id, replace(change, customer=None) if invoice_id else change)

    return publish


def by_name(original: Original) -> Any:
    """Who has the name of a customer is that customer."""
    known: dict[Any, Any] = {}

    def customer(services: Any, invoice: Any, change: Any) -> Any:
        found = original(services, invoice, change)
        if found is None or change.customer is None or change.customer.id or "customer_id" in change.fields:
            return found
        return known.setdefault((found.merchant_id, found.details), found)

    return customer


def flags_never(original: Original) -> Any:
    def updated(*args: Any) -> Any:
        return replace(original(*args), is_customer_updated=False)

    return updated


def short_alike(original: Any) -> Any:
    """The short URL is so short that two invoices have the same."""
    return property(lambda invoice: f"{model.PAY_PAGE}/i/{invoice.number[:4]}" if invoice.number else None)


def recounted(original: Original) -> Any:
    """The numbers begin anew after the second."""
    numbers = itertools.cycle(["INV-000001", "INV-000002"])
    return lambda *args: next(numbers)


def publishing(name: str) -> str:
    return f"test_rules.py::test_what_nobody_could_pay_is_not_published[{name}]"


FAULTS = (
    rule("invoices without lines are published", "publishInvoice", replaced(service, "check_publishable", always(None)),
         publishing("INV-PUBLISH-LINES"), "INV-PUBLISH-LINES"),
    rule("invoices of nothing are published", "publishInvoice", replaced(service, "check_publishable", always(None)),
         publishing("INV-PUBLISH-TOTAL"), "INV-PUBLISH-TOTAL"),
    rule("a draft is published as if it were new", "publishInvoice", replaced(service, "_terms", terms_anew),
         "test_rules.py::test_the_lines_of_the_request_decide", "INV-PUBLISH-MERGE"),
    rule("an update keeps what it does not say", "updateInvoice",
         replaced(service, "update", keeping("additional_notes", "tax_percentage")), "test_walk.py::test_walks[many]",
         "SCHEMA:updateInvoice:taxPercentage"),
    rule("an update keeps the due date", "updateInvoice", replaced(service, "update", keeping("due_date")),
         "test_rules.py::test_everything_that_is_said_is_kept", "SCHEMA:updateInvoice:dueDate"),
    rule("all invoices have one number", "publishInvoice", replaced(service, "next_number", always("INV-000001")),
         "test_rules.py::test_numbers_and_tokens_are_given_once", "INV-PUBLISH-FIELDS"),
    rule("two numbers by turns", "publishInvoice", replaced(service, "next_number", recounted),
         "test_rules.py::test_numbers_and_tokens_are_given_once", "INV-PUBLISH-FIELDS"),
    rule("invoices share a short URL", "publishInvoice", replaced(model.Invoice, "short_url", short_alike),
         "test_rules.py::test_numbers_and_tokens_are_given_once", "INV-PUBLISH-FIELDS"),
    rule("customers are not kept", "createInvoice", replaced(service, "_customer", always(None)),
         "test_references.py::test_a_customer_without_id_becomes_one[createInvoice]", "INV-CUSTOMER-CREATED"),
    rule("customers of one name are one", "createInvoice", replaced(service, "_customer", by_name),
         "test_references.py::test_a_customer_without_id_becomes_one[createInvoice]", "INV-CUSTOMER-CREATED"),
    rule("publishing hears nothing of customers", "publishInvoice", replaced(service, "publish", without_customer),
         "test_rules.py::test_everything_that_is_said_is_kept", "INV-PUBLISH-MERGE"),
    rule("customers are told without consent", "sendInvoiceSms", replaced(service, "send_sms", with_consent),
         "test_rules.py::test_nobody_is_told_without_consent", "INV-SMS-CONSENT"),
    rule("others' records may be named", "createInvoice", replaced(service, "_referenced", anyones),
         "test_references.py::test_ids_must_name_own_records_of_their_kind", "INV-REFERENCE"),
    rule("cards are processed by ACH", "createInvoice", replaced(service, "_check_kind", always(None)),
         "test_references.py::test_ids_must_name_own_records_of_their_kind", "INV-REFERENCE"),
    rule("invoices show no address of the merchant's", "getInvoice",
         replaced(wire, "contact_info_json", ends_with(lambda shown: {**shown, "email": None})),
         "test_references.py::test_own_records_may_be_named", "INV-REFERENCE"),
    rule("the last line comes first", "getInvoice",
         replaced(wire, "invoice_json", ends_with(lambda shown: {**shown, "lineItems": shown["lineItems"][::-1]})),
         "test_lifecycle.py::test_cell[updateInvoice-Draft]", "SCHEMA:updateInvoice:lineItems"),
    rule("a check is said to be a card", "markInvoiceAsPaid",
         replaced(wire, "payment_method", ends_with(lambda method: method and model.PaymentMethod.CARD)),
         "test_rules.py::test_the_method_is_kept_as_it_was_given[body3]", "INV-MARK-PAID-FIELDS"),
    rule("lines are others after each change", "updateInvoice", replaced(service, "_terms", new_line_ids),
         "test_rules.py::test_lines_keep_their_ids_and_texts", "SCHEMA:updateInvoice:lineItems"),
    rule("nobody learns that the customer was changed", "updateInvoice", replaced(model, "updated", flags_never),
         "test_rules.py::test_changes_after_publishing_are_told", "SCHEMA:updateInvoice:flags"),
    rule("zones of due dates are no matter", "createInvoice",
         replaced(wire, "from_text",
                  lambda original: lambda text: original(text[:19] + "Z" if len(text) > 19 else text)),
         "test_rules.py::test_a_due_date_is_an_instant", "SCHEMA:createInvoice:dueDate"),
    rule("there is no largest total", "createInvoice", replaced(service, "check_total", always(None)),
         "test_surcharges.py::test_nothing_amounts_to_more_than_a_number_keeps", "INV-TOTAL-RANGE"),
    rule("what a draft says of its payment is published", "publishInvoice",
         replaced(model, "published", changed(marked_as_paid=True)),
         "test_lifecycle.py::test_cell[publishInvoice-Draft]", "SCHEMA:publishInvoice:markedAsPaid"),
)  # fmt: skip
