"""Invoices as values: what they are, what they amount to, and what each event makes of them.

Which event is allowed in which status is not decided here but in the contract's lifecycle table.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import IntEnum
from functools import cached_property
from typing import NamedTuple

from mock_server.core.changing import with_changes
from mock_server.core.instants import add_clamped
from mock_server.core.money import HUNDRED, ZERO, percent_of, to_cents

PAY_PAGE = "https://pay.mock.invalid"


class Status(IntEnum):
    """The value is what the wire shows, the label is the contract's name of it."""

    DRAFT = 1
    PUBLISHED = 2
    PAID = 3
    EXPIRED = 4
    CANCELED = 5
    PROCESSING_PAYMENT = 6
    REFUNDED = 7

    @cached_property
    def label(self) -> str:
        return self.name.title().replace("_", "")


UNPAID = frozenset({Status.DRAFT, Status.PUBLISHED, Status.EXPIRED, Status.CANCELED})


class PaymentMethod(IntEnum):
    """How an invoice was paid."""

    CARD = 1
    ELECTRONIC_CHECK = 2


@dataclass(frozen=True)
class Address:
    """A postal address; `state_id` and `country_id` are the vendor's own numbers (country 1 is the US)."""

    address_line1: str | None = None
    address_line2: str | None = None
    city: str | None = None
    state_id: int | None = None
    country_id: int | None = None
    postal_code: str | None = None


@dataclass(frozen=True)
class CustomerDetails:
    """What is told of a customer."""

    first_name: str | None = None
    last_name: str | None = None
    company_name: str | None = None
    email: str | None = None
    mobile_number: str | None = None
    sms_notification: bool | None = None
    billing_address: Address | None = None
    shipping_address: Address | None = None

    @property
    def display_name(self) -> str | None:
        """First and last name, else the company's."""
        return " ".join(filter(None, (self.first_name, self.last_name))) or self.company_name


@dataclass(frozen=True)
class Customer:
    """A customer of a merchant."""

    id: str
    merchant_id: str
    details: CustomerDetails
    version: int = 0


@dataclass(frozen=True)
class ContactInfo:
    """An address the merchant shows on invoices."""

    id: str
    merchant_id: str
    address_name: str | None = None
    email: str | None = None
    mobile_number: str | None = None
    line1: str | None = None
    line2: str | None = None
    city: str | None = None
    state_code: str | None = None
    postal_code: str | None = None
    country_code: str | None = None
    is_main_address: bool = False
    is_default_address: bool = False
    version: int = 0


@dataclass(frozen=True)
class Processor:
    """A payment processor of a merchant. `kind`: card or ach. `surcharge_percentage`: added to card payments."""

    id: str
    merchant_id: str
    kind: str
    name: str
    surcharge_percentage: Decimal = ZERO
    version: int = 0


@dataclass(frozen=True)
class Merchant:
    """Whose invoices they are, and the last invoice number that was given out."""

    id: str
    name: str
    last_number: int = 1000
    version: int = 0


@dataclass(frozen=True)
class LineItem:
    """One line. Assumed: a quantity not given is 1, a price or discount not given is 0."""

    id: str
    name: str | None = None
    description: str | None = None
    code: str | None = None
    quantity: Decimal = Decimal(1)
    unit_price: Decimal = ZERO
    discount_percentage: Decimal = ZERO
    measurement_unit: str | None = None

    @property
    def amount(self) -> Decimal:
        """Price times quantity less the line's discount, rounded to cents."""
        full = self.unit_price * self.quantity
        if not self.discount_percentage:
            return to_cents(full)
        return to_cents(full * (HUNDRED - self.discount_percentage) / HUNDRED)


@dataclass(frozen=True)
class Amounts:
    """The figures of an invoice, each rounded to cents (rule INV-AMOUNTS)."""

    sub_total: Decimal
    discount: Decimal
    tax: Decimal
    fees: Decimal
    shipping: Decimal
    surcharge: Decimal
    total: Decimal


@dataclass(frozen=True)
class Terms:
    """What a merchant says about an invoice when creating, updating or publishing it."""

    due_date: datetime | None = None
    card_processor_id: str | None = None
    ach_processor_id: str | None = None
    additional_notes: str | None = None
    shipping_amount: Decimal | None = None
    tax_percentage: Decimal | None = None
    fees_percentage: Decimal | None = None
    discount_percentage: Decimal | None = None
    contact_info_id: str | None = None
    customer_id: str | None = None
    ach_allow_faster_processing: bool | None = None
    line_items: tuple[LineItem, ...] = ()

    @cached_property
    def amounts(self) -> Amounts:
        """The figures before any surcharge, in the order of rule INV-AMOUNTS."""
        sub_total = sum([line.amount for line in self.line_items], ZERO)
        discount = percent_of(sub_total, self.discount_percentage or ZERO)
        base = sub_total - discount
        tax = percent_of(base, self.tax_percentage or ZERO)
        fees = percent_of(base, self.fees_percentage or ZERO)
        shipping = self.shipping_amount or ZERO
        return Amounts(sub_total, discount, tax, fees, shipping, ZERO, base + tax + fees + shipping)


@dataclass(frozen=True)
class HistoryEntry:
    """Something that happened to an invoice, and the status it left behind."""

    id: str
    status: Status
    event: str
    at: datetime
    amount: Decimal
    note: str | None = None


class Moment(NamedTuple):
    """When an event happens, and the id its history entry gets."""

    at: datetime
    entry_id: str


@dataclass(frozen=True)
class Invoice:
    """An invoice with everything that has happened to it.

    `customer` and `contact_info` are as they were when they were last named. `card_surcharge_percentage`: of the card
    processor. `falls_due_at`: when the clock next does something with it, and `returns_with`: the code the bank
    returns the payment in process with, `None` when it will settle.
    """

    id: str
    merchant_id: str
    created_at: datetime
    status: Status
    terms: Terms
    customer: Customer | None = None
    contact_info: ContactInfo | None = None
    card_surcharge_percentage: Decimal = ZERO
    number: str | None = None
    issue_date: datetime | None = None
    payment_date: datetime | None = None
    payment_method: PaymentMethod | None = None
    token: str | None = None
    marked_as_paid: bool = False
    transaction_id: str | None = None
    is_customer_updated: bool = False
    is_line_items_updated: bool = False
    falls_due_at: datetime | None = None
    returns_with: str | None = None
    history: tuple[HistoryEntry, ...] = field(default=())
    version: int = 0

    @property
    def surcharge_percentage(self) -> Decimal:
        """The card processor's, unless the invoice was or is being paid another way (rule INV-SURCHARGE)."""
        is_by_card = self.status in UNPAID or self.payment_method is PaymentMethod.CARD
        return self.card_surcharge_percentage if is_by_card else ZERO

    @property
    def amounts(self) -> Amounts:
        """The figures, those of the terms and the surcharge on their total (rule INV-AMOUNTS)."""
        amounts, percentage = self.terms.amounts, self.surcharge_percentage
        if not percentage:
            return amounts
        surcharge = percent_of(amounts.total, percentage)
        return with_changes(amounts, surcharge=surcharge, total=amounts.total + surcharge)

    @property
    def full_url(self) -> str | None:
        return f"{PAY_PAGE}/invoices/{self.token}" if self.token else None

    @property
    def short_url(self) -> str | None:
        return f"{PAY_PAGE}/i/{self.token[:8]}" if self.token else None


def happened(invoice: Invoice, event: str, moment: Moment, note: str | None = None) -> Invoice:
    """The invoice with one more entry in its history, the present status and total in it."""
    entry = HistoryEntry(moment.entry_id, invoice.status, event, moment.at, invoice.amounts.total, note)
    return with_changes(invoice, history=(*invoice.history, entry))


def created(invoice: Invoice, moment: Moment) -> Invoice:
    """A new draft's first entry."""
    return happened(invoice, "created", moment)


def updated(invoice: Invoice, changed: Invoice, moment: Moment) -> Invoice:
    """The changed invoice; for a published one it is remembered what was changed."""
    if invoice.status is Status.PUBLISHED:
        changed = with_changes(
            changed,
            is_customer_updated=invoice.is_customer_updated or changed.customer != invoice.customer,
            is_line_items_updated=invoice.is_line_items_updated or _lines(changed) != _lines(invoice),
        )
    return happened(changed, "updated", moment)


def published(invoice: Invoice, number: str, token: str, moment: Moment, expires_at: datetime | None) -> Invoice:
    """The invoice as issued (rule INV-PUBLISH-FIELDS). `expires_at`: when it expires unpaid, `None` for never."""
    issued = with_changes(
        invoice,
        status=Status.PUBLISHED,
        number=number,
        token=token,
        issue_date=moment.at,
        falls_due_at=expires_at,
    )
    return happened(issued, "published", moment)


def canceled(invoice: Invoice, moment: Moment) -> Invoice:
    """The invoice, never to be paid."""
    return happened(with_changes(invoice, status=Status.CANCELED, falls_due_at=None), "canceled", moment)


def marked_as_paid(invoice: Invoice, method: PaymentMethod | None, moment: Moment) -> Invoice:
    """The invoice as paid outside of the system (rule INV-MARK-PAID-FIELDS)."""
    paid = with_changes(
        invoice,
        status=Status.PAID,
        marked_as_paid=True,
        payment_method=method,
        payment_date=moment.at,
        falls_due_at=None,
    )
    return happened(paid, "markedAsPaid", moment)


def paid_by_card(invoice: Invoice, transaction_id: str, last4: str, moment: Moment) -> Invoice:
    """The invoice after an approved card payment (rule INV-CARD-FIELDS)."""
    paid = with_changes(
        invoice,
        status=Status.PAID,
        payment_method=PaymentMethod.CARD,
        transaction_id=transaction_id,
        payment_date=moment.at,
        falls_due_at=None,
    )
    return happened(paid, "cardPaymentApproved", moment, f"Card ending in {last4}")


def card_declined(invoice: Invoice, last4: str, reason: str, moment: Moment) -> Invoice:
    """The invoice after a declined card payment: nothing but its history changes (rule INV-CARD-DECLINE)."""
    return happened(invoice, "cardPaymentDeclined", moment, f"Card ending in {last4}: {reason}")


def ach_submitted(
    invoice: Invoice, transaction_id: str, last4: str, falls_due_at: datetime, returns_with: str | None, moment: Moment
) -> Invoice:
    """The invoice while the bank works on its payment (rule INV-ACH-FIELDS)."""
    processing = with_changes(
        invoice,
        status=Status.PROCESSING_PAYMENT,
        payment_method=PaymentMethod.ELECTRONIC_CHECK,
        transaction_id=transaction_id,
        falls_due_at=falls_due_at,
        returns_with=returns_with,
    )
    return happened(processing, "achPaymentSubmitted", moment, f"Account ending in {last4}")


def ach_settled(invoice: Invoice, moment: Moment) -> Invoice:
    """The invoice once the bank has paid."""
    paid = with_changes(invoice, status=Status.PAID, payment_date=moment.at, falls_due_at=None)
    return happened(paid, "achPaymentSettled", moment)


def ach_returned(invoice: Invoice, expires_at: datetime | None, moment: Moment) -> Invoice:
    """The invoice after the bank has sent the payment back: open again."""
    code = invoice.returns_with
    open_again = with_changes(
        invoice,
        status=Status.PUBLISHED,
        payment_method=None,
        transaction_id=None,
        returns_with=None,
        falls_due_at=expires_at,
    )
    return happened(open_again, "achPaymentReturned", moment, f"Returned with code {code}" if code else None)


def refunded(invoice: Invoice, moment: Moment) -> Invoice:
    """The invoice after its payment was given back."""
    return happened(with_changes(invoice, status=Status.REFUNDED), "refunded", moment)


def expired(invoice: Invoice, moment: Moment) -> Invoice:
    """The invoice, too old to be paid."""
    return happened(with_changes(invoice, status=Status.EXPIRED, falls_due_at=None), "expired", moment)


def sms_sent(invoice: Invoice, last4: str, moment: Moment) -> Invoice:
    """The invoice after its customer was told of it."""
    return happened(invoice, "smsSent", moment, f"Number ending in {last4}")


def after_business_days(start: datetime, days: int) -> datetime:
    """The same time of day so many business days later; Saturdays and Sundays (UTC) don't count."""
    instant = start.astimezone(UTC)
    while days > 0:
        instant = add_clamped(instant, timedelta(days=1))
        days -= instant.weekday() < 5
    return instant


def _lines(invoice: Invoice) -> list[LineItem]:
    return [with_changes(line, id="") for line in invoice.terms.line_items]
