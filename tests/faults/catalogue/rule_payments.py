"""Payments that the rules refuse, or take, or that come to something else than they say."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from mock_server.apis.invoices import handlers, model, payments, service
from tests.faults.fault import Fault, Kind, Original, replaced
from tests.faults.replacing import ends_with

rule = partial(Fault, Kind.RULE)


def bad(name: str) -> str:
    return f"test_payments.py::test_bad_payments_are_refused[{name}]"


def good(name: str) -> str:
    return f"test_payments.py::test_good_payments_are_taken[{name}]"


def tolerant(original: Original) -> Any:
    """A cent more or less is no matter."""

    def pay(services: Any, merchant_id: str, invoice_id: str, payment: Any) -> Any:
        total = service.get(services, merchant_id, invoice_id).amounts.total
        if abs(payment.total_amount - total) <= Decimal("0.01"):
            payment = replace(payment, total_amount=total)
        return original(services, merchant_id, invoice_id, payment)

    return pay


def rounded(original: Original) -> Any:
    """Thousandths of what is paid don't count."""

    def pay(services: Any, merchant_id: str, invoice_id: str, payment: Any) -> Any:
        amount = payment.total_amount.quantize(Decimal("0.01"))
        return original(services, merchant_id, invoice_id, replace(payment, total_amount=amount))

    return pay


def with_holder(original: Original) -> Any:
    return lambda payment: original(replace(payment, has_holder=True))


def first_of_both(original: Original) -> Any:
    """The second thing that is wrong with a card is not told."""
    return lambda wrong, *rest: original(wrong[:1], *rest)


def late_month(original: Original) -> Any:
    """A card is good for a month more."""

    def is_unexpired(year: Any, month: Any, now: Any) -> Any:
        return original(year, month, now) or original(year, month, now.replace(day=1) - timedelta(days=1))

    return is_unexpired


def early_month(original: Original) -> Any:
    return lambda year, month, now: original(year, month, now) and (year, month) > (now.year, now.month)


def every_day(original: Original) -> Any:
    """Banks work on Saturdays and Sundays, too."""
    return lambda start, days: start.astimezone(UTC) + timedelta(days=days)


def processor_errors_pass(original: Original) -> Any:
    """Only what the bank itself declines is declined."""

    def charge(self: Any, number: str) -> Any:
        answer = original(self, number)
        return replace(answer, is_approved=True) if answer.code in {"91", "96"} else answer

    return charge


def eight_digits(original: Original) -> Any:
    return lambda number: number[-8:]


FAULTS = (
    rule("a cent is no matter", "submitInvoice", replaced(service, "pay_by_card", tolerant),
         "test_payments.py::test_exactly_the_total_is_paid[59.97]", "INV-CARD-AMOUNT"),
    rule("thousandths are no matter", "submitInvoice", replaced(service, "pay_by_card", rounded),
         "test_payments.py::test_exactly_the_total_is_paid[0.01]", "INV-CARD-AMOUNT"),
    rule("no check digit", "submitInvoice",
         replaced(payments, "is_card_number",
                  lambda original: lambda number: bool(payments._CARD.fullmatch(number or ""))),
         bad("INV-CARD-NUMBER"), "INV-CARD-NUMBER"),
    rule("long cards are no cards", "submitInvoice",
         replaced(payments, "is_card_number", lambda original: lambda number: original(number) and len(number) < 19),
         good("INV-CARD-NUMBER"), "INV-CARD-NUMBER"),
    rule("long security codes", "submitInvoice",
         replaced(payments, "is_security_code", lambda original: lambda code: len(code or "") >= 3),
         bad("INV-CARD-CVV"), "INV-CARD-CVV"),
    rule("a card ends a month early", "submitInvoice", replaced(payments, "is_unexpired", early_month),
         "test_payments.py::test_a_card_is_good_to_the_end_of_its_month", "INV-CARD-EXPIRY"),
    rule("a card ends a month late", "submitInvoice", replaced(payments, "is_unexpired", late_month),
         "test_payments.py::test_a_card_is_good_to_the_end_of_its_month", "INV-CARD-EXPIRY"),
    rule("no check of routing numbers", "submitInvoiceAch",
         replaced(payments, "is_routing_number", lambda original: lambda number: len(number or "") == 9),
         bad("INV-ACH-ROUTING"), "INV-ACH-ROUTING"),
    rule("long accounts", "submitInvoiceAch",
         replaced(payments, "is_account_number", lambda original: lambda number: len(number or "") >= 4),
         bad("INV-ACH-ACCOUNT"), "INV-ACH-ACCOUNT"),
    rule("nobody's account", "submitInvoiceAch", replaced(service, "_check_ach", with_holder),
         bad("INV-ACH-HOLDER"), "INV-ACH-HOLDER"),
    rule("one thing is told of all that is wrong", "submitInvoice", replaced(service, "_broken", first_of_both),
         "test_payments.py::test_all_that_is_wrong_is_said_at_once[card]", "INV-CARD-NUMBER"),
    rule("banks settle a day early", "submitInvoiceAch",
         replaced(model, "after_business_days", lambda original: lambda start, days: original(start, days - 1)),
         "test_payments.py::test_the_bank_settles_some_business_days_later[three-days]", "INV-ACH-SETTLES"),
    rule("banks work on weekends", "submitInvoiceAch", replaced(model, "after_business_days", every_day),
         "test_payments.py::test_weekends_are_no_business_days", "INV-ACH-SETTLES"),
    rule("nothing is processed faster", "submitInvoiceAch",
         replaced(model, "after_business_days", lambda original: lambda start, days: original(start, 3)),
         "test_payments.py::test_the_bank_settles_some_business_days_later[faster]", "INV-ACH-SETTLES"),
    rule("errors of the processor are payments", "submitInvoice",
         replaced(payments.Processing, "charge", processor_errors_pass),
         "test_payments.py::test_a_declined_card_leaves_the_invoice_open", "INV-CARD-DECLINE"),
    rule("every method is saved", "submitInvoice",
         replaced(handlers, "_outcome",
                  lambda original: lambda outcome: original(replace(outcome, saved_payment_method=True))),
         "test_payments.py::test_a_method_is_saved_where_it_is_asked_for_and_paid_with[card]", "INV-SAVE-METHOD"),
    rule("accounts are never saved", "submitInvoiceAch",
         replaced(service, "pay_by_ach", ends_with(lambda outcome: replace(outcome, saved_payment_method=False))),
         "test_payments.py::test_a_method_is_saved_where_it_is_asked_for_and_paid_with[account]", "INV-SAVE-METHOD"),
    rule("the history shows half the number of a card", "submitInvoice",
         replaced(payments, "shown_end", eight_digits), good("INV-CARD-NUMBER"), "SCHEMA:submitInvoice:secrets"),
)  # fmt: skip
