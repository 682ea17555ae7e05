"""The document that is made of an invoice."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from contract_tests import bodies, hostile
from contract_tests.broken import Broken, Difference
from contract_tests.errors import NotReached
from contract_tests.examiner import Examiner
from contract_tests.pdf_text import readings, says
from contract_tests.suites.cases import each_case, fixture
from contract_tests.suites.invoice_cases import FULL
from contract_tests.suites.tracked import Tracked, in_state
from contract_tests.workshop import Invoices, must_succeed

UPDATE, PDF = "updateInvoice", "downloadInvoicePdf"
pytestmark = pytest.mark.priority(20)


@pytest.mark.proves("INV-PDF-CONTENT", "INV-PDF-STATE")
@pytest.mark.about(PDF)
def test_the_document_is_a_pdf_in_either_form(examiner: Examiner) -> None:
    invoice = in_state(Invoices(examiner), "Published")
    path = {"invoiceId": invoice.id}
    for accept in ("application/pdf", "*/*", "application/json;q=0.5, application/pdf"):
        require_pdf(invoice.invoices.api.call(PDF, path, headers={"accept": accept}).body)
    answer = must_succeed(invoice.invoices.api.call(PDF, path, headers={"accept": "application/json"}), PDF)
    if answer.media_type != "application/json":
        difference = Difference("content-type", "application/json", answer.media_type)
        raise Broken("INV-PDF-CONTENT", "the Accept header chooses the form", [difference], operation_id=PDF)
    try:
        decoded = base64.b64decode(answer.json, validate=True)
    except (ValueError, TypeError) as error:
        difference = Difference("", "base64", str(error))
        raise Broken("INV-PDF-CONTENT", "in JSON the document is in base64", [difference], operation_id=PDF) from error
    require_pdf(decoded)
    number = str((invoice.seen or {})["number"])
    if says(readings(document(invoice)), number) and not says(readings(decoded), number):
        difference = Difference("", number, "not in the document")
        raise Broken("INV-PDF-CONTENT", "in JSON the document is the same", [difference], operation_id=PDF)


@pytest.mark.proves("INV-PDF-CONTENT")
@pytest.mark.about(PDF)
def test_the_document_is_that_of_the_invoice(examiner: Examiner) -> None:
    """Of two invoices the documents differ, and so do those before and after a change."""
    invoices = Invoices(examiner)
    one, other = (
        in_state(invoices, "Published"),
        in_state(invoices, "Published", lineItems=[bodies.line("Anchor", 1, 9)]),
    )
    documents = [document(one), document(other)]
    one.act(UPDATE, bodies.invoice(one.mark, lineItems=[bodies.line("Compass", 1, 77)]))
    documents.append(document(one))
    if len(set(documents)) != len(documents):
        message = "different invoices and different lines make different documents"
        raise Broken("INV-PDF-CONTENT", message, [Difference("", "different", "the same")], operation_id=PDF)


@pytest.mark.proves("INV-PDF-CONTENT")
@pytest.mark.about(PDF)
def test_the_document_shows_what_the_invoice_says(examiner: Examiner) -> None:
    """Number, who sells, who pays, lines and figures; where none of it can be read, nothing can be said."""
    invoices = Invoices(examiner)
    contact = own_contact(invoices) if examiner.control else None
    lines = [bodies.line("Anchor chain", 3, Decimal("19.99")), bodies.line("Compass", 1, Decimal("31.07"))]
    invoice = in_state(
        invoices,
        "Published",
        lineItems=lines,
        taxPercentage=10,
        shippingAmount=Decimal("12.34"),
        merchantContactInfoId=contact["id"] if contact else None,
    )
    seen = invoice.seen or {}
    expected = {
        "/number": seen["number"],
        "/customer/lastName": "Byron",
        "/lineItems/0/name": "Anchor chain",
        "/lineItems/1/name": "Compass",
        "/lineItems/0/amount": "59.97",
        "/subTotalAmount": "91.04",
        "/taxAmount": "9.10",
        "/shippingAmount": "12.34",
        "/totalAmount": "112.48",
        **({"/merchantContactInfo/line1": contact["line1"]} if contact else {}),
    }
    found = readings(document(invoice))
    missing = [place for place, text in expected.items() if not says(found, text)]
    if len(missing) == len(expected):
        raise NotReached("the text of the target's documents can't be read")
    if missing:
        differences = [Difference(place, expected[place], "not in the document") for place in missing]
        message = "the document shows number, who sells and who pays, the lines and the figures"
        raise Broken("INV-PDF-CONTENT", message, differences, operation_id=PDF)


PRINTED: Mapping[str, Mapping[str, Any]] = {
    "nobody": {"customer": None},
    "a company": {"customer": {"companyName": "Café Corazón 東京"}},
    "a first name": {"customer": {"firstName": "Ada"}},
    "no due date": {"dueDate": None},
    "lines without a name": {"lineItems": [{"unitPrice": 5}]},
    "many lines": {"lineItems": [bodies.line(f"Line {number}", number, 3) for number in range(1, 120)]},
    "long texts": {"lineItems": [bodies.line("Rope " * 200, description="long " * 300)]},
    "texts of all kinds": {"lineItems": [bodies.line(text) for text in hostile.TEXTS.values()]},
    "a cent": {"lineItems": [bodies.line("Pin", 1, Decimal("0.01"))]},
    "all there is to say": FULL,
}


@pytest.mark.priority(25)
@pytest.mark.proves("INV-PDF-CONTENT", "INV-PDF-STATE")
@pytest.mark.about(PDF)
def test_every_published_invoice_has_a_document(examiner: Examiner) -> None:
    invoices = Invoices(examiner)
    for changes in each_case(examiner, PRINTED.values()):
        require_pdf(document(Tracked.published(invoices, **changes)))


def own_contact(invoices: Invoices) -> Mapping[str, str]:
    """An address of the merchant in the demo seed."""
    merchant = invoices.get(Tracked.draft(invoices).id)["merchantId"]
    contacts = fixture("seeds/demo.yaml")["contactInfos"]
    found: Mapping[str, str] = next(each for each in contacts if each["merchantId"] == merchant)
    return found


def document(invoice: Tracked) -> bytes:
    return must_succeed(invoice.send(PDF), PDF).body


def require_pdf(content: bytes) -> None:
    is_one = content.startswith(b"%PDF-") and b"%%EOF" in content[-1024:] and b"/Page" in content
    if not is_one:
        difference = Difference("", "%PDF- ... %%EOF with a page", repr(content[:12]))
        raise Broken("INV-PDF-CONTENT", "the document is a PDF", [difference], operation_id=PDF)
