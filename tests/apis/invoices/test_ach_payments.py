"""Paying from a bank account: which accounts are taken, when a payment settles, and what a returned one leaves."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_server.fixtures import fixture
from tests.apis.invoices.steps import accepted, events, everything, refused, without
from tests.mock import ACH, Invoices, Mock

ACCOUNTS = fixture("bank_accounts")["accounts"]
RETURNED = {each["accountNumber"]: each["returnCode"] for each in ACCOUNTS if each["returnCode"]}
ROUTING_NUMBERS = fixture("bank_accounts")["routingNumbers"]
DAY = timedelta(days=1)
INSTANT = timedelta(milliseconds=1)


@pytest.fixture
def invoice_id(invoices: Invoices) -> str:
    """A published invoice."""
    return invoices.in_status("Published")


def pay(invoices: Invoices, invoice_id: str, **account: Any) -> Any:
    """Pay from the usual account, or one that differs in these members."""
    return invoices.ask("submitInvoiceAch", invoice_id, **account)


# On the way to the bank


def test_a_payment_is_in_process_with_a_transaction_and_no_date(invoices: Invoices, invoice_id: str) -> None:
    before = invoices.get(invoice_id)

    assert accepted(pay(invoices, invoice_id)) == {"success": True, "paymentMethodCreated": False}

    after = invoices.get(invoice_id)
    assert after["transactionId"]
    assert [after[name] for name in ("status", "paymentMethodTypeId", "paymentDate")] == [6, 2, None]
    changed = ("status", "transactionId", "paymentMethodTypeId", "history")
    assert without(after, *changed) == without(before, *changed)
    last = after["history"][-1]
    assert (last["event"], last["status"], last["note"]) == ("achPaymentSubmitted", 6, "Account ending in 6789")


@pytest.mark.parametrize("given", [{"savePaymentMethod": True}, {"savePaymentMethod": False}, {}])
def test_an_account_is_kept_where_asked_for(given: dict[str, bool], invoices: Invoices, invoice_id: str) -> None:
    answer = accepted(pay(invoices, invoice_id, **given))

    assert answer == {"success": True, "paymentMethodCreated": given.get("savePaymentMethod", False)}


# Which accounts are taken


@pytest.mark.parametrize("number", ROUTING_NUMBERS)
def test_the_routing_numbers_of_the_fixtures_are_taken(number: str, invoices: Invoices, invoice_id: str) -> None:
    assert accepted(pay(invoices, invoice_id, routingNumber=number))["success"]


@pytest.mark.parametrize(
    "number",
    [
        "021000022",
        "012000021",
        "02100002",
        "0210000210",
        "02100002x",
        "０２１００００２１",
        " 021000021",
        "021000021\n",
        "",
        None,
    ],
)
def test_what_is_no_routing_number_is_refused(number: str | None, invoices: Invoices, invoice_id: str) -> None:
    before = everything(invoices)

    body = refused(pay(invoices, invoice_id, routingNumber=number), "INV-ACH-ROUTING")

    assert set(body["errors"]) == {"RoutingNumber"}
    assert everything(invoices) == before


@settings(max_examples=12, deadline=None)
@given(digits=st.text("0123456789", min_size=8, max_size=8))
def test_of_ten_numbers_that_differ_in_the_last_digit_one_is_a_banks(digits: str, shared_mock: Mock) -> None:
    invoices = Invoices(shared_mock)
    draft = invoices.create()

    # Of a draft, so that the right number is found out without paying.
    answers = [pay(invoices, draft, routingNumber=digits + last) for last in "0123456789"]

    rules = [answer.headers["x-mock-rule"] for answer in answers]
    assert sorted(rules) == ["INV-ACH-ROUTING"] * 9 + ["INV-ACH-STATE"]
    a, b, c, d, e, f, g, h = map(int, digits)
    assert rules.index("INV-ACH-STATE") == -(3 * (a + d + g) + 7 * (b + e + h) + (c + f)) % 10


@pytest.mark.parametrize("number", ["0000", "1234", "12345678901234567"])
def test_an_account_number_has_4_to_17_digits(number: str, invoices: Invoices, invoice_id: str) -> None:
    assert accepted(pay(invoices, invoice_id, accountNumber=number))["success"]


@pytest.mark.parametrize(
    "number", ["123", "123456789012345678", "12-3456", "12 3456", "１２３４", "1234\n", "abcd", "", None]
)
def test_another_account_number_is_refused(number: str | None, invoices: Invoices, invoice_id: str) -> None:
    body = refused(pay(invoices, invoice_id, accountNumber=number), "INV-ACH-ACCOUNT")

    assert set(body["errors"]) == {"AccountNumber"}
    assert invoices.get(invoice_id)["status"] == 2


def test_a_short_account_number_is_not_shown_whole(invoices: Invoices, invoice_id: str) -> None:
    accepted(pay(invoices, invoice_id, accountNumber="8317"))

    assert "8317" not in invoices.get(invoice_id)["history"][-1]["note"]


@pytest.mark.parametrize("given", [{"authorizeBankWithdrawal": False}, {}])
def test_without_authorization_there_is_no_withdrawal(
    given: dict[str, bool], invoices: Invoices, invoice_id: str
) -> None:
    body = {**without(ACH, "authorizeBankWithdrawal"), **given}
    before = everything(invoices)

    answer = invoices.call("POST", f"/invoices/{invoice_id}/ach/submit", body)

    assert set(refused(answer, "INV-ACH-AUTHORIZATION")["errors"]) == {"AuthorizeBankWithdrawal"}
    assert everything(invoices) == before


HOLDERS: list[tuple[dict[str, str | None], bool]] = [
    ({"firstName": "Ada", "lastName": "Byron"}, True),
    ({"companyName": "Engines"}, True),
    ({"firstName": "Ada", "lastName": "Byron", "companyName": "Engines"}, True),
    ({"firstName": "Ada", "companyName": "Engines"}, True),
    ({"firstName": "Ada"}, False),
    ({"lastName": "Byron"}, False),
    ({"firstName": "Ada", "lastName": ""}, False),
    ({"firstName": None, "lastName": "Byron", "companyName": None}, False),
    ({"companyName": ""}, False),
    ({}, False),
]


@pytest.mark.parametrize(("holder", "is_taken"), HOLDERS)
def test_a_holder_has_first_and_last_name_or_a_company(
    holder: dict[str, str | None], is_taken: bool, invoices: Invoices, invoice_id: str
) -> None:
    body = {**without(ACH, "firstName", "lastName"), **holder}

    answer = invoices.call("POST", f"/invoices/{invoice_id}/ach/submit", body)

    if is_taken:
        assert accepted(answer)["success"]
    else:
        assert set(refused(answer, "INV-ACH-HOLDER")["errors"]) == {"FirstName"}
        assert invoices.get(invoice_id)["status"] == 2


WRONG: dict[str, tuple[str, dict[str, Any]]] = {
    "INV-ACH-ROUTING": ("RoutingNumber", {"routingNumber": "1"}),
    "INV-ACH-ACCOUNT": ("AccountNumber", {"accountNumber": "1"}),
    "INV-ACH-AUTHORIZATION": ("AuthorizeBankWithdrawal", {"authorizeBankWithdrawal": False}),
    "INV-ACH-HOLDER": ("FirstName", {"firstName": None}),
}
SEVERAL = [rules for size in (1, 2, 3, 4) for rules in itertools.combinations(WRONG, size)]


@pytest.mark.parametrize("rules", SEVERAL, ids="+".join)
def test_all_that_is_wrong_with_an_account_is_said_at_once(
    rules: tuple[str, ...], invoices: Invoices, invoice_id: str
) -> None:
    account = {name: value for rule in rules for name, value in WRONG[rule][1].items()}
    before = everything(invoices)

    body = refused(pay(invoices, invoice_id, **account), *rules)

    assert set(body["errors"]) == {WRONG[rule][0] for rule in rules}
    assert body["details"].count("\n -- ") == len(rules)
    assert everything(invoices) == before


# What the bank makes of it


@pytest.mark.parametrize(("is_faster", "days"), [(None, 3), (False, 3), (True, 1)])
def test_a_payment_settles_after_so_many_business_days_and_not_a_moment_before(
    is_faster: bool | None, days: int, moving: Invoices
) -> None:
    invoice_id = moving.in_status("ProcessingPayment", achAllowFasterProcessing=is_faster)
    clock = moving.mock.clock
    settles_at = clock.now() + days * DAY

    clock.advance(days * DAY - INSTANT)
    assert moving.get(invoice_id)["status"] == 6
    clock.advance(INSTANT)

    settled = moving.get(invoice_id)
    assert (settled["status"], settled["paymentMethodTypeId"]) == (3, 2)
    assert instant(settled["paymentDate"]) == instant(settled["history"][-1]["dateTime"]) == settles_at
    assert events(settled)[-2:] == ["achPaymentSubmitted", "achPaymentSettled"]


def test_saturdays_and_sundays_are_no_business_days(moving: Invoices) -> None:
    clock = moving.mock.clock
    submitted = {}
    for _ in range(7):
        day = clock.now().strftime("%a")
        for is_faster in (False, True):
            invoice_id = moving.in_status("ProcessingPayment", achAllowFasterProcessing=is_faster)
            submitted[invoice_id] = (day, is_faster)
        clock.advance(DAY)
    clock.advance(14 * DAY)

    settled = {submitted[each]: instant(moving.get(each)["paymentDate"]).strftime("%a") for each in submitted}

    days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    assert [settled[day, False] for day in days] == ["Thu", "Fri", "Mon", "Tue", "Wed", "Wed", "Wed"]
    assert [settled[day, True] for day in days] == ["Tue", "Wed", "Thu", "Fri", "Mon", "Mon", "Mon"]


def test_each_returned_account_of_the_fixtures_is_returned(moving: Invoices) -> None:
    published = {number: moving.in_status("Published") for number in RETURNED}
    before = {number: moving.get(published[number]) for number in RETURNED}
    for number, invoice_id in published.items():
        assert accepted(pay(moving, invoice_id, accountNumber=number))["success"]

    moving.mock.clock.advance(3 * DAY)

    after = {number: moving.get(published[number]) for number in RETURNED}
    assert len(RETURNED) == 6
    for number, code in RETURNED.items():
        assert without(after[number], "history") == without(before[number], "history")
        last = after[number]["history"][-1]
        assert (last["event"], last["status"], last["note"]) == ("achPaymentReturned", 2, f"Returned with code {code}")


def test_an_invoice_whose_payment_was_returned_may_be_paid_again(moving: Invoices) -> None:
    invoice_id = moving.in_status("Published")
    accepted(pay(moving, invoice_id, accountNumber="900000000001"))
    moving.mock.clock.advance(3 * DAY)

    assert accepted(pay(moving, invoice_id))["success"]
    moving.mock.clock.advance(5 * DAY)

    assert moving.get(invoice_id)["status"] == 3
    assert events(moving.get(invoice_id))[2:] == [
        "achPaymentSubmitted", "achPaymentReturned", "achPaymentSubmitted", "achPaymentSettled",
    ]  # fmt: skip


def test_a_payment_from_an_account_beside_the_returned_ones_settles(moving: Invoices) -> None:
    ids = [moving.in_status("Published") for _ in range(2)]
    for invoice_id, number in zip(ids, ["900000000004", "00900000000001"], strict=True):
        accepted(pay(moving, invoice_id, accountNumber=number))

    moving.mock.clock.advance(3 * DAY)

    assert [moving.get(each)["status"] for each in ids] == [3, 3]


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
