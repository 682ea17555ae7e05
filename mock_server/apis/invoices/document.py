"""An invoice as it is printed."""

from __future__ import annotations

from mock_server.apis.invoices.model import ContactInfo, Customer, Invoice, LineItem, Merchant
from mock_server.apis.invoices.pdf import DocumentLine, InvoiceDocument, Party
from mock_server.core.money import ZERO

_STATUS_TEXTS = {"ProcessingPayment": "Processing payment"}


def document_of(invoice: Invoice, merchant: Merchant) -> InvoiceDocument:
    """What the PDF of an issued invoice says."""
    terms, amounts = invoice.terms, invoice.amounts
    label = invoice.status.label
    return InvoiceDocument(
        number=invoice.number or "",
        status=_STATUS_TEXTS.get(label, label),
        issue_date=(invoice.issue_date or invoice.created_at).date(),
        due_date=terms.due_date.date() if terms.due_date else None,
        payment_date=invoice.payment_date.date() if invoice.payment_date else None,
        seller=_seller(merchant, invoice.contact_info),
        customer=_customer(invoice.customer) if invoice.customer else None,
        lines=tuple(_line(each) for each in terms.line_items),
        sub_total=amounts.sub_total,
        discount=amounts.discount,
        tax=amounts.tax,
        fees=amounts.fees,
        shipping=amounts.shipping,
        surcharge=amounts.surcharge,
        total=amounts.total,
        discount_percentage=terms.discount_percentage or ZERO,
        tax_percentage=terms.tax_percentage or ZERO,
        fees_percentage=terms.fees_percentage or ZERO,
        surcharge_percentage=invoice.surcharge_percentage,
        notes=terms.additional_notes or "",
        short_url=invoice.short_url or "",
    )


def _seller(merchant: Merchant, contact: ContactInfo | None) -> Party:
    if contact is None:
        return Party(name=merchant.name)
    city = _joined(", ", contact.city, _joined(" ", contact.state_code, contact.postal_code))
    return Party(
        name=merchant.name,
        company=contact.address_name or "",
        email=contact.email or "",
        lines=tuple(
            each or "" for each in (contact.line1, contact.line2, city, contact.country_code, contact.mobile_number)
        ),
    )


def _customer(customer: Customer) -> Party:
    details = customer.details
    address = details.billing_address or details.shipping_address
    name = details.display_name or ""
    return Party(
        name=name,
        company=details.company_name if details.company_name and details.company_name != name else "",
        email=details.email or "",
        lines=(
            (address.address_line1 or "", address.address_line2 or "", _joined(" ", address.city, address.postal_code))
            if address
            else ()
        ),
    )


def _line(line: LineItem) -> DocumentLine:
    return DocumentLine(
        name=line.name or "",
        description=line.description or "",
        code=line.code or "",
        quantity=line.quantity,
        unit=line.measurement_unit or "",
        unit_price=line.unit_price,
        discount_percentage=line.discount_percentage,
        amount=line.amount,
    )


def _joined(separator: str, *parts: str | None) -> str:
    return separator.join(part for part in parts if part)
