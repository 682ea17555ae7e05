"""Paying invoices: which cards and accounts are taken, what a payment sets, and what the bank makes of it later."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from contract_tests import bodies
from contract_tests.broken import Broken, Difference
from contract_tests.examiner import Examiner, contract
from contract_tests.suites.banking import happens, require_unsaid, until_friday, wait
from contract_tests.suites.cases import each_case, fixture, server_time
from contract_tests.suites.payment_cases import ACH, BAD_ACCOUNTS, BAD_CARDS, CARD, GOOD, LEFT_OUT, Changes
from contract_tests.suites.tracked import Tracked
from contract_tests.workshop import Invoices, must_succeed

INVOICES = contract("invoices")
CENT = Decimal("0.01")
pytestmark = pytest.mark.priority(20)


def opened(examiner: Examiner, **changes: Any) -> Tracked:
    """A published invoice, read and held to the model."""
    made = Tracked.published(Invoices(examiner), **changes)
    made.look("publishInvoice")
    return made


def changed(invoice: Tracked, operation_id: str, changes: Changes) -> dict[str, Any]:
    """A good payment with changes."""
    body = {**(invoice.good(operation_id) or {}), **changes}
    return {name: value for name, value in body.items() if value is not LEFT_OUT}


BAD = [
    pytest.param(
        operation_id, rule, field, cases, id=rule, marks=[pytest.mark.proves(rule), pytest.mark.about(operation_id)]
    )
    for operation_id, table in ((CARD, BAD_CARDS), (ACH, BAD_ACCOUNTS))
    for rule, (field, cases) in table.items()
]


@pytest.mark.proves("INV-REFUSAL-CHANGES-NOTHING")
@pytest.mark.parametrize(("operation_id", "rule", "field", "cases"), BAD)
def test_bad_payments_are_refused(
    examiner: Examiner, operation_id: str, rule: str, field: str, cases: Sequence[Changes]
) -> None:
    invoice = opened(examiner)
    for changes in each_case(examiner, cases):
        body = changed(invoice, operation_id, changes)
        answer = invoice.refused(operation_id, body, rule, [field])
        require_unsaid(answer.json, body, operation_id)


@pytest.mark.parametrize(
    ("operation_id", "rule", "cases"),
    [pytest.param(*each, id=each[1], marks=[pytest.mark.proves(each[1]), pytest.mark.about(each[0])]) for each in GOOD],
)
def test_good_payments_are_taken(examiner: Examiner, operation_id: str, rule: str, cases: Sequence[Changes]) -> None:
    for changes in each_case(examiner, cases):
        invoice = opened(examiner)
        body = changed(invoice, operation_id, changes)
        answer = must_succeed(invoice.send(operation_id, body), operation_id, rule)
        require_unsaid(invoice.invoices.get(invoice.id), body, operation_id)
        if examiner.control and answer.json["success"] is not True:
            difference = Difference("/success", True, answer.json["success"])
            raise Broken(rule, "the payment is accepted", [difference], operation_id=operation_id)


@pytest.mark.proves("INV-CARD-EXPIRY")
@pytest.mark.about(CARD)
def test_a_card_is_good_to_the_end_of_its_month(examiner: Examiner) -> None:
    invoice = opened(examiner)
    now = server_time(invoice)
    this_month = now.replace(day=1)
    last_month = this_month - timedelta(days=1)
    long_ago = [(last_month.year, last_month.month), (now.year - 1, 12), (now.year - 1, now.month), (now.year - 10, 6)]
    for year, month in each_case(examiner, long_ago):
        body = changed(invoice, CARD, {"expirationYear": year, "expirationMonth": month})
        invoice.refused(CARD, body, "INV-CARD-EXPIRY", ["ExpirationMonth|ExpirationYear"])
    for year, month in each_case(examiner, [(now.year, now.month), (now.year + 1, 1), (now.year, 12)]):
        payable = opened(examiner)
        body = changed(payable, CARD, {"expirationYear": year, "expirationMonth": month})
        must_succeed(payable.send(CARD, body), CARD, "INV-CARD-EXPIRY")


AMOUNTS = [Decimal("0.01"), Decimal("59.97"), Decimal("1000.10"), Decimal("123456.78")]


@pytest.mark.proves("INV-CARD-AMOUNT")
@pytest.mark.about(CARD)
@pytest.mark.parametrize("total", AMOUNTS, ids=str)
def test_exactly_the_total_is_paid(examiner: Examiner, total: Decimal) -> None:
    invoice = opened(examiner, lineItems=[bodies.line("Rope", 1, total)])
    wrong = [total + CENT, total - CENT, total * 10, total + 1, total + Decimal("0.001"), Decimal(0), LEFT_OUT]
    for amount in each_case(examiner, wrong):
        invoice.refused(CARD, changed(invoice, CARD, {"totalAmount": amount}), "INV-CARD-AMOUNT", ["TotalAmount"])
    invoice.act(CARD)


@pytest.mark.proves("INV-CARD-AMOUNT")
@pytest.mark.about(CARD, "updateInvoice")
def test_the_total_to_be_paid_is_that_of_now(examiner: Examiner) -> None:
    invoice = opened(examiner)
    before = invoice.total
    invoice.act("updateInvoice", bodies.invoice(invoice.mark, lineItems=[bodies.line("Rope", 2, 7)]))
    invoice.refused(CARD, changed(invoice, CARD, {"totalAmount": before}), "INV-CARD-AMOUNT")
    invoice.act(CARD)


AT_ONCE = [
    pytest.param(
        CARD,
        ["INV-CARD-NUMBER", "INV-CARD-EXPIRY", "INV-CARD-CVV"],
        {"accountNumber": "1234", "securityCode": "1", "expirationYear": 2019, "expirationMonth": 5},
        ["AccountNumber", "ExpirationMonth|ExpirationYear", "SecurityCode"],
        id="card",
        marks=[pytest.mark.proves("INV-CARD-NUMBER", "INV-CARD-EXPIRY", "INV-CARD-CVV"), pytest.mark.about(CARD)],
    ),
    pytest.param(
        ACH,
        list(BAD_ACCOUNTS),
        {
            "routingNumber": "1",
            "accountNumber": "1",
            "authorizeBankWithdrawal": False,
            "firstName": None,
            "lastName": None,
        },
        ["RoutingNumber", "AccountNumber", "AuthorizeBankWithdrawal", "FirstName|LastName|CompanyName"],
        id="account",
        marks=[pytest.mark.proves(*BAD_ACCOUNTS), pytest.mark.about(ACH)],
    ),
]


@pytest.mark.parametrize(("operation_id", "rules", "changes", "fields"), AT_ONCE)
def test_all_that_is_wrong_is_said_at_once(
    examiner: Examiner, operation_id: str, rules: Sequence[str], changes: Changes, fields: Sequence[str]
) -> None:
    invoice = opened(examiner)
    invoice.refused(operation_id, changed(invoice, operation_id, changes), rules, fields)


DECLINED = [each["number"] for each in fixture("test_cards.yaml")["cards"] if each["outcome"] != "approve"]
APPROVED = [each["number"] for each in fixture("test_cards.yaml")["cards"] if each["outcome"] == "approve"]


@pytest.mark.proves("INV-CARD-DECLINE", "INV-HISTORY")
@pytest.mark.about(CARD)
def test_a_declined_card_leaves_the_invoice_open(examiner: Examiner) -> None:
    invoice = opened(examiner)
    for number in DECLINED:
        invoice.decline(number)
    invoice.act(CARD)


@pytest.mark.proves("INV-CARD-FIELDS", "INV-HISTORY")
@pytest.mark.about(CARD)
@pytest.mark.parametrize("number", range(len(APPROVED)))
def test_an_approved_card_pays(examiner: Examiner, number: int) -> None:
    invoice = opened(examiner)
    invoice.act(CARD, invoice.good(CARD, accountNumber=APPROVED[number]))


@pytest.mark.proves("INV-SAVE-METHOD")
@pytest.mark.parametrize(
    ("operation_id", "changes", "is_success"),
    [
        pytest.param(CARD, {}, True, id="card", marks=pytest.mark.about(CARD)),
        pytest.param(
            CARD, {"accountNumber": bodies.DECLINED_CARD}, False, id="declined", marks=pytest.mark.about(CARD)
        ),
        pytest.param(ACH, {}, True, id="account", marks=pytest.mark.about(ACH)),
    ],
)
def test_a_method_is_saved_where_it_is_asked_for_and_paid_with(
    examiner: Examiner, operation_id: str, changes: Changes, is_success: bool
) -> None:
    for saves in each_case(examiner, (True, False, LEFT_OUT)):
        invoice = opened(examiner)
        body = changed(invoice, operation_id, {**changes, "savePaymentMethod": saves})
        answer = must_succeed(invoice.send(operation_id, body), operation_id)
        expected = {"success": is_success, "paymentMethodCreated": is_success and saves is True}
        differences = [
            Difference(f"/{name}", value, answer.json[name])
            for name, value in expected.items()
            if answer.json[name] is not value
        ]
        if differences:
            rule = (
                "INV-SAVE-METHOD" if differences[-1].pointer != "/success" else _success_rule(operation_id, is_success)
            )
            raise Broken(rule, "the answer tells what came of it", differences, operation_id=operation_id)


def _success_rule(operation_id: str, is_success: bool) -> str:
    return "INV-ACH-FIELDS" if operation_id == ACH else "INV-CARD-FIELDS" if is_success else "INV-CARD-DECLINE"


SETTLING = [
    pytest.param(False, "businessDays", id="three-days"),
    pytest.param(True, "fasterBusinessDays", id="faster"),
]


@pytest.mark.proves("INV-ACH-SETTLES", "INV-ACH-FIELDS")
@pytest.mark.about(ACH)
@pytest.mark.parametrize(("is_faster", "limit"), SETTLING)
def test_the_bank_settles_some_business_days_later(examiner: Examiner, is_faster: bool, limit: str) -> None:
    examiner.require_control("the day on which a bank settles")
    invoice = opened(examiner, achAllowFasterProcessing=is_faster)
    invoice.act(ACH)
    days = int(INVOICES.limit("INV-ACH-SETTLES", limit))
    wait(examiner, invoice, days, "INV-ACH-SETTLES")
    happens(invoice, "settle")


@pytest.mark.proves("INV-ACH-SETTLES")
@pytest.mark.about(ACH)
def test_weekends_are_no_business_days(examiner: Examiner) -> None:
    examiner.require_control("a Friday")
    until_friday(examiner, opened(examiner))
    invoice = opened(examiner)
    invoice.act(ACH)
    wait(examiner, invoice, int(INVOICES.limit("INV-ACH-SETTLES", "businessDays")), "INV-ACH-SETTLES")
    happens(invoice, "settle")


@pytest.mark.proves("INV-ACH-RETURNS", "INV-HISTORY")
@pytest.mark.about(ACH)
def test_the_bank_returns_payments_of_bad_accounts(examiner: Examiner) -> None:
    examiner.require_control("the day on which a bank returns a payment")
    account = next(each["accountNumber"] for each in fixture("bank_accounts.yaml")["accounts"] if each["returnCode"])
    invoice = opened(examiner)
    invoice.act(ACH, invoice.good(ACH, accountNumber=account))
    wait(examiner, invoice, int(INVOICES.limit("INV-ACH-SETTLES", "businessDays")), "INV-ACH-RETURNS")
    happens(invoice, "return")
    invoice.act(ACH)
    invoice.act("settle")
