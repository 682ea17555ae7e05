"""Which invoice records are stored, and by what they are found and ordered."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from mock_server.apis.invoices.model import ContactInfo, Customer, Invoice, Merchant, Processor
from mock_server.core.records import SEARCHED, Collection, Column

LONGEST_ORDERED_NAME = 200
"""Characters of a customer's name that count in the order of a list: an index takes no long texts."""


def _ordering_name(invoice: Invoice) -> str | None:
    name = invoice.customer.details.display_name if invoice.customer else None
    return name[:LONGEST_ORDERED_NAME] if name else None


_INVOICE_COLUMNS: dict[str, Column[Invoice]] = {
    "merchant": Column(str, lambda invoice: invoice.merchant_id, is_abridged=True),
    "created_at": Column(datetime, lambda invoice: invoice.created_at),
    "number": Column(str, lambda invoice: invoice.number),
    "status": Column(int, lambda invoice: invoice.status),
    "issue_date": Column(datetime, lambda invoice: invoice.issue_date),
    "due_date": Column(datetime, lambda invoice: invoice.terms.due_date),
    "payment_date": Column(datetime, lambda invoice: invoice.payment_date),
    "total_amount": Column(Decimal, lambda invoice: invoice.amounts.total),
    "customer_name": Column(str, _ordering_name),
    "falls_due_at": Column(datetime, lambda invoice: invoice.falls_due_at),
}


def _searched(invoice: Invoice) -> list[str | None]:
    customer = invoice.customer.details if invoice.customer else None
    return [
        invoice.number,
        customer.display_name if customer else None,
        customer.company_name if customer else None,
        customer.email if customer else None,
        invoice.terms.additional_notes,
    ]


INVOICES: Collection[Invoice] = Collection(
    name="invoices",
    type=Invoice,
    columns=_INVOICE_COLUMNS,
    search=_searched,
    indexes=[("merchant", name) for name in _INVOICE_COLUMNS if name not in {"merchant", "falls_due_at"}],
    carried=["due_date"],
    deadlines=["falls_due_at"],
    # Most invoices have no payment date, so by that days are few: it comes first, for what names no day.
    tallies=[("merchant", name, "status") for name in ("payment_date", "due_date", "issue_date")]
    + [("merchant", SEARCHED)],
)
CUSTOMERS: Collection[Customer] = Collection(name="customers", type=Customer)
CONTACT_INFOS: Collection[ContactInfo] = Collection(name="contact_infos", type=ContactInfo)
PROCESSORS: Collection[Processor] = Collection(name="processors", type=Processor)
MERCHANTS: Collection[Merchant] = Collection(name="merchants", type=Merchant)
