"""Paying by card: which cards are taken, what the processor says to them, and what becomes of the invoice."""

from __future__ import annotations

import itertools
import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_server.fixtures import fixture
from tests.apis.invoices.bodies import LINES, SURCHARGING
from tests.apis.invoices.steps import accepted, events, everything, publish, refused, without
from tests.mock import CARD, Invoices, Mock

TEST_CARDS: dict[str, dict[str, Any]] = {each["number"]: each for each in fixture("test_cards")["cards"]}
REFUSED_CARDS = {number: card for number, card in TEST_CARDS.items() if card["outcome"] != "approve"}
UNLISTED = ["4242424242424242", "378282246310005", "000000000000", "6304000000000000000", "5555555555554444"]
TOTAL = 59.97
INSTANT = timedelta(milliseconds=1)


@pytest.fixture
def invoice_id(invoices: Invoices) -> str:
    """A published invoice over 59.97."""
    return invoices.in_status("Published")


def pay(invoices: Invoices, invoice_id: str, **card: Any) -> Any:
    """Pay with the usual card, or one that differs in these members."""
    return invoices.ask("submitInvoice", invoice_id, TOTAL, **card)


# What the processor says


@pytest.mark.parametrize("number", TEST_CARDS)
def test_each_test_card_is_answered_as_the_fixtures_say(number: str, invoices: Invoices, invoice_id: str) -> None:
    card = TEST_CARDS[number]
    is_approved = card["outcome"] == "approve"

    answer = accepted(pay(invoices, invoice_id, accountNumber=number))

    assert answer == {"success": is_approved, "paymentMethodCreated": False}
    paid = invoices.get(invoice_id)
    last = paid["history"][-1]
    if is_approved:
        assert (paid["status"], last["status"], last["event"]) == (3, 3, "cardPaymentApproved")
        assert last["note"] == f"Card ending in {number[-4:]}"
    else:
        assert (paid["status"], last["status"], last["event"]) == (2, 2, "cardPaymentDeclined")
        assert last["note"] == f"Card ending in {number[-4:]}: {card['reason']} ({card['code']})"


def test_the_fixtures_hold_cards_of_every_outcome() -> None:
    assert {each["outcome"] for each in TEST_CARDS.values()} == {"approve", "decline", "error"}
    assert len(TEST_CARDS) == 13


@pytest.mark.parametrize("number", UNLISTED)
def test_a_valid_card_that_is_not_listed_is_approved(number: str, invoices: Invoices, invoice_id: str) -> None:
    assert accepted(pay(invoices, invoice_id, accountNumber=number))["success"] is True
    assert invoices.get(invoice_id)["status"] == 3


def test_an_approved_card_sets_transaction_date_and_method(invoices: Invoices, invoice_id: str) -> None:
    before = invoices.get(invoice_id)

    accepted(pay(invoices, invoice_id))

    after = invoices.get(invoice_id)
    assert after["transactionId"]
    assert (after["paymentDate"], after["paymentMethodTypeId"]) == ("2026-11-02T09:30:00Z", 1)
    changed = ("status", "transactionId", "paymentDate", "paymentMethodTypeId", "history")
    assert without(after, *changed) == without(before, *changed)


@pytest.mark.parametrize("number", REFUSED_CARDS)
def test_a_decline_changes_nothing_but_the_history(number: str, invoices: Invoices, invoice_id: str) -> None:
    before = invoices.get(invoice_id)

    accepted(pay(invoices, invoice_id, accountNumber=number, savePaymentMethod=True))

    after = invoices.get(invoice_id)
    assert without(after, "history") == without(before, "history")
    assert after["history"][:-1] == before["history"]
    assert [after[name] for name in ("paymentDate", "paymentMethodTypeId", "transactionId")] == [None] * 3


def test_another_card_may_be_tried_after_a_decline(invoices: Invoices, invoice_id: str) -> None:
    for number in REFUSED_CARDS:
        assert not accepted(pay(invoices, invoice_id, accountNumber=number))["success"]

    assert accepted(pay(invoices, invoice_id))["success"]
    assert events(invoices.get(invoice_id))[-2:] == ["cardPaymentDeclined", "cardPaymentApproved"]


@pytest.mark.parametrize(
    ("number", "member", "is_kept"),
    [
        ("4111111111111111", {"savePaymentMethod": True}, True),
        ("4111111111111111", {"savePaymentMethod": False}, False),
        ("4111111111111111", {}, False),
        ("4000000010050005", {"savePaymentMethod": True}, False),
        ("4000000020910008", {"savePaymentMethod": True}, False),
        ("4000000010050005", {"savePaymentMethod": False}, False),
    ],
)
def test_a_payment_method_is_kept_where_asked_for_and_approved(
    number: str, member: dict[str, bool], is_kept: bool, invoices: Invoices, invoice_id: str
) -> None:
    body = {**without(CARD, "savePaymentMethod"), "totalAmount": TOTAL, "accountNumber": number, **member}

    answer = accepted(invoices.call("POST", f"/invoices/{invoice_id}/submit", body))

    assert answer["paymentMethodCreated"] is is_kept


# Which cards are taken

WRONG_NUMBERS = [
    "4111111111111112", "1111111111111114", "41111111111", "11111111111", "00000000000", "63040000000000000000",
    "4111 1111 1111 1111", "4111-1111-1111-1111", "411111111111111x", " 4111111111111111", "4111111111111111\n",
    "４１１１１１１１１１１１１１１１", "٤١١١١١١١١١١١١١١١", "-4111111111111111", "", None,
]  # fmt: skip


@pytest.mark.parametrize("number", WRONG_NUMBERS)
def test_what_is_no_card_number_is_refused(number: str | None, invoices: Invoices, invoice_id: str) -> None:
    before = everything(invoices)

    body = refused(pay(invoices, invoice_id, accountNumber=number), "INV-CARD-NUMBER")

    assert set(body["errors"]) == {"AccountNumber"}
    assert everything(invoices) == before


@pytest.mark.parametrize(
    "member", ["accountNumber", "expirationYear", "expirationMonth", "securityCode", "totalAmount"]
)
def test_a_card_lacks_none_of_its_parts(member: str, invoices: Invoices, invoice_id: str) -> None:
    rule = {"accountNumber": "NUMBER", "securityCode": "CVV", "totalAmount": "AMOUNT"}.get(member, "EXPIRY")
    body = without({**CARD, "totalAmount": TOTAL}, member)

    refused(invoices.call("POST", f"/invoices/{invoice_id}/submit", body), f"INV-CARD-{rule}")

    assert invoices.get(invoice_id)["status"] == 2


@settings(max_examples=12, deadline=None)
@given(digits=st.text("0123456789", min_size=11, max_size=18))
def test_of_ten_numbers_that_differ_in_the_last_digit_one_is_a_cards(digits: str, shared_mock: Mock) -> None:
    invoices = Invoices(shared_mock)
    invoice_id = invoices.in_status("Published")

    # Over a wrong amount, so that the right number is found out without paying.
    answers = [invoices.ask("submitInvoice", invoice_id, 1, accountNumber=digits + last) for last in "0123456789"]

    rules = [answer.headers["x-mock-rule"] for answer in answers]
    assert sorted(rules) == ["INV-CARD-AMOUNT"] + ["INV-CARD-NUMBER"] * 9
    assert rules.index("INV-CARD-AMOUNT") == check_digit(digits)


def check_digit(digits: str) -> int:
    """Luhn's, by the table of what a doubled digit counts."""
    doubled = dict(zip("0123456789", (0, 2, 4, 6, 8, 1, 3, 5, 7, 9), strict=True))
    total = sum(doubled[digit] if place % 2 == 0 else int(digit) for place, digit in enumerate(reversed(digits)))
    return -total % 10


def test_a_card_is_good_to_the_end_of_its_month(moving: Invoices) -> None:
    now = moving.mock.clock.now()
    next_month = (now.replace(day=1) + timedelta(days=32)).replace(day=1, hour=0, minute=0)
    card, later_card = ({"expirationYear": each.year, "expirationMonth": each.month} for each in (now, next_month))
    first, second = (moving.in_status("Published") for _ in range(2))

    moving.mock.clock.advance(next_month - INSTANT - now)
    assert accepted(pay(moving, first, **card))["success"]

    moving.mock.clock.advance(INSTANT)
    refused(pay(moving, second, **card), "INV-CARD-EXPIRY")
    assert accepted(pay(moving, second, **later_card))["success"]


@pytest.mark.parametrize(
    ("year", "month"),
    [(2026, 10), (2025, 12), (2026, 0), (2027, 0), (2027, 13), (2027, -1), (0, 12), (-2027, 12), (10000, 1), (25, 12)],
)
def test_a_card_of_a_month_that_is_over_or_that_no_year_has_is_refused(
    year: int, month: int, invoices: Invoices, invoice_id: str
) -> None:
    body = refused(pay(invoices, invoice_id, expirationYear=year, expirationMonth=month), "INV-CARD-EXPIRY")

    assert set(body["errors"]) == {"ExpirationMonth"}
    assert invoices.get(invoice_id)["status"] == 2


@pytest.mark.parametrize(("year", "month"), [(2026, 11), (2027, 1), (26, 11), (9999, 12)])
def test_a_card_of_this_month_or_a_later_one_is_taken(
    year: int, month: int, invoices: Invoices, invoice_id: str
) -> None:
    assert accepted(pay(invoices, invoice_id, expirationYear=year, expirationMonth=month))["success"]


@pytest.mark.parametrize("code", ["000", "999", "0000", "1234"])
def test_a_security_code_has_three_or_four_digits(code: str, invoices: Invoices, invoice_id: str) -> None:
    assert accepted(pay(invoices, invoice_id, securityCode=code))["success"]


@pytest.mark.parametrize("code", ["", "12", "12345", "12a", "１２３", " 123", "123\n", "1 3", None])
def test_another_security_code_is_refused(code: str | None, invoices: Invoices, invoice_id: str) -> None:
    body = refused(pay(invoices, invoice_id, securityCode=code), "INV-CARD-CVV")

    assert set(body["errors"]) == {"SecurityCode"}
    assert invoices.get(invoice_id)["status"] == 2


@pytest.mark.parametrize("amount", [59.96, 59.98, 0, 59.970001, 59, 60, 119.94, 999999999.99])
def test_another_amount_than_the_total_is_refused(amount: float, invoices: Invoices, invoice_id: str) -> None:
    before = everything(invoices)

    body = refused(pay(invoices, invoice_id, totalAmount=amount), "INV-CARD-AMOUNT")

    assert body["entityId"] == invoice_id
    assert "59.97" in " ".join(body["errors"]["TotalAmount"])
    assert everything(invoices) == before


@pytest.mark.parametrize("amount", ["59.97", "59.970", "5997e-2", "59.97000000000000000000000000000000000000"])
def test_the_amount_may_be_written_in_any_way(amount: str, invoices: Invoices, invoice_id: str) -> None:
    content = json.dumps({**CARD, "totalAmount": "<amount>"}).replace('"<amount>"', amount).encode()

    answer = invoices.call(
        "POST", f"/invoices/{invoice_id}/submit", content=content, headers={"content-type": "application/json"}
    )

    assert accepted(answer)["success"]


def test_the_amount_includes_the_surcharge(harbor: Invoices) -> None:
    invoice_id = publish(harbor.call, lineItems=LINES, cardPaymentProcessorId=SURCHARGING)

    refused(harbor.ask("submitInvoice", invoice_id, 40), "INV-CARD-AMOUNT")
    assert accepted(harbor.ask("submitInvoice", invoice_id, 41.2))["success"]


# All that is wrong is said at once

WRONG: dict[str, tuple[str, dict[str, Any]]] = {
    "INV-CARD-NUMBER": ("AccountNumber", {"accountNumber": "4111111111111112"}),
    "INV-CARD-EXPIRY": ("ExpirationMonth", {"expirationYear": 2020}),
    "INV-CARD-CVV": ("SecurityCode", {"securityCode": "1"}),
}
SEVERAL = [rules for size in (1, 2, 3) for rules in itertools.combinations(WRONG, size)]


@pytest.mark.parametrize("rules", SEVERAL, ids="+".join)
def test_all_that_is_wrong_with_a_card_is_said_at_once(
    rules: tuple[str, ...], invoices: Invoices, invoice_id: str
) -> None:
    card = {name: value for rule in rules for name, value in WRONG[rule][1].items()}
    before = everything(invoices)

    body = refused(pay(invoices, invoice_id, **card), *rules)

    assert set(body["errors"]) == {WRONG[rule][0] for rule in rules}
    assert body["details"].count("\n -- ") == len(rules)
    assert everything(invoices) == before
