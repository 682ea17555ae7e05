"""What can be done with invoices. Each function loads, asks the contract's table and the model, and saves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from mock_server.apis.invoices import messages, model, payments
from mock_server.apis.invoices.model import (
    ContactInfo,
    Customer,
    CustomerDetails,
    Invoice,
    Merchant,
    Moment,
    PaymentMethod,
    Processor,
    Status,
    Terms,
)
from mock_server.apis.invoices.records import CONTACT_INFOS, CUSTOMERS, INVOICES, MERCHANTS, PROCESSORS
from mock_server.core.changing import with_changes
from mock_server.core.clock import FIRST, Clock
from mock_server.core.errors import Refused, Violation
from mock_server.core.group import Agenda
from mock_server.core.ids import Ids
from mock_server.core.lifecycle import not_found, targets
from mock_server.core.money import ZERO
from mock_server.core.outbox import Outbox
from mock_server.core.records import Collection, Condition, Page, Query, UnitOfWork, earliest
from mock_server.core.trace import note_arrival, note_creation
from openapi.model import ABSENT, Contract


@dataclass(frozen=True)
class Setup:
    """What stays the same for all requests.

    `largest_total`: that an invoice may add up to. `expires_after`: past the due date; `None` where nothing expires.
    """

    contract: Contract
    clock: Clock
    ids: Ids
    processing: payments.Processing
    agenda: Agenda
    outbox: Outbox
    largest_total: Decimal
    expires_after: timedelta | None = None


@dataclass(frozen=True)
class Services:
    """The set-up and the unit of work a request runs in."""

    setup: Setup
    work: UnitOfWork

    def now(self) -> datetime:
        return self.setup.clock.now()

    def moment(self) -> Moment:
        return Moment(self.now(), self.setup.ids.new())


@dataclass(frozen=True)
class CustomerChange:
    """What a request says of the customer: the fields it gives, by name, and which customer it means."""

    id: str | None
    fields: Mapping[str, Any]


@dataclass(frozen=True)
class InvoiceChange:
    """What a request says of an invoice: the fields it gives, by name of `Terms`, and of its customer."""

    fields: Mapping[str, Any]
    customer: CustomerChange | None


@dataclass(frozen=True)
class CardPayment:
    """A card payment as asked for. Lives for one request and is never stored."""

    total_amount: Decimal
    account_number: str | None
    expiration_year: int | None
    expiration_month: int | None
    security_code: str | None
    saves_payment_method: bool


@dataclass(frozen=True)
class AchPayment:
    """An ACH payment as asked for. Lives for one request and is never stored."""

    routing_number: str | None
    account_number: str | None
    has_holder: bool
    is_authorized: bool
    saves_payment_method: bool


@dataclass(frozen=True)
class PaymentOutcome:
    """What is answered to a payment."""

    is_success: bool
    saved_payment_method: bool


NO_TERMS, NO_DETAILS = Terms(), CustomerDetails()
NEW_DRAFT = Invoice(id="", merchant_id="", created_at=FIRST, status=Status.DRAFT, terms=NO_TERMS)
"""What invoices begin with: another one with some changes is made in a third of the time of a new one."""

# Reading


def get(services: Services, merchant_id: str, invoice_id: str) -> Invoice:
    """Return a merchant's invoice.

    Raises:
        Refused: INV-NOT-FOUND, also for another merchant's invoice.
    """
    found = services.work.records(INVOICES).get(invoice_id.lower())
    if found is None or found.merchant_id != merchant_id:
        raise not_found(services.setup.contract.lifecycles["invoice"], services.setup.contract, invoice_id)
    return found


def show(services: Services, merchant_id: str, invoice_id: str, action: str) -> Invoice:
    """Return a merchant's invoice for an operation that only shows it. Raises `Refused`: INV-NOT-FOUND."""
    invoice = get(services, merchant_id, invoice_id)
    check_allowed(services, action, invoice)
    return invoice


def find(services: Services, merchant_id: str, query: Query) -> Page[Invoice]:
    """Return the page of a merchant's invoices that a query asks for."""
    mine = Condition("merchant", "=", merchant_id)
    return services.work.records(INVOICES).find(with_changes(query, where=(mine, *query.where)))


def printable(services: Services, merchant_id: str, invoice_id: str) -> tuple[Invoice, Merchant]:
    """Return an invoice that may be downloaded, and its merchant. Raises `Refused`: INV-NOT-FOUND, INV-PDF-STATE."""
    invoice = get(services, merchant_id, invoice_id)
    check_allowed(services, "downloadInvoicePdf", invoice)
    return invoice, _merchant(services, merchant_id)


# Writing


def create(services: Services, merchant_id: str, change: InvoiceChange) -> Invoice:
    """Store a new draft. Raises `Refused`: INV-REFERENCE, INV-TOTAL-RANGE."""
    draft = model.created(drafted(services, merchant_id, change), services.moment())
    check_total(services, draft)
    return _add(services, draft, "createInvoice")


def update(services: Services, merchant_id: str, invoice_id: str, change: InvoiceChange) -> Invoice:
    """Replace what a draft or published invoice says; what the request doesn't give is given up.

    Raises:
        Refused: INV-NOT-FOUND, INV-UPDATE-STATE, INV-REFERENCE, INV-TOTAL-RANGE; for a published invoice also
            INV-PUBLISH-LINES and INV-PUBLISH-TOTAL.
    """
    invoice = get(services, merchant_id, invoice_id)
    check_allowed(services, "updateInvoice", invoice)
    changed = _with_references(services, with_changes(invoice, terms=_terms(services, NO_TERMS, change)), change)
    check_total(services, changed)
    if invoice.status is Status.PUBLISHED:
        check_publishable(changed)
        changed = with_changes(changed, falls_due_at=_expires_at(services, changed))
    return _save(services, model.updated(invoice, changed, services.moment()))


def delete(services: Services, merchant_id: str, invoice_id: str) -> None:
    """Forget a draft. Raises `Refused`: INV-NOT-FOUND, INV-DELETE-STATE."""
    invoice = get(services, merchant_id, invoice_id)
    check_allowed(services, "deleteInvoice", invoice)
    services.work.records(INVOICES).remove(invoice)
    note_arrival("invoice", invoice.id, ABSENT)


def publish(services: Services, merchant_id: str, invoice_id: str | None, change: InvoiceChange) -> Invoice:
    """Issue a draft with the changes given, or a new invoice when there is no id.

    Raises:
        Refused: INV-NOT-FOUND, INV-PUBLISH-STATE, INV-REFERENCE, INV-TOTAL-RANGE, INV-PUBLISH-LINES, INV-PUBLISH-TOTAL.
    """
    if invoice_id is None:
        invoice = model.created(drafted(services, merchant_id, change), services.moment())
    else:
        found = get(services, merchant_id, invoice_id)
        check_allowed(services, "publishInvoice", found)
        invoice = _with_references(services, with_changes(found, terms=_terms(services, found.terms, change)), change)
    check_total(services, invoice)
    check_publishable(invoice)
    issued = model.published(
        invoice,
        number=next_number(services, merchant_id),
        token=services.setup.ids.new(),
        moment=services.moment(),
        expires_at=_expires_at(services, invoice),
    )
    return _add(services, issued, "publishInvoice") if invoice_id is None else _save(services, issued)


def cancel(services: Services, merchant_id: str, invoice_id: str) -> Invoice:
    """Cancel a published invoice. Raises `Refused`: INV-NOT-FOUND, INV-CANCEL-STATE."""
    invoice = get(services, merchant_id, invoice_id)
    check_allowed(services, "cancelInvoice", invoice)
    return _save(services, model.canceled(invoice, services.moment()))


def mark_as_paid(services: Services, merchant_id: str, invoice_id: str, method: PaymentMethod | None) -> Invoice:
    """Note that a published invoice was paid elsewhere. Raises `Refused`: INV-NOT-FOUND, INV-MARK-PAID-STATE."""
    invoice = get(services, merchant_id, invoice_id)
    check_allowed(services, "markInvoiceAsPaid", invoice)
    return _save(services, model.marked_as_paid(invoice, method, services.moment()))


def pay_by_card(services: Services, merchant_id: str, invoice_id: str, payment: CardPayment) -> PaymentOutcome:
    """Charge a card with a published invoice's total; a decline leaves the invoice published.

    Raises:
        Refused: INV-CARD-NUMBER, INV-CARD-EXPIRY, INV-CARD-CVV (all that apply), INV-NOT-FOUND, INV-CARD-STATE,
            INV-CARD-AMOUNT.
    """
    _check_card(services, payment)
    invoice = get(services, merchant_id, invoice_id)
    check_allowed(services, "submitInvoice", invoice)
    total = invoice.amounts.total
    if payment.total_amount != total:
        message = f"must equal the invoice's total of {total}."
        raise _broken([("INV-CARD-AMOUNT", "/totalAmount", message)], invoice.id)
    number = payment.account_number or ""
    answer = services.setup.processing.charge(number)
    last4 = payments.shown_end(number)
    if answer.is_approved:
        paid = model.paid_by_card(invoice, services.setup.ids.new(), last4, services.moment())
        _save(services, paid)
    else:
        _save(services, model.card_declined(invoice, last4, f"{answer.reason} ({answer.code})", services.moment()))
    return PaymentOutcome(answer.is_approved, answer.is_approved and payment.saves_payment_method)


def pay_by_ach(services: Services, merchant_id: str, invoice_id: str, payment: AchPayment) -> PaymentOutcome:
    """Send a published invoice's total to the bank; it settles or is returned some business days later.

    Raises:
        Refused: INV-ACH-ROUTING, INV-ACH-ACCOUNT, INV-ACH-AUTHORIZATION, INV-ACH-HOLDER (all that apply),
            INV-NOT-FOUND, INV-ACH-STATE.
    """
    _check_ach(payment)
    invoice = get(services, merchant_id, invoice_id)
    check_allowed(services, "submitInvoiceAch", invoice)
    limit = "fasterBusinessDays" if invoice.terms.ach_allow_faster_processing else "businessDays"
    days = int(services.setup.contract.limit("INV-ACH-SETTLES", limit))
    number = payment.account_number or ""
    submitted = model.ach_submitted(
        invoice,
        transaction_id=services.setup.ids.new(),
        last4=payments.shown_end(number),
        falls_due_at=model.after_business_days(services.now(), days),
        returns_with=services.setup.processing.return_code(number),
        moment=services.moment(),
    )
    _save(services, submitted)
    return PaymentOutcome(is_success=True, saved_payment_method=payment.saves_payment_method)


def send_sms(
    services: Services, merchant_id: str, invoice_id: str, phone_number: str | None, *, has_consent: bool
) -> Invoice:
    """Note that the customer was told of a published invoice.

    Raises:
        Refused: INV-SMS-CONSENT, INV-NOT-FOUND, INV-SMS-STATE, INV-SMS-PHONE.
    """
    if not has_consent:
        message = "must be given before a message may be sent."
        raise _broken([("INV-SMS-CONSENT", "/customerConsent", message)])
    invoice = get(services, merchant_id, invoice_id)
    check_allowed(services, "sendInvoiceSms", invoice)
    known = invoice.customer.details.mobile_number if invoice.customer else None
    digits = "".join(each for each in phone_number or known or "" if each in "0123456789")
    if not 7 <= len(digits) <= 15:
        message = "must have 7 to 15 digits, or the customer a mobile number that has."
        raise _broken([("INV-SMS-PHONE", "/phoneNumber", message)], invoice.id)
    told = _save(services, model.sms_sent(invoice, payments.shown_end(digits), services.moment()))
    services.setup.outbox.sms(
        services.work,
        at=told.history[-1].at,
        merchant_id=merchant_id,
        invoice_id=invoice.id,
        to=messages.dialable(phone_number or known or ""),
        text=messages.sms_text(invoice, _merchant(services, merchant_id)),
    )
    return told


# Events without an operation

_EVENTS: dict[str, Callable[[Services, Invoice, Moment], Invoice]] = {
    "settle": lambda services, invoice, moment: model.ach_settled(invoice, moment),
    "return": lambda services, invoice, moment: model.ach_returned(invoice, _expires_at(services, invoice), moment),
    "refund": lambda services, invoice, moment: model.refunded(invoice, moment),
    "expire": lambda services, invoice, moment: model.expired(invoice, moment),
}


def let_happen(services: Services, invoice: Invoice, event: str, at: datetime) -> Invoice:
    """Let an event of the lifecycle happen that no operation stands for. Raises `Refused`: the event's rule."""
    check_allowed(services, event, invoice)
    return _save(services, _EVENTS[event](services, invoice, Moment(at, services.setup.ids.new())))


def catch_up(services: Services, now: datetime) -> datetime | None:
    """Let happen what has fallen due, in order; return when the next thing falls due, `None` for never."""
    invoices = services.work.records(INVOICES)
    while True:
        due = earliest(invoices, "falls_due_at")
        if due is None or due.falls_due_at is None or due.falls_due_at > now:
            return due.falls_due_at if due else None
        latest = [each.at for each in due.history[-1:]]  # an imported invoice may have no history
        let_happen(services, due, _falls_due(due), max([due.falls_due_at, *latest]))


def _falls_due(invoice: Invoice) -> str:
    if invoice.status is Status.PROCESSING_PAYMENT:
        return "return" if invoice.returns_with else "settle"
    return "expire"


# Steps


def check_allowed(services: Services, action: str, invoice: Invoice) -> None:
    """Raise `Refused` unless the contract's lifecycle table allows the action in the invoice's status."""
    contract = services.setup.contract
    targets(contract.lifecycles["invoice"], contract, action, invoice.status.label, invoice.id)


def drafted(services: Services, merchant_id: str, change: InvoiceChange) -> Invoice:
    """A draft with all its references, not stored yet. Raises `Refused`: INV-REFERENCE."""
    draft = with_changes(
        NEW_DRAFT,
        id=services.setup.ids.new(),
        merchant_id=merchant_id,
        created_at=services.now(),
        terms=_terms(services, NO_TERMS, change),
    )
    return _with_references(services, draft, change)


def _terms(services: Services, before: Terms, change: InvoiceChange) -> Terms:
    """The terms with what is said of them; new lines get their ids."""
    new_id, lines = services.setup.ids.new, change.fields.get("line_items", before.line_items)
    identified = tuple([line if line.id else with_changes(line, id=new_id()) for line in lines])
    return with_changes(before, **{**change.fields, "line_items": identified})


def _with_references(services: Services, invoice: Invoice, change: InvoiceChange) -> Invoice:
    """The invoice with everything its ids stand for, as it is now. Raises `Refused`: INV-REFERENCE."""
    terms = invoice.terms
    card = _referenced(services, PROCESSORS, invoice, terms.card_processor_id, "cardPaymentProcessorId")
    _check_kind(card, "card", "cardPaymentProcessorId")
    ach = _referenced(services, PROCESSORS, invoice, terms.ach_processor_id, "achPaymentProcessorId")
    _check_kind(ach, "ach", "achPaymentProcessorId")
    contact_info = _referenced(services, CONTACT_INFOS, invoice, terms.contact_info_id, "merchantContactInfoId")
    customer = _customer(services, invoice, change)
    customer_id = customer.id if customer else None
    return with_changes(
        invoice,
        terms=terms if terms.customer_id == customer_id else with_changes(terms, customer_id=customer_id),
        customer=customer,
        contact_info=contact_info,
        card_surcharge_percentage=card.surcharge_percentage if card else ZERO,
    )


def _customer(services: Services, invoice: Invoice, change: InvoiceChange) -> Customer | None:
    """The customer meant by an id, with the fields given beside it; a new one when fields come without an id."""
    given = change.customer
    named = change.fields.get("customer_id") or (given.id if given else None) or invoice.terms.customer_id
    if named is None and given is None:
        return None
    if named is None and invoice.customer is not None and "customer_id" not in change.fields:
        named = invoice.customer.id
    if named is None:
        customer = Customer(services.setup.ids.new(), invoice.merchant_id, _details(NO_DETAILS, given))
        services.work.records(CUSTOMERS).add(customer)
        return customer
    found = _referenced(services, CUSTOMERS, invoice, named, "customerId")
    kept = invoice.customer if invoice.customer and found and invoice.customer.id == found.id else found
    return with_changes(kept, details=_details(kept.details, given)) if kept else None


def _details(before: CustomerDetails, change: CustomerChange | None) -> CustomerDetails:
    return with_changes(before, **change.fields) if change else before


Owned = TypeVar("Owned", Customer, ContactInfo, Processor)


def _referenced(
    services: Services, collection: Collection[Owned], invoice: Invoice, record_id: str | None, member: str
) -> Owned | None:
    if record_id is None:
        return None
    found = services.work.records(collection).get(record_id.lower())
    if found is None or found.merchant_id != invoice.merchant_id:
        raise _unknown(member, record_id)
    return found


def _check_kind(processor: Processor | None, kind: str, member: str) -> None:
    if processor is not None and processor.kind != kind:
        raise _unknown(member, processor.id)


def _unknown(member: str, record_id: str) -> Refused:
    message = "names nothing this merchant has."
    violation = Violation(message, pointer=f"/{member}", rule="INV-REFERENCE")
    return Refused("INV-REFERENCE", violation.sentence, violations=[violation], entity_id=record_id)


def check_total(services: Services, invoice: Invoice) -> None:
    """Raise `Refused` (INV-TOTAL-RANGE) for figures that JSON numbers don't keep exactly."""
    maximum = services.setup.largest_total
    if max(invoice.amounts.sub_total, invoice.amounts.total) > maximum:
        message = f"must not add up to more than {maximum}."
        raise _broken([("INV-TOTAL-RANGE", "/lineItems", message)])


def check_publishable(invoice: Invoice) -> None:
    """Raise `Refused` (INV-PUBLISH-LINES, INV-PUBLISH-TOTAL) for an invoice that nobody could pay."""
    if not invoice.terms.line_items:
        message = "must not be empty when an invoice is published."
        raise _broken([("INV-PUBLISH-LINES", "/lineItems", message)])
    if invoice.amounts.total <= ZERO:
        message = "must add up to more than zero when an invoice is published."
        raise _broken([("INV-PUBLISH-TOTAL", "/lineItems", message)])


def _check_card(services: Services, payment: CardPayment) -> None:
    month, year = payment.expiration_month, payment.expiration_year
    wrong: list[tuple[str, str, str]] = []
    if not payments.is_card_number(payment.account_number):
        wrong.append(("INV-CARD-NUMBER", "/accountNumber", "is not a valid card number."))
    if not payments.is_unexpired(year, month, services.now()):
        wrong.append(
            ("INV-CARD-EXPIRY", "/expirationMonth", "must be that of a month which is not over, with its year.")
        )
    if not payments.is_security_code(payment.security_code):
        wrong.append(("INV-CARD-CVV", "/securityCode", "must have 3 or 4 digits."))
    if wrong:
        raise _broken(wrong)


def _check_ach(payment: AchPayment) -> None:
    checks = (
        (payments.is_routing_number(payment.routing_number), "INV-ACH-ROUTING", "/routingNumber",
         "is not a valid ABA routing number."),
        (payments.is_account_number(payment.account_number), "INV-ACH-ACCOUNT", "/accountNumber",
         "must have 4 to 17 digits."),
        (payment.is_authorized, "INV-ACH-AUTHORIZATION", "/authorizeBankWithdrawal",
         "must be true."),
        (payment.has_holder, "INV-ACH-HOLDER", "/firstName",
         "must be given together with a last name, or else a company name."),
    )  # fmt: skip
    wrong = [(rule, pointer, message) for holds, rule, pointer, message in checks if not holds]
    if wrong:
        raise _broken(wrong)


def _broken(wrong: list[tuple[str, str, str]], entity_id: str | None = None) -> Refused:
    violations = [Violation(message, pointer=pointer, rule=rule) for rule, pointer, message in wrong]
    return Refused(wrong[0][0], " ".join(each.sentence for each in violations), violations, entity_id=entity_id)


def _expires_at(services: Services, invoice: Invoice) -> datetime | None:
    after, due = services.setup.expires_after, invoice.terms.due_date
    if after is None or due is None:
        return None
    try:
        return due + after
    except OverflowError:
        return None  # the calendar ends before


def _merchant(services: Services, merchant_id: str) -> Merchant:
    return services.work.records(MERCHANTS).get(merchant_id) or Merchant(merchant_id, name="Merchant")


def next_number(services: Services, merchant_id: str) -> str:
    """Count up the merchant's invoice numbers."""
    merchants = services.work.records(MERCHANTS)
    merchant = _merchant(services, merchant_id)
    counted = with_changes(merchant, last_number=merchant.last_number + 1)
    if merchant.version:
        merchants.replace(counted)
    else:
        merchants.add(counted)
    return f"INV-{counted.last_number:06d}"


def _add(services: Services, invoice: Invoice, action: str) -> Invoice:
    services.work.records(INVOICES).add(invoice)
    note_creation("invoice", action, invoice.id, invoice.status.label)
    services.setup.agenda.note(invoice.falls_due_at)
    _tell(services, messages.CREATED, invoice)
    return invoice


def _save(services: Services, invoice: Invoice) -> Invoice:
    services.work.records(INVOICES).replace(invoice)
    note_arrival("invoice", invoice.id, invoice.status.label)
    services.setup.agenda.note(invoice.falls_due_at)
    if invoice.status is Status.PAID:  # which is stored once: nothing changes a paid invoice but its refund
        _tell(services, messages.PAID, invoice)
    return invoice


def _tell(services: Services, event_type: str, invoice: Invoice) -> None:
    services.setup.outbox.event(
        services.work,
        event_type,
        at=invoice.history[-1].at,
        merchant_id=invoice.merchant_id,
        resource_type=messages.RESOURCE_TYPE,
        resource_id=invoice.id,
    )
