"""Calls that race for one invoice: whoever comes first wins, the others get what they would have got a moment later."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from httpx2 import Response

from mock_server.apis.invoices import model
from mock_server.storage import transactions
from openapi.model import Refusal
from tests.apis.invoices.steps import LIFECYCLE, accepted, publish, refused
from tests.mock import BODY, Invoices, Mock
from tests.storage.steps import at_once

LABELS = {number: label for label, number in LIFECYCLE.states.items()}
ENTRIES = {
    "updated": "updateInvoice",
    "published": "publishInvoice",
    "canceled": "cancelInvoice",
    "markedAsPaid": "markInvoiceAsPaid",
    "cardPaymentApproved": "submitInvoice",
    "achPaymentSubmitted": "submitInvoiceAch",
    "smsSent": "sendInvoiceSms",
}
"""Entry of the history -> the operation that makes it."""

ONE_WINNER: list[tuple[str, list[str]]] = [
    ("Draft", ["publishInvoice"] * 6),
    ("Draft", ["deleteInvoice"] * 6),
    ("Draft", ["publishInvoice", "deleteInvoice"] * 3),
    ("Published", ["cancelInvoice"] * 6),
    ("Published", ["markInvoiceAsPaid"] * 6),
    ("Published", ["submitInvoice"] * 6),
    ("Published", ["submitInvoiceAch"] * 6),
    ("Published", ["cancelInvoice", "submitInvoice"] * 3),
    ("Published", ["cancelInvoice", "submitInvoice", "submitInvoiceAch", "markInvoiceAsPaid"] * 2),
]
SEVERAL_WINNERS: list[tuple[str, list[str]]] = [
    ("Draft", ["publishInvoice", "cancelInvoice"] * 3),
    ("Draft", ["updateInvoice", "publishInvoice", "deleteInvoice"] * 2),
    ("Published", ["updateInvoice", "sendInvoiceSms", "cancelInvoice"] * 2),
]


def named(races: list[tuple[str, list[str]]]) -> list[Any]:
    return [pytest.param(state, calls, id=f"{state}-{'+'.join(dict.fromkeys(calls))}") for state, calls in races]


def race(invoices: Invoices, invoice_id: str, calls: list[str]) -> list[tuple[str, Response]]:
    """Each call with its answer; all are made at once."""
    total = invoices.get_total(invoice_id)
    outcomes = at_once([partial(invoices.ask, call, invoice_id, total) for call in calls])
    answers = []
    for call, outcome in zip(calls, outcomes, strict=True):
        assert isinstance(outcome, Response), outcome
        answers.append((call, outcome))
    return answers


@pytest.mark.parametrize(("state", "calls"), named(ONE_WINNER))
def test_exactly_one_of_those_who_race_for_a_transition_wins(state: str, calls: list[str], racing: Invoices) -> None:
    invoice_id = racing.in_status(state)
    before = racing.get(invoice_id)["history"]

    answers = race(racing, invoice_id, calls)

    assert [answer.status_code for _, answer in answers].count(200) == 1
    is_a_serial_order(racing, invoice_id, before, answers)


@pytest.mark.parametrize(("state", "calls"), named(SEVERAL_WINNERS))
def test_those_who_race_for_several_transitions_take_them_one_after_the_other(
    state: str, calls: list[str], racing: Invoices
) -> None:
    invoice_id = racing.in_status(state)
    before = racing.get(invoice_id)["history"]

    answers = race(racing, invoice_id, calls)

    is_a_serial_order(racing, invoice_id, before, answers)


def is_a_serial_order(
    invoices: Invoices, invoice_id: str, before: list[Any], answers: list[tuple[str, Response]]
) -> None:
    """What was accepted is what has happened, each where the table allows it; what was refused, was so somewhere."""
    winners = Counter(call for call, answer in answers if answer.status_code == 200)
    passed = [LABELS[before[-1]["status"]]]
    if "deleteInvoice" in winners:
        refused(invoices.call("GET", f"/invoices/{invoice_id}"), LIFECYCLE.absent_rule)
        assert winners["deleteInvoice"] == 1
        assert set(winners) <= {"deleteInvoice", "updateInvoice"}
    else:
        history = invoices.get(invoice_id)["history"]
        assert history[: len(before)] == before
        for entry in history[len(before) :]:
            assert ENTRIES[entry["event"]] in LIFECYCLE.allowed(passed[-1])
            passed.append(LABELS[entry["status"]])
        assert Counter(ENTRIES[entry["event"]] for entry in history[len(before) :]) == winners
        assert LABELS[invoices.get(invoice_id)["status"]] == passed[-1]
    for call, answer in answers:
        if answer.status_code != 200:
            refused(answer, answer.headers["x-mock-rule"])
            assert answer.headers["x-mock-rule"] in refusals(call, passed, is_deleted="deleteInvoice" in winners)


def refusals(call: str, passed: list[str], *, is_deleted: bool) -> set[str]:
    """By which rules a call may be refused in one of these states."""
    cells = [LIFECYCLE.cell(call, state) for state in passed]
    return {cell.rule for cell in cells if isinstance(cell, Refusal)} | (
        {LIFECYCLE.absent_rule} if is_deleted else set()
    )


def test_invoices_that_are_published_at_once_get_numbers_that_follow_each_other(racing: Invoices) -> None:
    outcomes = at_once([lambda: publish(racing.call, **BODY)] * 8)

    numbers = sorted(racing.get(str(each))["number"] for each in outcomes)
    assert numbers == [f"INV-{1001 + count:06d}" for count in range(8)]


def test_a_payment_that_races_with_an_update_is_of_the_total_it_named(racing: Invoices) -> None:
    for _ in range(3):
        invoice_id = racing.in_status("Published")

        paying = partial(racing.ask, "submitInvoice", invoice_id, 59.97)
        updating = partial(racing.ask, "updateInvoice", invoice_id, shippingAmount=1)
        paid, updated = at_once([paying, updating])

        assert isinstance(paid, Response)
        assert isinstance(updated, Response)
        assert sorted([paid.status_code, updated.status_code]) == [200, 400]
        if paid.status_code == 200:
            refused(updated, "INV-UPDATE-STATE")
            assert racing.get(invoice_id)["totalAmount"] == 59.97
        else:
            refused(paid, "INV-CARD-AMOUNT")
            assert racing.get(invoice_id)["totalAmount"] == 60.97


def test_what_falls_due_and_a_call_do_not_wait_for_each_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Something falls due while a call is in the middle of its work: the next call has to let it happen."""
    monkeypatch.setattr(transactions, "PATIENCE_SECONDS", 5)
    with Mock.running(state=f"sqlite:///{tmp_path / 'state.db'}") as mock, ThreadPoolExecutor(1) as threads:
        invoices = Invoices(mock)
        invoices.create()
        agenda, created = mock.namespace.agenda, model.created
        catch_up = agenda.catch_up
        next_call: list[Future[Response]] = []
        is_next, is_waiting = threading.Event(), threading.Event()

        def catching_up() -> None:
            if is_next.is_set():
                is_waiting.set()
            catch_up()

        def created_late(*args: Any) -> Any:
            mock.clock.advance(timedelta(minutes=2))
            is_next.set()
            next_call.append(threads.submit(invoices.call, "GET", "/invoices"))
            assert is_waiting.wait(timeout=20)
            return created(*args)

        monkeypatch.setattr(agenda, "catch_up", catching_up)
        monkeypatch.setattr(model, "created", created_late)
        accepted(invoices.call("POST", "/invoices", BODY))
        accepted(next_call[0].result(timeout=20))
