"""Answers that say something else than the contract lets them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from mock_server.apis.invoices import pdf
from tests.contract_tests.faulty_proxy import Answered, Asked, Change, Forward
from tests.faults.fault import Fault, Kind, passing, replaced
from tests.faults.replacing import always
from tests.faults.traffic import (
    INVOICES,
    UPLOADS,
    is_answered,
    member,
    told,
    with_header,
    without,
    without_header,
)

response = partial(Fault, Kind.RESPONSE)
ANY_ID = "11111111-1111-4111-8111-111111111111"


def schema(name: str, about: str) -> str:
    return f"test_schema.py::test_{name}[{about}]"


def saying(**values: Any) -> Any:
    """The answer's object says this."""
    return member(lambda shown: {**shown, **values})


def with_status(status: int) -> Callable[[Asked, Answered], Answered]:
    return lambda asked, answer: replace(answer, status=status)


def remembers_deleted() -> Change:
    """What was once read is read again when it is gone."""
    kept: dict[str, Answered] = {}

    def made(asked: Asked, forward: Forward) -> Answered:
        path = asked.path.partition("?")[0]
        if asked.method == "DELETE" and path.startswith(INVOICES):
            kept[path] = forward(Asked("GET", path, asked.headers, b""))
        answer = forward(asked)
        return kept[path] if asked.method == "GET" and answer.status == 404 and path in kept else answer

    return made


def stale() -> Change:
    """What was read is read again as it was then, once after each update."""
    kept: dict[str, Answered] = {}
    updated: set[str] = set()

    def made(asked: Asked, forward: Forward) -> Answered:
        path = asked.path.partition("?")[0]
        answer = forward(asked)
        if asked.method == "PUT" and answer.status == 200:
            updated.add(path)
        if asked.method != "GET" or answer.status != 200 or not path.startswith(INVOICES):
            return answer
        if path in updated and path in kept:
            updated.discard(path)
            return kept[path]
        kept[path] = answer
        return answer

    return made


def without_zone(shown: Any) -> Any:
    history = [{**each, "dateTime": each["dateTime"].removesuffix("Z")} for each in shown["history"]]
    return {**shown, "history": history}


def in_turn(shown: Any) -> Any:
    """The amounts as texts."""
    return {**shown, "totalAmount": str(shown["totalAmount"])}


def is_invoice(asked: Asked, answer: Answered) -> bool:
    """Whether it is one that is shown in full."""
    return asked.method == "GET" and answer.status == 200 and b'"history"' in answer.body


CELL = "test_lifecycle.py::test_cell"
FAULTS = (
    response("an error names no field", "submitInvoiceAch",
             passing(told(lambda asked, answer: answer.status == 400, saying(errors={}))),
             schema("what_bodies_must_not_hold", "submitInvoiceAch"), "INV-BODY-SCHEMA"),
    response("a token is not asked for", "getUploadPreviewUrl",
             passing(told(lambda asked, answer: "authorization" not in asked.headers
                          and asked.path.startswith(UPLOADS), with_status(200))),
             schema("authentication_is_asked_for", "getUploadPreviewUrl"), "UPL-AUTH-MISSING"),
    response("a member of the answer is missing", "getInvoiceCalculations",
             passing(told(is_answered("GET", "/calculations", 200), without("taxAmount"))),
             schema("examples", "getInvoiceCalculations"), "SCHEMA:getInvoiceCalculations:200"),
    response("an amount is a text", "getInvoice", passing(told(is_invoice, member(in_turn))),
             schema("examples", "getInvoice"), "SCHEMA:getInvoice:200"),
    response("times have no zone", "getInvoice", passing(told(is_invoice, member(without_zone))),
             schema("examples", "getInvoice"), "SCHEMA:getInvoice:200"),
    response("a status that is not documented", "cancelInvoice",
             passing(told(is_answered("PUT", "/cancel", 200), with_status(202))),
             schema("edges_that_are_allowed", "cancelInvoice"), "SCHEMA:cancelInvoice:status"),
    response("an update answers the empty object", "updateInvoice",
             passing(told(lambda asked, answer: asked.method == "PUT" and answer.status == 200 and not answer.body,
                          lambda asked, answer: replace(
                              answer, body=b"{}", headers={**answer.headers, "content-type": "application/json"}))),
             f"{CELL}[updateInvoice-Draft]", "SCHEMA:updateInvoice:body"),
    response("an answer of another media type", "getUploadPreviewUrl",
             passing(told(is_answered("GET", "/preview-url", 200), with_header("content-type", "text/plain"))),
             schema("anything_that_is_allowed", "getUploadPreviewUrl"), "SCHEMA:getUploadPreviewUrl:media-type"),
    response("an error with another code", "markInvoiceAsPaid",
             passing(told(lambda asked, answer: answer.status == 400 and "/mark-as-paid" in asked.path,
                          saying(errorCode="E1"))),
             schema("anything_that_is_forbidden", "markInvoiceAsPaid"), "INV-RESPONSE"),
    response("an error at an edge has no correlation id", "cancelInvoice",
             passing(told(lambda asked, answer: answer.status == 400 and "/cancel" in asked.path,
                          without("correlationId"))),
             schema("edges_that_are_forbidden", "cancelInvoice"), "SCHEMA:cancelInvoice:400"),
    response("an error belongs to another exchange", "deleteInvoice",
             passing(told(lambda asked, answer: answer.status == 400 and asked.method == "DELETE",
                          saying(correlationId=ANY_ID))),
             schema("answers_in_every_state", "deleteInvoice"), "INV-RESPONSE"),
    response("an error says another status", "downloadInvoicePdf",
             passing(told(is_answered("GET", "/download-pdf", 404), saying(statusCode=400))),
             f"{CELL}[downloadInvoicePdf-Draft]", "INV-PDF-STATE"),
    response("what is not found has another id", "sendInvoiceSms",
             passing(told(lambda asked, answer: answer.status == 404 and asked.path.endswith("-sms-notification"),
                          saying(entityId=ANY_ID))),
             "test_lifecycle.py::test_an_id_that_names_nothing[sendInvoiceSms]", "INV-NOT-FOUND"),
    response("what is not found has no name of its exchange", "getInvoice",
             passing(told(lambda asked, answer: answer.status == 404 and asked.path.startswith(INVOICES),
                          without_header("x-request-id"))),
             "test_lifecycle.py::test_an_id_that_names_nothing[getInvoice]", "SCHEMA:getInvoice:headers"),
    response("all exchanges have one name", "presignUpload",
             passing(told(lambda asked, answer: "x-request-id" in answer.headers, with_header("x-request-id", "1"))),
             schema("headers_name_the_exchange", "invoice_uploads"), "UPL-RESPONSE"),
    response("what is refused says that it conflicts", "confirmUpload",
             passing(told(is_answered("POST", "/confirm", 409), saying(error="Bad Request"))),
             "test_uploads.py::test_cell[confirmUpload-presigned]", "UPL-CONFIRM-STATE"),
    response("a deleted upload is answered as if there were more", "deleteUpload",
             passing(told(lambda asked, answer: asked.method == "DELETE" and answer.status == 204, with_status(200))),
             "test_uploads.py::test_cell[deleteUpload-presigned]", "SCHEMA:deleteUpload:status"),
    response("what was deleted can be read", "getInvoice", passing(remembers_deleted),
             "test_stateful.py::test_links[invoices]", "INV-NOT-FOUND"),
    response("what was read before an update is read after it", "getInvoice", passing(stale),
             f"{CELL}[updateInvoice-Draft]", "SCHEMA:updateInvoice:taxPercentage"),
    response("a document is empty", "downloadInvoicePdf", replaced(pdf, "render", always(b"%PDF-1.4\n")),
             "test_documents.py::test_the_document_is_a_pdf_in_either_form", "INV-PDF-CONTENT"),
    response("a document shows no total", "downloadInvoicePdf",
             replaced(pdf, "render", lambda original: lambda document: original(replace(document, total=0))),
             "test_documents.py::test_the_document_shows_what_the_invoice_says", "INV-PDF-CONTENT"),
    response("all documents are one", "downloadInvoicePdf",
             replaced(pdf, "render", always(b"%PDF-1.4\n/Page %%EOF")),
             "test_documents.py::test_the_document_is_that_of_the_invoice", "INV-PDF-CONTENT"),
    response("in JSON the document is another one", "downloadInvoicePdf",
             passing(told(lambda asked, answer: is_answered("GET", "/download-pdf", 200)(asked, answer)
                          and "json" in answer.headers["content-type"],
                          lambda asked, answer: replace(answer, body=b'"JVBERi0xLjQKL1BhZ2UKJSVFT0YK"'))),
             "test_documents.py::test_the_document_is_a_pdf_in_either_form", "INV-PDF-CONTENT"),
)  # fmt: skip
