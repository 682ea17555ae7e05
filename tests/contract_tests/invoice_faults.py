"""Single faults around the mock's invoices, each with the check that must find it and the rule it must name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from contract_tests.examiner import Examiner
from contract_tests.suites import (
    test_amounts,
    test_concurrency,
    test_documents,
    test_idempotency,
    test_lifecycle,
    test_listing,
    test_payments,
    test_references,
    test_rules,
    test_surcharges,
    test_walk,
)
from contract_tests.suites.tracked import Tracked
from mock_server.apis.invoices import handlers, model, payments, pdf, service, wire
from mock_server.apis.invoices.records import INVOICES
from mock_server.core import idempotency
from mock_server.core.records import Condition, Page, Query

Original = Callable[..., Any]
Check = Callable[[Examiner], None]


@dataclass(frozen=True)
class Fault:
    """`place`: what is replaced; `make`: by what, given the original. `check`: that must raise `rule`."""

    name: str
    place: tuple[Any, str]
    make: Callable[[Original], Any]
    check: Check
    rule: str


def cell(action: str, state: str) -> Check:
    return lambda examiner: test_lifecycle.test_cell(examiner, test_lifecycle.LIFECYCLE.cell(action, state))


def bad(rule: str) -> Check:
    operation_id = test_payments.ACH if "ACH" in rule else test_payments.CARD
    field, cases = {**test_payments.BAD_CARDS, **test_payments.BAD_ACCOUNTS}[rule]
    return lambda examiner: test_payments.test_bad_payments_are_refused(examiner, operation_id, rule, field, cases)


def lets(action: str) -> Callable[[Original], Any]:
    """An action that the lifecycle does not stop."""

    def made(original: Original) -> Any:
        def check_allowed(services: Any, asked: str, invoice: Any) -> None:
            if asked != action:
                original(services, asked, invoice)

        return check_allowed

    return made


def always(value: Any) -> Callable[[Original], Any]:
    return lambda original: lambda *args, **kwargs: value


def ends_with(change: Callable[[Any], Any]) -> Callable[[Original], Any]:
    """Does what it should, and then changes what it returns."""
    return lambda original: lambda *args, **kwargs: change(original(*args, **kwargs))


def listing(change: Callable[[Query], Query]) -> Callable[[Original], Any]:
    return lambda original: lambda services, merchant_id, query: original(services, merchant_id, change(query))


def no_history(invoice: Any) -> Any:
    return replace(invoice, history=invoice.history[:-1])


def reversed_history(value: Any) -> Any:
    return {**value, "history": value["history"][::-1]}


def open_ends(query: Query) -> Query:
    return replace(query, where=[replace(each, operator=each.operator.rstrip("=") or "=") for each in query.where])


def tolerant_payment(original: Original) -> Any:
    def pay(services: Any, merchant_id: str, invoice_id: str, payment: Any) -> Any:
        total = service.get(services, merchant_id, invoice_id).amounts.total
        if abs(payment.total_amount - total) <= Decimal("0.01"):
            payment = replace(payment, total_amount=total)
        return original(services, merchant_id, invoice_id, payment)

    return pay


def canceling_the_latest(original: Original) -> Any:
    def cancel(services: Any, merchant_id: str, invoice_id: str) -> Any:
        canceled = original(services, merchant_id, invoice_id)
        mine = Query((Condition("merchant", "=", merchant_id),), order_by="created_at", ascending=False, limit=1)
        records = services.work.records(INVOICES)
        latest = records.find(mine).items[0]
        if latest.id != invoice_id:
            records.replace(model.happened(latest, "canceled", services.moment()))
        return canceled

    return cancel


def half_even(original: Original) -> Any:
    return lambda amount: amount.quantize(Decimal("0.01"), rounding=ROUND_HALF_EVEN)


def terms_anew(original: Original) -> Any:
    return lambda services, before, change: original(services, model.Terms(), change)


def keeping_terms(original: Original) -> Any:
    def update(services: Any, merchant_id: str, invoice_id: str, change: Any) -> Any:
        found = service.get(services, merchant_id, invoice_id)
        kept = {"additional_notes": found.terms.additional_notes, "tax_percentage": found.terms.tax_percentage}
        return original(services, merchant_id, invoice_id, replace(change, fields={**kept, **change.fields}))

    return update


def with_holder(original: Original) -> Any:
    return lambda payment: original(replace(payment, has_holder=True))


def with_consent(original: Original) -> Any:
    def send(services: Any, merchant_id: str, invoice_id: str, phone: str | None, *, has_consent: bool) -> Any:
        return original(services, merchant_id, invoice_id, phone, has_consent=True)

    return send


def anyones(original: Original) -> Any:
    """A record of whichever merchant will do."""

    def referenced(services: Any, collection: Any, invoice: Any, record_id: str | None, member: str) -> Any:
        found = services.work.records(collection).get(record_id.lower()) if record_id else None
        return found or original(services, collection, invoice, record_id, member)

    return referenced


def one_merchants(original: Any) -> Any:
    return classmethod(
        lambda cls, merchant_id, method, path, key, body: original.__func__(cls, "all", method, path, key, body)
    )


def unjudged(original: Original) -> Any:
    """A key that comes again with another body is answered like the first time."""

    def earlier_answer(call: Any, work: Any) -> Any:
        kept = work.records(idempotency.KEPT_ANSWERS).get(call.id)
        return original(replace(call, fingerprint=kept.fingerprint), work) if kept else None

    return earlier_answer


def three_lines(original: Any) -> Any:
    """The figures of the first three lines alone."""

    def amounts(invoice: Any) -> Any:
        terms = replace(invoice.terms, line_items=invoice.terms.line_items[:3])
        return original.fget(replace(invoice, terms=terms))

    return property(amounts)


def surcharged(invoice: Any) -> Any:
    return invoice.card_surcharge_percentage


def walks(examiner: Examiner) -> None:
    test_walk.test_walks(examiner)


def by_range(name: str) -> Check:
    return lambda examiner: test_listing.test_ranges_include_both_ends(examiner, name)


def races(name: str) -> Check:
    return lambda examiner: test_concurrency.test_races_end_as_in_some_order(examiner, name)


def publishing(rule: str, cases: Sequence[Any]) -> Check:
    return lambda examiner: test_rules.test_what_nobody_could_pay_is_not_published(examiner, rule, cases)


def paid(way: str) -> Check:
    return lambda examiner: test_surcharges.test_the_surcharge_goes_with_the_way_of_paying(
        examiner, test_surcharges.WAYS[way]
    )


STATE = (service, "check_allowed")
FAULTS = [
    Fault(
        "published are deleted", STATE, lets("deleteInvoice"), cell("deleteInvoice", "Published"), "INV-DELETE-STATE"
    ),
    Fault("drafts are canceled", STATE, lets("cancelInvoice"), cell("cancelInvoice", "Draft"), "INV-CANCEL-STATE"),
    Fault(
        "canceled are paid",
        STATE,
        lets("markInvoiceAsPaid"),
        cell("markInvoiceAsPaid", "Canceled"),
        "INV-MARK-PAID-STATE",
    ),
    Fault("published twice", STATE, lets("publishInvoice"), cell("publishInvoice", "Published"), "INV-PUBLISH-STATE"),
    Fault(
        "drafts are printed", STATE, lets("downloadInvoicePdf"), cell("downloadInvoicePdf", "Draft"), "INV-PDF-STATE"
    ),
    Fault("paid are expired", STATE, lets("expire"), cell("expire", "Paid"), "INV-EXPIRES"),
    Fault("drafts are refunded", STATE, lets("refund"), cell("refund", "Draft"), "INV-REFUND"),
    Fault("canceled are updated", STATE, lets("updateInvoice"), cell("updateInvoice", "Canceled"), "INV-UPDATE-STATE"),
    Fault("paid are told of", STATE, lets("sendInvoiceSms"), cell("sendInvoiceSms", "Paid"), "INV-SMS-STATE"),
    Fault("two win", STATE, lets("cancelInvoice"), races("cancel or mark"), "INV-CANCEL-STATE"),
    Fault(
        "canceled is expired",
        (model, "canceled"),
        ends_with(lambda invoice: replace(invoice, status=model.Status.EXPIRED)),
        cell("cancelInvoice", "Published"),
        "INV-CANCEL-STATE",
    ),
    Fault(
        "cancel is forgotten",
        (model, "canceled"),
        ends_with(no_history),
        cell("cancelInvoice", "Published"),
        "INV-HISTORY",
    ),
    Fault(
        "SMS is forgotten",
        (model, "sms_sent"),
        ends_with(no_history),
        cell("sendInvoiceSms", "Published"),
        "INV-HISTORY",
    ),
    Fault(
        "newest first",
        (wire, "invoice_json"),
        ends_with(reversed_history),
        cell("cancelInvoice", "Published"),
        "INV-HISTORY",
    ),
    Fault(
        "another one is canceled",
        (service, "cancel"),
        canceling_the_latest,
        cell("cancelInvoice", "Published"),
        "SCHEMA:cancelInvoice:target",
    ),
    Fault(
        "one and another are canceled", (service, "cancel"), canceling_the_latest, walks, "SCHEMA:cancelInvoice:target"
    ),
    Fault(
        "the method is forgotten",
        (model, "marked_as_paid"),
        ends_with(lambda invoice: replace(invoice, payment_method=None)),
        lambda examiner: test_rules.test_the_method_is_kept_as_it_was_given(examiner, {"paymentMethodTypeId": 2}),
        "INV-MARK-PAID-FIELDS",
    ),
    Fault(
        "no payment date",
        (model, "marked_as_paid"),
        ends_with(lambda invoice: replace(invoice, payment_date=None)),
        cell("markInvoiceAsPaid", "Published"),
        "INV-MARK-PAID-FIELDS",
    ),
    Fault(
        "paid on the day of issue before",
        (model, "paid_by_card"),
        ends_with(lambda invoice: replace(invoice, payment_date=invoice.payment_date - timedelta(days=1))),
        cell("submitInvoice", "Published"),
        "INV-CARD-FIELDS",
    ),
    Fault(
        "a new number when updated",
        (model, "updated"),
        ends_with(lambda invoice: replace(invoice, number=invoice.number and "X" + invoice.number)),
        cell("updateInvoice", "Published"),
        "SCHEMA:updateInvoice:number",
    ),
    Fault(
        "every card is approved",
        (payments.Processing, "charge"),
        always(payments.CardAnswer(is_approved=True, code="00", reason="Approved")),
        test_payments.test_a_declined_card_leaves_the_invoice_open,
        "INV-CARD-DECLINE",
    ),
    Fault(
        "no transaction",
        (model, "paid_by_card"),
        ends_with(lambda invoice: replace(invoice, transaction_id=None)),
        cell("submitInvoice", "Published"),
        "INV-CARD-FIELDS",
    ),
    Fault(
        "a cent is no matter",
        (service, "pay_by_card"),
        tolerant_payment,
        lambda examiner: test_payments.test_exactly_the_total_is_paid(examiner, Decimal("59.97")),
        "INV-CARD-AMOUNT",
    ),
    Fault(
        "no check digit",
        (payments, "is_card_number"),
        lambda original: lambda number: bool(payments._CARD.fullmatch(number or "")),
        bad("INV-CARD-NUMBER"),
        "INV-CARD-NUMBER",
    ),
    Fault(
        "long security codes",
        (payments, "is_security_code"),
        lambda original: lambda code: len(code or "") >= 3,
        bad("INV-CARD-CVV"),
        "INV-CARD-CVV",
    ),
    Fault(
        "expired a month early",
        (payments, "is_unexpired"),
        lambda original: lambda year, month, now: original(year, month, now) and (year, month) > (now.year, now.month),
        test_payments.test_a_card_is_good_to_the_end_of_its_month,
        "INV-CARD-EXPIRY",
    ),
    Fault(
        "no ABA",
        (payments, "is_routing_number"),
        lambda original: lambda number: len(number or "") == 9,
        bad("INV-ACH-ROUTING"),
        "INV-ACH-ROUTING",
    ),
    Fault(
        "long accounts",
        (payments, "is_account_number"),
        lambda original: lambda number: len(number or "") >= 4,
        bad("INV-ACH-ACCOUNT"),
        "INV-ACH-ACCOUNT",
    ),
    Fault("nobody's account", (service, "_check_ach"), with_holder, bad("INV-ACH-HOLDER"), "INV-ACH-HOLDER"),
    Fault(
        "settled a day early",
        (model, "after_business_days"),
        lambda original: lambda start, days: original(start, days - 1),
        lambda examiner: test_payments.test_the_bank_settles_some_business_days_later(examiner, False, "businessDays"),
        "INV-ACH-SETTLES",
    ),
    Fault(
        "returned with its transaction",
        (model, "ach_returned"),
        lambda original: (
            lambda invoice, *rest: replace(original(invoice, *rest), transaction_id=invoice.transaction_id)
        ),
        cell("return", "ProcessingPayment"),
        "INV-ACH-RETURNS",
    ),
    Fault(
        "no lines",
        (service, "check_publishable"),
        always(None),
        publishing("INV-PUBLISH-LINES", test_rules.NO_LINES),
        "INV-PUBLISH-LINES",
    ),
    Fault(
        "no total",
        (service, "check_publishable"),
        always(None),
        publishing("INV-PUBLISH-TOTAL", test_rules.NO_TOTAL),
        "INV-PUBLISH-TOTAL",
    ),
    Fault(
        "published as if new",
        (service, "_terms"),
        terms_anew,
        test_rules.test_the_lines_of_the_request_decide,
        "INV-PUBLISH-MERGE",
    ),
    Fault("an update that keeps", (service, "update"), keeping_terms, walks, "SCHEMA:updateInvoice:taxPercentage"),
    Fault(
        "one number",
        (service, "next_number"),
        always("INV-000001"),
        test_rules.test_numbers_and_tokens_are_given_once,
        "INV-PUBLISH-FIELDS",
    ),
    Fault(
        "no customer",
        (service, "_customer"),
        always(None),
        lambda examiner: test_references.test_a_customer_without_id_becomes_one(examiner, Tracked.draft),
        "INV-CUSTOMER-CREATED",
    ),
    Fault(
        "told without consent",
        (service, "send_sms"),
        with_consent,
        test_rules.test_nobody_is_told_without_consent,
        "INV-SMS-CONSENT",
    ),
    Fault(
        "others' records",
        (service, "_referenced"),
        anyones,
        test_references.test_ids_must_name_own_records_of_their_kind,
        "INV-REFERENCE",
    ),
    Fault(
        "cards by ACH",
        (service, "_check_kind"),
        always(None),
        test_references.test_ids_must_name_own_records_of_their_kind,
        "INV-REFERENCE",
    ),
    Fault(
        "an empty document",
        (pdf, "render"),
        always(b"%PDF-1.4\n"),
        test_documents.test_the_document_is_a_pdf_in_either_form,
        "INV-PDF-CONTENT",
    ),
    Fault(
        "no total in the document",
        (pdf, "render"),
        lambda original: lambda document: original(replace(document, total=Decimal(0))),
        test_documents.test_the_document_shows_what_the_invoice_says,
        "INV-PDF-CONTENT",
    ),
    Fault(
        "one document",
        (pdf, "render"),
        always(b"%PDF-1.4\n/Page %%EOF"),
        test_documents.test_the_document_is_that_of_the_invoice,
        "INV-PDF-CONTENT",
    ),
    Fault("open ends", (service, "find"), listing(open_ends), by_range("dueDate"), "INV-LIST-FILTER"),
    Fault(
        "zones are no matter",
        (wire, "from_text"),
        lambda original: lambda text: original(text[:19] + "Z" if len(text) > 19 else text),
        test_rules.test_a_due_date_is_an_instant,
        "SCHEMA:createInvoice:dueDate",
    ),
    Fault(
        "nobody's name in the list",
        (wire, "_list_item_json"),
        ends_with(lambda item: {**item, "customerName": None}),
        lambda examiner: test_listing.test_pages_are_a_partition(examiner, 100),
        "SCHEMA:listInvoices:item",
    ),
    Fault(
        "the page is the total",
        (service, "find"),
        ends_with(lambda page: Page(page.items, len(page.items))),
        lambda examiner: test_listing.test_pages_are_a_partition(examiner, 3),
        "INV-LIST-TOTAL",
    ),
    Fault(
        "always ascending",
        (service, "find"),
        listing(lambda query: replace(query, ascending=True)),
        lambda examiner: test_listing.test_orders(examiner, "totalAmount", False),
        "INV-LIST-ORDER",
    ),
    Fault(
        "pages overlap",
        (service, "find"),
        listing(lambda query: replace(query, offset=max(0, query.offset - 1))),
        lambda examiner: test_listing.test_pages_are_a_partition(examiner, 3),
        "INV-LIST-PAGES",
    ),
    Fault(
        "another size",
        (service, "find"),
        listing(lambda query: replace(query, limit=25 if query.limit == 20 else query.limit)),
        test_listing.test_what_is_not_said_has_a_default,
        "INV-LIST-PAGES",
    ),
    Fault(
        "a percent sign is anything",
        (service, "find"),
        listing(lambda query: replace(query, search=(query.search or "").partition("%")[0] or None)),
        test_listing.test_search_takes_every_character_as_itself,
        "INV-LIST-SEARCH",
    ),
    Fault(
        "the status is no filter",
        (service, "find"),
        listing(lambda query: replace(query, where=[each for each in query.where if each.column != "status"])),
        test_listing.test_combinations,
        "INV-LIST-FILTER",
    ),
    Fault(
        "no largest total",
        (service, "check_total"),
        always(None),
        test_surcharges.test_nothing_amounts_to_more_than_a_number_keeps,
        "INV-TOTAL-RANGE",
    ),
    Fault("three lines at most", (model.Invoice, "amounts"), three_lines, test_amounts.test_figures, "INV-AMOUNTS"),
    Fault(
        "surcharge for all",
        (model.Invoice, "surcharge_percentage"),
        lambda original: property(surcharged),
        paid("settled"),
        "INV-SURCHARGE",
    ),
    Fault(
        "half even",
        (model, "to_cents"),
        half_even,
        lambda examiner: test_amounts.test_halves_are_rounded_up(examiner, 0),
        "INV-AMOUNTS",
    ),
    Fault(
        "every method is saved",
        (handlers, "_outcome"),
        lambda original: lambda outcome: original(replace(outcome, saved_payment_method=True)),
        lambda examiner: test_payments.test_a_method_is_saved_where_it_is_asked_for_and_paid_with(
            examiner, test_payments.CARD, {}, True
        ),
        "INV-SAVE-METHOD",
    ),
    Fault(
        "another body will do",
        (idempotency.RepeatableCall, "earlier_answer"),
        unjudged,
        lambda examiner: test_idempotency.test_a_key_is_for_one_body(examiner, "updateInvoice"),
        "INV-IDEMPOTENCY-CONFLICT",
    ),
    Fault(
        "keys of all merchants",
        (idempotency.RepeatableCall, "of"),
        one_merchants,
        test_idempotency.test_a_key_is_one_merchants,
        "INV-IDEMPOTENCY-REPLAY",
    ),
]
