"""Invoices that go where the lifecycle does not lead, or don't arrive where it does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

from mock_server.apis.invoices import model, payments, service, wire
from mock_server.apis.invoices.records import INVOICES
from mock_server.core.errors import Refused
from mock_server.core.records import Condition, Query
from tests.faults.fault import Fault, Kind, Original, replaced
from tests.faults.replacing import always, changed, ends_with, lets

state = partial(Fault, Kind.STATE)


def allowed(action: str, where: str = "") -> Any:
    return replaced(service, "check_allowed", lets(action, where))


def without_entry(invoice: Any) -> Any:
    return replace(invoice, history=invoice.history[:-1])


def twice_told(invoice: Any) -> Any:
    again = replace(invoice.history[-1], id="11111111-1111-4111-8111-111111111111")
    return replace(invoice, history=(*invoice.history, again))


def newest_first(shown: Any) -> Any:
    return {**shown, "history": shown["history"][::-1]}


def amounts_of_now(shown: Any) -> Any:
    """Whatever it amounted to then."""
    return {**shown, "history": [{**each, "amount": shown["totalAmount"]} for each in shown["history"]]}


def canceling_the_latest(original: Original) -> Any:
    """The merchant's latest invoice hears of it, too."""

    def cancel(services: Any, merchant_id: str, invoice_id: str) -> Any:
        canceled = original(services, merchant_id, invoice_id)
        mine = Query((Condition("merchant", "=", merchant_id),), order_by="created_at", ascending=False, limit=1)
        records = services.work.records(INVOICES)
        latest = records.find(mine).items[0]
        if latest.id != invoice_id:
            records.replace(model.happened(latest, "canceled", services.moment()))
        return canceled

    return cancel


def gives_in(action: str) -> Callable[[Original], Any]:
    """Refuses once, and does it when it is asked again."""

    def made(original: Original) -> Any:
        refused: Counter[str] = Counter()

        def check_allowed(services: Any, asked: str, invoice: Any) -> None:
            try:
                original(services, asked, invoice)
            except Refused:
                refused[invoice.id] += asked == action
                if asked != action or refused[invoice.id] < 2:
                    raise

        return check_allowed

    return made


def cell(action: str, where: str) -> str:
    return f"test_lifecycle.py::test_cell[{action}-{where}]"


def lasting_method(original: Original) -> Any:
    """The bank returns the payment, and the invoice is still said to be paid by check."""
    return lambda invoice, *rest: replace(original(invoice, *rest), payment_method=invoice.payment_method)


def lasting_transaction(original: Original) -> Any:
    return lambda invoice, *rest: replace(original(invoice, *rest), transaction_id=invoice.transaction_id)


FAULTS = (
    state("published invoices are deleted", "deleteInvoice", allowed("deleteInvoice"),
          cell("deleteInvoice", "Published"), "INV-DELETE-STATE"),
    state("drafts are canceled", "cancelInvoice", allowed("cancelInvoice"), cell("cancelInvoice", "Draft"),
          "INV-CANCEL-STATE"),
    state("canceled invoices are paid", "markInvoiceAsPaid", allowed("markInvoiceAsPaid"),
          cell("markInvoiceAsPaid", "Canceled"), "INV-MARK-PAID-STATE"),
    state("invoices are published twice", "publishInvoice", allowed("publishInvoice"),
          cell("publishInvoice", "Published"), "INV-PUBLISH-STATE"),
    state("drafts are printed", "downloadInvoicePdf", allowed("downloadInvoicePdf"),
          cell("downloadInvoicePdf", "Draft"), "INV-PDF-STATE"),
    state("paid invoices expire", "getInvoice", allowed("expire"), cell("expire", "Paid"), "INV-EXPIRES"),
    state("drafts are refunded", "getInvoice", allowed("refund"), cell("refund", "Draft"), "INV-REFUND"),
    state("canceled invoices are updated", "updateInvoice", allowed("updateInvoice"),
          cell("updateInvoice", "Canceled"), "INV-UPDATE-STATE"),
    state("customers are told of paid invoices", "sendInvoiceSms", allowed("sendInvoiceSms"),
          cell("sendInvoiceSms", "Paid"), "INV-SMS-STATE"),
    state("of those who cancel and those who pay all win", "cancelInvoice", allowed("cancelInvoice"),
          "test_concurrency.py::test_races_end_as_in_some_order[cancel or mark]", "INV-CANCEL-STATE"),
    state("canceled is expired", "cancelInvoice", replaced(model, "canceled", changed(status=model.Status.EXPIRED)),
          cell("cancelInvoice", "Published"), "INV-CANCEL-STATE"),
    state("canceling leaves no trace", "cancelInvoice", replaced(model, "canceled", ends_with(without_entry)),
          cell("cancelInvoice", "Published"), "INV-HISTORY"),
    state("a message leaves no trace", "sendInvoiceSms", replaced(model, "sms_sent", ends_with(without_entry)),
          cell("sendInvoiceSms", "Published"), "INV-HISTORY"),
    state("the history begins with its end", "getInvoice", replaced(wire, "invoice_json", ends_with(newest_first)),
          cell("cancelInvoice", "Published"), "INV-HISTORY"),
    state("the latest invoice hears of what is canceled", "cancelInvoice",
          replaced(service, "cancel", canceling_the_latest), cell("cancelInvoice", "Published"),
          "SCHEMA:cancelInvoice:target"),
    state("the latest invoice hears of what is canceled, seen on a walk", "cancelInvoice",
          replaced(service, "cancel", canceling_the_latest), "test_walk.py::test_walks[many]",
          "SCHEMA:cancelInvoice:target"),
    state("the method of payment is forgotten", "markInvoiceAsPaid",
          replaced(model, "marked_as_paid", changed(payment_method=None)),
          "test_rules.py::test_the_method_is_kept_as_it_was_given[body3]", "INV-MARK-PAID-FIELDS"),
    state("marking as paid sets no date", "markInvoiceAsPaid",
          replaced(model, "marked_as_paid", changed(payment_date=None)), cell("markInvoiceAsPaid", "Published"),
          "INV-MARK-PAID-FIELDS"),
    state("cards pay on the day before", "submitInvoice",
          replaced(model, "paid_by_card",
                   ends_with(lambda paid: replace(paid, payment_date=paid.payment_date - timedelta(days=1)))),
          cell("submitInvoice", "Published"), "INV-CARD-FIELDS"),
    state("an update gives another number", "updateInvoice",
          replaced(model, "updated", ends_with(lambda each: replace(each, number=each.number and "X" + each.number))),
          cell("updateInvoice", "Published"), "SCHEMA:updateInvoice:number"),
    state("every card is approved", "submitInvoice",
          replaced(payments.Processing, "charge",
                   always(payments.CardAnswer(is_approved=True, code="00", reason="Approved"))),
          "test_payments.py::test_a_declined_card_leaves_the_invoice_open", "INV-CARD-DECLINE"),
    state("a card pays without a transaction", "submitInvoice",
          replaced(model, "paid_by_card", changed(transaction_id=None)), cell("submitInvoice", "Published"),
          "INV-CARD-FIELDS"),
    state("a returned payment keeps its transaction", "submitInvoiceAch",
          replaced(model, "ach_returned", lasting_transaction), cell("return", "ProcessingPayment"), "INV-ACH-RETURNS"),
    state("a returned payment keeps its method", "submitInvoiceAch",
          replaced(model, "ach_returned", lasting_method), cell("return", "ProcessingPayment"), "INV-ACH-RETURNS"),
    state("canceling again is fine", "cancelInvoice", allowed("cancelInvoice", "Canceled"),
          cell("cancelInvoice", "Canceled"), "INV-CANCEL-STATE"),
    state("a payment in process is paid by card", "submitInvoice", allowed("submitInvoice", "ProcessingPayment"),
          cell("submitInvoice", "ProcessingPayment"), "INV-CARD-STATE"),
    state("what is refused once is done when it is asked for again", "deleteInvoice",
          replaced(service, "check_allowed", gives_in("deleteInvoice")),
          "test_lifecycle.py::test_a_refusal_is_one_however_often_it_is_asked_for[deleteInvoice]", "INV-DELETE-STATE"),
    state("a declined card is the method of payment", "submitInvoice",
          replaced(model, "card_declined", changed(payment_method=model.PaymentMethod.CARD)),
          "test_payments.py::test_a_declined_card_leaves_the_invoice_open", "INV-CARD-DECLINE"),
    state("a refund takes the date of payment away", "getInvoice",
          replaced(model, "refunded", changed(payment_date=None)), cell("refund", "Paid"), "INV-REFUND"),
    state("an update is told twice", "updateInvoice", replaced(model, "updated", ends_with(twice_told)),
          cell("updateInvoice", "Draft"), "INV-HISTORY"),
    state("the history shows what is to be paid now", "getInvoice",
          replaced(wire, "invoice_json", ends_with(amounts_of_now)), "test_walk.py::test_walks[many]", "INV-HISTORY"),
    state("an SMS closes an expired invoice's wait", "sendInvoiceSms", allowed("sendInvoiceSms", "Expired"),
          cell("sendInvoiceSms", "Expired"), "INV-SMS-STATE"),
)  # fmt: skip
