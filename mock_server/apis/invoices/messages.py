"""What is told of an invoice to those outside: the texts and the events."""

from __future__ import annotations

from mock_server.apis.invoices.model import Invoice, Merchant

RESOURCE_TYPE = "invoice"
CREATED, PAID = "invoice.created", "invoice.paid"


def sms_text(invoice: Invoice, merchant: Merchant) -> str:
    """Who wants how much, until when, and where to pay. Assumed: the vendor shows no such text."""
    due = invoice.terms.due_date
    until = f", due {due:%Y-%m-%d}" if due else ""
    return f"{merchant.name}: invoice {invoice.number} over ${invoice.amounts.total:.2f}{until}. {invoice.short_url}"


def dialable(number: str) -> str:
    """The digits of a phone number, and the plus sign before them where it was given."""
    digits = "".join(each for each in number if each in "0123456789")
    return f"+{digits}" if number.strip().startswith("+") else digits
