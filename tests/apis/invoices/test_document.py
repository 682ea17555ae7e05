"""Downloading an invoice: as a PDF, or as that PDF in base64, with on it what the invoice says."""

from __future__ import annotations

import base64
import io

import pytest
from httpx2 import Response
from pypdf import PdfReader

from tests.apis.invoices.bodies import CONTACT_INFO, SURCHARGING
from tests.apis.invoices.steps import accepted, publish, refused
from tests.mock import BODY, Invoices

PDF = "application/pdf"
JSON = "application/json"
ISSUED = ["Published", "Paid", "Expired", "Canceled", "ProcessingPayment", "Refunded"]
ACCEPTED = {
    None: PDF,
    "": PDF,
    "*/*": PDF,
    PDF: PDF,
    JSON: JSON,
    "application/*": PDF,
    f"{JSON}, {PDF}": PDF,
    f"{PDF};q=0.4, {JSON};q=0.5": JSON,
    f"{PDF};q=0.5, {JSON};q=0.4": PDF,
    f"{JSON}, */*;q=0.1": JSON,
    f"{PDF};q=0, {JSON}": JSON,
    "text/html": PDF,
    "nonsense": PDF,
}
"""Accept header -> what is answered: the PDF unless JSON is preferred."""


def download(invoices: Invoices, invoice_id: str, accept: str | None = "*/*") -> Response:
    headers = {} if accept is None else {"accept": accept}
    return invoices.call("GET", f"/invoices/{invoice_id}/download-pdf", headers=headers)


def text_of(content: bytes) -> str:
    """All that is written, with single spaces."""
    pages = PdfReader(io.BytesIO(content), strict=True).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_a_document_is_a_pdf_with_the_number_as_its_name(invoices: Invoices) -> None:
    answer = download(invoices, invoices.in_status("Published"))

    assert (answer.status_code, answer.headers["content-type"]) == (200, PDF)
    assert answer.headers["content-disposition"] == 'attachment; filename="INV-001001.pdf"'
    assert answer.headers["content-length"] == str(len(answer.content))
    assert answer.content.startswith(b"%PDF-")


def test_a_document_in_json_is_the_same_in_base64(invoices: Invoices) -> None:
    invoice_id = invoices.in_status("Published")

    answer = download(invoices, invoice_id, JSON)

    assert answer.headers["content-type"] == JSON
    assert "content-disposition" not in answer.headers
    assert base64.b64decode(answer.json(), validate=True) == download(invoices, invoice_id).content


@pytest.mark.parametrize("accept", ACCEPTED)
def test_the_accept_header_chooses_the_form(accept: str | None, invoices: Invoices) -> None:
    answer = download(invoices, invoices.in_status("Published"), accept)

    assert (answer.status_code, answer.headers["content-type"]) == (200, ACCEPTED[accept])


@pytest.mark.parametrize("accept", [PDF, JSON])
def test_a_draft_is_no_document(accept: str, invoices: Invoices) -> None:
    invoice_id = invoices.create()

    body = refused(download(invoices, invoice_id, accept), "INV-PDF-STATE")

    assert (body["statusCode"], body["entityId"]) == (404, invoice_id)


@pytest.mark.parametrize("status", ISSUED)
def test_what_was_published_stays_a_document_that_tells_its_status(status: str, invoices: Invoices) -> None:
    shown = "Processing payment" if status == "ProcessingPayment" else status

    text = text_of(download(invoices, invoices.in_status(status)).content)

    assert f"INVOICE INV-001001 {shown} " in text


def test_a_document_shows_number_parties_lines_and_figures(harbor: Invoices) -> None:
    invoice_id = publish(
        harbor.call,
        dueDate="2026-12-24",
        merchantContactInfoId=CONTACT_INFO,
        cardPaymentProcessorId=SURCHARGING,
        customer={"firstName": "Ada", "lastName": "Byron", "companyName": "Engines", "email": "ada@example.com"},
        lineItems=[
            {"name": "Maintenance", "description": "March", "code": "WEB-10", "quantity": 10, "unitPrice": 95,
             "measurementUnit": "hours"},
            {"name": "Hosting", "unitPrice": 49.9, "discountPercentage": 10},
        ],
        discountPercentage=5, taxPercentage=8.25, feesPercentage=1, shippingAmount=12.5,
        additionalNotes="Thank you for your business.",
    )  # fmt: skip
    invoice = harbor.get(invoice_id)

    text = text_of(download(harbor, invoice_id).content)

    for shown in (
        invoice["number"], "Harbor Street Coffee Roasters LLC", "418 Harbor Street", "Portland, OR 97209",
        "Ada Byron", "Engines", "ada@example.com", "Nov 2, 2026", "Dec 24, 2026", "Maintenance", "10 hours", "$950.00",
        "Hosting", "10%", "$44.91", "$994.91", "-$49.75", "$77.98", "$9.45", "$12.50", "$31.35", "$1,076.44",
        "Thank you for your business.", invoice["shortUrl"],
    ):  # fmt: skip
        assert shown in text, shown


@pytest.mark.parametrize("name", ["山田 太郎", "Анна Кузнецова", "شركة السلام", "김치 회사", "Γιώργος Παπαδόπουλος"])
def test_a_customer_may_be_written_in_any_script(name: str, invoices: Invoices) -> None:
    invoice_id = publish(invoices.call, **{**BODY, "customer": {"companyName": name}})

    text = text_of(download(invoices, invoice_id).content)

    assert name in text
    assert "$59.97" in text


def test_a_document_shows_the_total_without_the_surcharge_once_it_is_dropped(harbor: Invoices) -> None:
    invoice_id = publish(harbor.call, lineItems=[{"unitPrice": 200}], cardPaymentProcessorId=SURCHARGING)
    assert "$206.00" in text_of(download(harbor, invoice_id).content)

    accepted(harbor.act("submitInvoiceAch", invoice_id))

    text = text_of(download(harbor, invoice_id).content)
    assert "Surcharge" not in text
    assert "Total (USD) $200.00" in text


def test_the_same_invoice_gives_the_same_bytes(invoices: Invoices) -> None:
    invoice_id = invoices.in_status("Paid")

    assert download(invoices, invoice_id).content == download(invoices, invoice_id).content


def test_an_invoice_without_customer_and_notes_can_be_printed(invoices: Invoices) -> None:
    invoice_id = publish(invoices.call, lineItems=[{"unitPrice": 1}])

    assert "$1.00" in text_of(download(invoices, invoice_id).content)
