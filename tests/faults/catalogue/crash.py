"""Requests that the server fails at."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import unquote

from mock_server.apis.invoice_uploads import wire as uploads
from mock_server.apis.invoices import handlers as invoices
from mock_server.apis.invoices import model, service, wire
from tests.contract_tests.faulty_proxy import Answered, Asked, Forward
from tests.faults.fault import Fault, Kind, Original, passing, replaced
from tests.faults.traffic import failed, told

crash = partial(Fault, Kind.CRASH)


def failing(find: Callable[..., Any]) -> Callable[[Original], Any]:
    """Fails where something about what it is given is found."""

    def made(original: Original) -> Any:
        def called(*args: Any, **kwargs: Any) -> Any:
            if find(*args, **kwargs):
                raise RuntimeError("a fault that was planted")
            return original(*args, **kwargs)

        return called

    return made


def hung_up(asked: Asked, forward: Forward) -> Answered:
    """A call with a long note gets no answer at all."""
    if len(asked.body) > 4000 and asked.path.endswith("/invoices"):
        raise ConnectionAbortedError
    return forward(asked)


def beyond(text: str | None) -> bool:
    """Whether there is a character beyond the basic plane in a text."""
    return any(ord(each) > 0xFFFF for each in text or "")


def zero_divided(original: Any) -> Any:
    """A line of nothing is divided by."""
    return property(lambda line: original.fget(line) * line.quantity / line.quantity)


def robust(name: str, about: str = "") -> str:
    return f"test_robustness.py::test_{name}" + (f"[{about}]" if about else "")


FAULTS = (
    crash("a search for a percent sign fails", "listInvoices",
          passing(told(lambda asked, answer: "%" in unquote(asked.path.partition("search=")[2]), failed)),
          robust("texts_harm_nothing_that_shows_them"), "INV-INTERNAL"),
    crash("bytes that are no JSON make the server fail", "markInvoiceAsPaid",
          passing(told(lambda asked, answer: answer.status == 400 and b"\xff" in asked.body, failed)),
          robust("bytes_that_were_changed", "markInvoiceAsPaid"), "INV-INTERNAL"),
    crash("a long body gets no answer", "createInvoice", passing(lambda: hung_up), robust("texts_are_kept_as_they_are"),
          "INV-INTERNAL"),
    crash("a search for an emoji fails", "listInvoices",
          replaced(service, "find", failing(lambda services, merchant_id, query: beyond(query.search))),
          "test_listing.py::test_search_takes_every_character_as_itself", "SCHEMA:listInvoices:accepted"),
    crash("pages far beyond the end fail", "listInvoices",
          replaced(service, "find", failing(lambda services, merchant_id, query: query.offset > 10**6)),
          "test_schema.py::test_parameters[listInvoices]", "INV-INTERNAL"),
    crash("the last years of the calendar fail", "updateInvoice",
          replaced(service, "update", failing(lambda services, merchant_id, invoice_id, change: (
              (due := change.fields.get("due_date")) and due.year > 9000))),
          "test_rules.py::test_a_due_date_is_an_instant", "INV-UPDATE-STATE"),
    crash("lines of nothing fail", "createInvoice", replaced(model.LineItem, "amount", zero_divided),
          "test_rules.py::test_what_nobody_could_pay_is_not_published[INV-PUBLISH-TOTAL]",
          "SCHEMA:createInvoice:accepted"),
    crash("invoices of a hundred lines fail", "getInvoice",
          replaced(wire, "invoice_json", failing(lambda invoice: len(invoice.terms.line_items) > 100)),
          "test_rules.py::test_an_invoice_may_have_as_many_lines_as_the_schema_allows", "SCHEMA:getInvoice:accepted"),
    crash("documents of nobody fail", "downloadInvoicePdf",
          replaced(invoices, "document_of", failing(lambda invoice, merchant: invoice.customer is None)),
          "test_documents.py::test_every_published_invoice_has_a_document", "SCHEMA:downloadInvoicePdf:accepted"),
    crash("documents of many lines fail", "downloadInvoicePdf",
          replaced(invoices, "document_of", failing(lambda invoice, merchant: len(invoice.terms.line_items) > 20)),
          "test_documents.py::test_every_published_invoice_has_a_document", "SCHEMA:downloadInvoicePdf:accepted"),
    crash("names with quotes fail", "presignUpload",
          replaced(uploads, "announcement", failing(lambda body: '"' in body["filename"])),
          "test_uploads.py::test_scenario[names]", "UPL-INTERNAL"),
    crash("cards that are declined for good fail", "submitInvoice",
          replaced(model, "card_declined", failing(lambda invoice, last4, reason, moment: "(57)" in reason)),
          "test_payments.py::test_a_declined_card_leaves_the_invoice_open", "INV-CARD-DECLINE"),
    crash("a second message fails", "sendInvoiceSms",
          replaced(model, "sms_sent", failing(lambda invoice, *rest: invoice.history[-1].event == "smsSent")),
          "test_rules.py::test_a_message_needs_a_number", "INV-SMS-STATE"),
)  # fmt: skip
