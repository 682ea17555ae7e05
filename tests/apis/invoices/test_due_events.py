"""What happens without being asked for: in the order in which it falls due, and before the next request is answered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from mock_server import wiring
from mock_server.core.group import Group
from mock_server.core.instants import to_text
from openapi.model import Contract
from tests.apis.invoices.steps import accepted, events, everything, long_lived, publish, refused
from tests.mock import BODY, Invoices, Mock

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
INSTANT = timedelta(milliseconds=1)
RETURNED = "900000000001"
EXPIRING = 30
"""Days past the due date, in the mocks where invoices expire."""


@pytest.fixture(scope="module")
def expiring_mock() -> Iterator[Mock]:
    """A mock where invoices expire 30 days past their due date."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wiring, "contract_of", with_expiry(wiring.contract_of))
        mock = Mock.start()
    yield mock
    mock.stop()


@pytest.fixture
def expiring(expiring_mock: Mock) -> Invoices:
    """A new merchant's invoices where invoices expire; it is Monday, half past nine."""
    return long_lived(expiring_mock)


def with_expiry(contract_of: Callable[[Group], Contract]) -> Callable[[Group], Contract]:
    def changed(group: Group) -> Contract:
        contract = contract_of(group)
        if group.name != "invoices":
            return contract
        rule = replace(contract.rules["INV-EXPIRES"], limits={"daysPastDue": EXPIRING})
        return replace(contract, rules={**contract.rules, rule.id: rule})

    return changed


def later(invoices: Invoices, span: timedelta) -> str:
    """The instant that is so far away from now, as an answer would have it."""
    return to_text(invoices.mock.clock.now() + span)


def times(invoice: dict[str, Any]) -> list[str]:
    return [each["dateTime"] for each in invoice["history"]]


# Before the next request is answered


def test_what_has_fallen_due_shows_in_the_next_answer_whichever_it_is(moving: Invoices) -> None:
    ids = [moving.in_status("ProcessingPayment") for _ in range(2)]

    moving.mock.clock.advance(3 * DAY)

    listed = accepted(moving.call("GET", "/invoices?status=3"))
    assert {each["id"] for each in listed["items"]} == set(ids)


def test_a_call_finds_the_status_that_has_fallen_due(moving: Invoices) -> None:
    settling, returning = moving.in_status("Published"), moving.in_status("Published")
    accepted(moving.ask("submitInvoiceAch", settling))
    accepted(moving.ask("submitInvoiceAch", returning, accountNumber=RETURNED))

    moving.mock.clock.advance(3 * DAY)

    refused(moving.ask("cancelInvoice", settling), "INV-CANCEL-STATE")
    accepted(moving.ask("cancelInvoice", returning))


def test_what_falls_due_is_dated_when_it_fell_due(moving: Invoices) -> None:
    first = moving.in_status("ProcessingPayment")
    settles_at = later(moving, 3 * DAY)
    moving.mock.clock.advance(HOUR)
    second = moving.in_status("ProcessingPayment", achAllowFasterProcessing=True)
    settles_faster_at = later(moving, DAY)

    moving.mock.clock.advance(365 * DAY)

    assert times(moving.get(first))[-1] == settles_at
    assert times(moving.get(second))[-1] == settles_faster_at


def test_nothing_happens_twice(moving: Invoices) -> None:
    invoice_id = moving.in_status("ProcessingPayment")
    moving.mock.clock.advance(3 * DAY)
    after = moving.get(invoice_id)

    moving.mock.clock.advance(30 * DAY)

    assert moving.get(invoice_id) == after


# In the order in which it falls due


def test_an_invoice_expires_after_its_payment_has_come_back(expiring: Invoices) -> None:
    returned_at, expires_at = later(expiring, 3 * DAY), later(expiring, 10 * DAY)
    invoice_id = publish(expiring.call, **{**BODY, "dueDate": later(expiring, (10 - EXPIRING) * DAY)})
    accepted(expiring.ask("submitInvoiceAch", invoice_id, accountNumber=RETURNED))

    expiring.mock.clock.advance(20 * DAY)

    invoice = expiring.get(invoice_id)
    assert events(invoice)[-2:] == ["achPaymentReturned", "expired"]
    assert times(invoice)[-2:] == [returned_at, expires_at]


def test_the_events_of_several_invoices_happen_each_in_its_time(expiring: Invoices) -> None:
    expires = publish(expiring.call, **{**BODY, "dueDate": later(expiring, (2 - EXPIRING) * DAY)})
    settles = expiring.in_status("ProcessingPayment")
    faster = expiring.in_status("ProcessingPayment", achAllowFasterProcessing=True)

    for done in ({faster}, {faster, expires}, {faster, expires, settles}):
        expiring.mock.clock.advance(DAY)
        now = {each: expiring.get(each)["status"] for each in (expires, settles, faster)}
        assert {each for each, status in now.items() if status in {3, 4}} == done


# Expiring


def test_nothing_expires_where_no_number_of_days_is_set(moving: Invoices) -> None:
    invoice_id = moving.in_status("Published", dueDate=later(moving, DAY))
    before = everything(moving)

    moving.mock.clock.advance(3650 * DAY)

    assert moving.get(invoice_id)["status"] == 2
    assert everything(moving) == before


def test_an_invoice_expires_so_many_days_past_its_due_date_and_not_a_moment_before(expiring: Invoices) -> None:
    invoice_id = expiring.in_status("Published", dueDate=later(expiring, DAY))
    expires_at = later(expiring, (1 + EXPIRING) * DAY)

    expiring.mock.clock.advance((1 + EXPIRING) * DAY - INSTANT)
    assert expiring.get(invoice_id)["status"] == 2
    expiring.mock.clock.advance(INSTANT)

    invoice = expiring.get(invoice_id)
    assert invoice["status"] == 4
    assert (events(invoice)[-1], times(invoice)[-1]) == ("expired", expires_at)


def test_only_published_invoices_expire(expiring: Invoices) -> None:
    for status in ("Draft", "Paid", "Canceled", "Refunded"):
        expiring.in_status(status, dueDate=later(expiring, DAY))
    before = everything(expiring)

    expiring.mock.clock.advance(365 * DAY)

    assert everything(expiring) == before


@pytest.mark.parametrize("due", [None, "9999-12-31"])
def test_an_invoice_that_is_never_due_or_at_the_end_of_time_does_not_expire(
    due: str | None, expiring: Invoices
) -> None:
    invoice_id = publish(expiring.call, **{**BODY, "dueDate": due})

    expiring.mock.clock.advance(3650 * DAY)

    assert expiring.get(invoice_id)["status"] == 2


def test_another_due_date_is_another_day_of_expiry(expiring: Invoices) -> None:
    sooner, later_on, never = (expiring.in_status("Published", dueDate=later(expiring, 50 * DAY)) for _ in range(3))
    for invoice_id, due in ((sooner, later(expiring, DAY)), (later_on, later(expiring, 365 * DAY)), (never, None)):
        accepted(expiring.ask("updateInvoice", invoice_id, dueDate=due))

    expiring.mock.clock.advance(100 * DAY)
    assert [expiring.get(each)["status"] for each in (sooner, later_on, never)] == [4, 2, 2]
    expiring.mock.clock.advance(365 * DAY)
    assert [expiring.get(each)["status"] for each in (sooner, later_on, never)] == [4, 4, 2]


@pytest.mark.parametrize("due", ["2020-01-01", "0001-01-01"])
@pytest.mark.parametrize("last", ["published", "updated", "achPaymentReturned"])
def test_an_invoice_that_should_have_expired_long_ago_expires_after_what_happened_last(
    last: str, due: str, expiring: Invoices
) -> None:
    if last == "published":
        invoice_id = publish(expiring.call, **{**BODY, "dueDate": due})
    elif last == "updated":
        invoice_id = expiring.in_status("Published", dueDate=None)
        accepted(expiring.ask("updateInvoice", invoice_id, dueDate=due))
    else:
        in_time = later(expiring, (2 - EXPIRING) * DAY)  # but not when the payment comes back
        invoice_id = publish(expiring.call, **{**BODY, "dueDate": in_time})
        accepted(expiring.ask("submitInvoiceAch", invoice_id, accountNumber=RETURNED))

    expiring.mock.clock.advance(10 * DAY)

    invoice = expiring.get(invoice_id)
    assert events(invoice)[-2:] == [last, "expired"]
    assert times(invoice) == sorted(times(invoice))


def test_an_expired_invoice_is_not_paid(expiring: Invoices) -> None:
    invoice_id = expiring.in_status("Published", dueDate=later(expiring, DAY))

    expiring.mock.clock.advance((1 + EXPIRING) * DAY)

    refused(expiring.ask("submitInvoiceAch", invoice_id), "INV-ACH-STATE")


# Refunding


def test_a_refund_keeps_how_and_when_the_invoice_was_paid(invoices: Invoices) -> None:
    invoice_id = invoices.in_status("Published")
    accepted(invoices.act("submitInvoice", invoice_id))
    paid = invoices.get(invoice_id)

    invoices.mock.let_happen(invoice_id, "refund")

    refunded = invoices.get(invoice_id)
    assert refunded == {**paid, "status": 7, "history": refunded["history"]}
    last = refunded["history"][-1]
    assert (last["event"], last["status"], last["amount"]) == ("refunded", 7, 59.97)
