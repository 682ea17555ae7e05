"""Paying invoices: which cards and accounts are taken, what a payment sets, and what the bank makes of it later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from contract_tests import bodies
from contract_tests.broken import Broken, Difference
from contract_tests.examiner import Examiner, contract
from contract_tests.models.invoice import ask
from contract_tests.suites.cases import business_days_later, each_case, fixture, off_by_one, server_time, with_luhn
from contract_tests.suites.tracked import Tracked
from contract_tests.workshop import Invoices, must_succeed

INVOICES = contract("invoices")
CARD, ACH = "submitInvoice", "submitInvoiceAch"
CENT = Decimal("0.01")
pytestmark = pytest.mark.priority(20)

Changes = Mapping[str, Any]
LEFT_OUT = object()
"""Stands for a member that is not sent at all."""


def opened(examiner: Examiner, **changes: Any) -> Tracked:
    """A published invoice, read and held to the model."""
    made = Tracked.published(Invoices(examiner), **changes)
    made.look("publishInvoice")
    return made


def changed(invoice: Tracked, operation_id: str, changes: Changes) -> dict[str, Any]:
    """A good payment with changes."""
    body = {**(invoice.good(operation_id) or {}), **changes}
    return {name: value for name, value in body.items() if value is not LEFT_OUT}


def fewest(rule: str) -> int:
    return int(INVOICES.limit(rule, "minimumDigits"))


def most(rule: str) -> int:
    return int(INVOICES.limit(rule, "maximumDigits"))


NUMBERS = "INV-CARD-NUMBER"
GOOD_NUMBERS = [with_luhn("4" + "2" * (length - 2)) for length in (fewest(NUMBERS), 13, 16, most(NUMBERS))]
BAD_CARDS: dict[str, tuple[str, Sequence[Changes]]] = {
    NUMBERS: (
        "AccountNumber",
        [
            {"accountNumber": LEFT_OUT},
            {"accountNumber": None},
            {"accountNumber": ""},
            {"accountNumber": off_by_one(bodies.APPROVED_CARD)},
            {"accountNumber": with_luhn("4" + "2" * (fewest(NUMBERS) - 3))},
            {"accountNumber": with_luhn("4" + "2" * (most(NUMBERS) - 1))},
            {"accountNumber": "4111 1111 1111 1111"},
            {"accountNumber": "4111-1111-1111-1111"},
            {"accountNumber": "４１１１１１１１１１１１１１１１"},
            {"accountNumber": "2411111111111111"},
        ],
    ),
    "INV-CARD-CVV": (
        "SecurityCode",
        [
            *({"securityCode": value} for value in (LEFT_OUT, None, "", "12", "12345", "12a", "1 3", "-12")),
        ],
    ),
}
BAD_ACCOUNTS: dict[str, tuple[str, Sequence[Changes]]] = {
    "INV-ACH-ROUTING": (
        "RoutingNumber",
        [
            *({"routingNumber": value} for value in (LEFT_OUT, None, "", "02100002", "0210000210", "02100002a")),
            {"routingNumber": off_by_one(bodies.GOOD_ROUTING_NUMBER)},
            {"routingNumber": "201000021"},
        ],
    ),
    "INV-ACH-ACCOUNT": (
        "AccountNumber",
        [
            *({"accountNumber": value} for value in (LEFT_OUT, None, "", "12345a", "1234 5678", "-12345")),
            {"accountNumber": "1" * (fewest("INV-ACH-ACCOUNT") - 1)},
            {"accountNumber": "1" * (most("INV-ACH-ACCOUNT") + 1)},
        ],
    ),
    "INV-ACH-AUTHORIZATION": (
        "AuthorizeBankWithdrawal",
        [{"authorizeBankWithdrawal": LEFT_OUT}, {"authorizeBankWithdrawal": False}],
    ),
    "INV-ACH-HOLDER": (
        "FirstName|LastName|CompanyName",
        [
            {"firstName": LEFT_OUT, "lastName": LEFT_OUT},
            {"firstName": None, "lastName": None, "companyName": None},
            {"firstName": LEFT_OUT},
            {"lastName": LEFT_OUT},
        ],
    ),
}
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
        require_unsaid(answer.body, body, operation_id)


GOOD: Sequence[tuple[str, str, Sequence[Changes]]] = [
    (CARD, NUMBERS, [{"accountNumber": number} for number in GOOD_NUMBERS]),
    (CARD, "INV-CARD-CVV", [{"securityCode": "000"}, {"securityCode": "1234"}]),
    (ACH, "INV-ACH-ROUTING", [{"routingNumber": each} for each in fixture("bank_accounts.yaml")["routingNumbers"]]),
    (
        ACH,
        "INV-ACH-ACCOUNT",
        [{"accountNumber": "1" * length} for length in (fewest("INV-ACH-ACCOUNT"), most("INV-ACH-ACCOUNT"))],
    ),
    (
        ACH,
        "INV-ACH-HOLDER",
        [
            {"firstName": LEFT_OUT, "lastName": LEFT_OUT, "companyName": "Byron Ropes"},
            {"firstName": None, "companyName": "Byron Ropes"},
        ],
    ),
]


@pytest.mark.parametrize(
    ("operation_id", "rule", "cases"),
    [pytest.param(*each, id=each[1], marks=[pytest.mark.proves(each[1]), pytest.mark.about(each[0])]) for each in GOOD],
)
def test_good_payments_are_taken(examiner: Examiner, operation_id: str, rule: str, cases: Sequence[Changes]) -> None:
    for changes in each_case(examiner, cases):
        invoice = opened(examiner)
        body = changed(invoice, operation_id, changes)
        answer = must_succeed(invoice.send(operation_id, body), operation_id, rule)
        require_unsaid(str(invoice.invoices.get(invoice.id)).encode(), body, operation_id)
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


def wait(examiner: Examiner, invoice: Tracked, business_days: int, rule: str) -> None:
    """Let the days pass; on the day before the payment must still be in process."""
    submitted = server_time(invoice)
    day = business_days_later(submitted.astimezone(UTC), business_days).replace(hour=0, minute=0, second=0)
    spare = timedelta(minutes=10)
    if day - spare > submitted:
        advance(examiner, submitted, day - spare)
        invoice.require_unchanged("settle", rule)
        submitted = day - spare
    advance(examiner, submitted, day + timedelta(days=1) + spare)


def advance(examiner: Examiner, start: datetime, end: datetime) -> None:
    examiner.advance(f"PT{int((end - start).total_seconds())}S", "what happens with time")


def happens(invoice: Tracked, event: str) -> None:
    """It must have happened by itself."""
    outcome = ask(INVOICES, invoice.known, event)
    cell = invoice.invoices.lifecycle.cell(event, invoice.state)
    invoice.known = outcome.known
    invoice.look(event, cell.rule)


def require_unsaid(text: bytes, body: Changes, operation_id: str) -> None:
    """What is never kept or shown: numbers beyond their last four digits, and security codes."""
    number = str(body.get("accountNumber") or "")
    if len(number) >= 8 and number.isascii() and number.encode() in text:
        difference = Difference("", "at most the last four digits", "the whole number")
        message = "the number of a card or an account is never kept or shown"
        raise Broken(f"SCHEMA:{operation_id}:secrets", message, [difference], operation_id=operation_id)
