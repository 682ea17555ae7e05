"""Calls at the same moment: what they come to is what the same calls come to one after the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import pytest

from contract_tests import bodies
from contract_tests.broken import Broken, Difference
from contract_tests.examiner import Examiner, contract
from contract_tests.exchange import Exchange
from contract_tests.models.comparing import deviations
from contract_tests.models.serial import Call as Made
from contract_tests.models.serial import ends
from contract_tests.suites.at_once import Call, at_once
from contract_tests.suites.tracked import Tracked, in_state, new_mark
from contract_tests.tally import NOBODY
from contract_tests.workshop import Invoices, must_succeed
from openapi import Refusal

INVOICES = contract("invoices")
LIFECYCLE = INVOICES.lifecycles["invoice"]
THREADS = 5
ROUNDS = 3
CREATE, UPDATE, PUBLISH, DELETE = "createInvoice", "updateInvoice", "publishInvoice", "deleteInvoice"
CANCEL, MARK, CARD, ACH, SMS = (
    "cancelInvoice",
    "markInvoiceAsPaid",
    "submitInvoice",
    "submitInvoiceAch",
    "sendInvoiceSms",
)
pytestmark = pytest.mark.priority(20)


def of_all(examiner: Examiner, calls: Sequence[Call]) -> list[Exchange]:
    """The answers to calls at the same moment."""
    api = examiner.api("invoices")
    return at_once(examiner, calls, partial(api.call, "getInvoice", {"invoiceId": NOBODY}, is_checked=False))


def race(examiner: Examiner, invoice: Tracked, asked: Sequence[tuple[str, Any]], rule: str) -> None:
    """Let calls race on one invoice, and hold their answers and what it is afterwards to every serial order."""
    assert invoice.known is not None, "it is there"
    answers = of_all(examiner, [partial(invoice.send, action, body) for action, body in asked])
    calls = [Made(action, body, answer.is_success) for (action, body), answer in zip(asked, answers, strict=True)]
    possible = list(ends(INVOICES, invoice.known, calls))
    told = ", ".join(f"{each.action} {answer.status}" for each, answer in zip(calls, answers, strict=True))
    if not possible:
        message = f"no order of the calls explains their answers: {told}"
        raise Broken(rule, message, [Difference("status", "those of some serial order", told)])
    _require_one_of(invoice, possible, told, rule)


def _require_one_of(invoice: Tracked, possible: Sequence[Any], told: str, rule: str) -> None:
    if None in possible:
        invoice.known = None
        invoice.look(DELETE)
        return
    before, seen = invoice.seen, invoice.invoices.get(invoice.id)
    found = [list(deviations(each, seen, LIFECYCLE, before)) for each in possible]
    if all(found):
        fewest = min(found, key=len)
        message = f"no order of the calls explains what the invoice is afterwards: {told}"
        is_history = all(each.pointer.startswith("/history") for each in fewest)
        raise Broken("INV-HISTORY" if is_history else rule, message, fewest)
    invoice.known = possible[found.index([])]
    invoice.seen = seen
    invoice.require_unchanged(rule)


def same(action: str) -> Callable[[Tracked], Sequence[tuple[str, Any]]]:
    """The same call of all threads."""
    return lambda invoice: [(action, invoice.good(action))] * THREADS


def mixed(*actions: str) -> Callable[[Tracked], Sequence[tuple[str, Any]]]:
    return lambda invoice: [(action, invoice.good(action)) for action in actions]


def updates(invoice: Tracked) -> Sequence[tuple[str, Any]]:
    """Each thread with another price."""
    prices = range(1, 5)
    return [(UPDATE, bodies.invoice(invoice.mark, lineItems=[bodies.line("Rope", 1, price)])) for price in prices]


def paid_while_updated(invoice: Tracked) -> Sequence[tuple[str, Any]]:
    """The card pays what the invoice was, or not at all."""
    return [*updates(invoice)[:2], (CARD, invoice.good(CARD)), (CARD, invoice.good(CARD))]


RACES: Mapping[str, tuple[str, Callable[[Tracked], Sequence[tuple[str, Any]]]]] = {
    "publish": ("Draft", same(PUBLISH)),
    "delete": ("Draft", same(DELETE)),
    "publish or delete": ("Draft", mixed(PUBLISH, DELETE, PUBLISH, DELETE)),
    "publish and update": ("Draft", mixed(PUBLISH, UPDATE, UPDATE)),
    "update or delete": ("Draft", mixed(UPDATE, DELETE, UPDATE)),
    "cancel": ("Published", same(CANCEL)),
    "mark as paid": ("Published", same(MARK)),
    "pay by card": ("Published", same(CARD)),
    "pay by ACH": ("Published", same(ACH)),
    "cancel or pay": ("Published", mixed(CANCEL, MARK, CARD, ACH)),
    "cancel or mark": ("Published", mixed(CANCEL, MARK, CANCEL, MARK)),
    "update": ("Published", updates),
    "update and pay": ("Published", paid_while_updated),
    "update or cancel": ("Published", mixed(UPDATE, CANCEL, UPDATE)),
    "tell": ("Published", same(SMS)),
    "tell and cancel": ("Published", mixed(SMS, CANCEL, SMS)),
}


def rules_of(name: str) -> list[str]:
    """The rules of what races, in the order in which they are called."""
    start, make = RACES[name]
    actions = dict.fromkeys(action for action, _ in make(_Unmade(start)))
    cells = [LIFECYCLE.cell(action, start) for action in actions]
    return [cell.rule for cell in cells if cell.rule and not isinstance(cell, Refusal)]


class _Unmade(Tracked):
    """Stands in for an invoice where only the names of the calls are asked for."""

    def __init__(self, state: str) -> None:
        self.mark, self.id, self.known = state, "", None


@pytest.mark.proves("INV-HISTORY")
@pytest.mark.parametrize(
    "name", [pytest.param(each, id=each, marks=pytest.mark.proves(*rules_of(each))) for each in RACES]
)
@pytest.mark.about(PUBLISH, DELETE, UPDATE, CANCEL, MARK, CARD, ACH, SMS)
def test_races_end_as_in_some_order(examiner: Examiner, name: str) -> None:
    state, make = RACES[name]
    for _ in range(ROUNDS):
        examiner.begin()
        invoice = in_state(Invoices(examiner), state)
        race(examiner, invoice, make(invoice), rules_of(name)[0])


@pytest.mark.proves("INV-PUBLISH-FIELDS")
@pytest.mark.about(PUBLISH)
def test_numbers_given_at_once_are_different(examiner: Examiner) -> None:
    for _ in range(ROUNDS):
        examiner.begin()
        invoices, mark = Invoices(examiner), new_mark(examiner)
        body = bodies.invoice(mark)
        answers = of_all(examiner, [partial(invoices.api.call, PUBLISH, body=body)] * THREADS)
        made = [invoices.noted(must_succeed(each, PUBLISH)) for each in answers]
        seen = [invoices.get(each) for each in made]
        for name in ("id", "number", "token"):
            values = [each[name] for each in seen]
            if len(set(values)) != len(values):
                message = f"invoices that are published at the same moment have each a {name} of their own"
                difference = Difference(f"/{name}", "different", sorted(values))
                raise Broken("INV-PUBLISH-FIELDS", message, [difference], operation_id=PUBLISH)


@pytest.mark.proves("INV-IDEMPOTENCY-REPLAY")
@pytest.mark.about(CREATE, PUBLISH)
@pytest.mark.parametrize("operation_id", [CREATE, PUBLISH])
def test_one_key_at_once_makes_one_invoice(examiner: Examiner, operation_id: str) -> None:
    """Whoever comes while the first is at work may be refused; nobody makes a second one."""
    for _ in range(ROUNDS):
        examiner.begin()
        invoices, mark = Invoices(examiner), new_mark(examiner)
        body, key = bodies.invoice(mark), {"Idempotency-Key": mark}
        calls = [partial(invoices.api.call, operation_id, body=body, headers=key)] * THREADS
        answers = of_all(examiner, calls)
        made = {invoices.noted(each) for each in answers if each.is_success}
        listed = must_succeed(invoices.api.call("listInvoices", query={"search": mark}), "listInvoices")
        if len(made) != 1 or listed.json["total"] != 1:
            message = "calls with one key at the same moment are done once"
            difference = Difference("/total", 1, listed.json["total"])
            raise Broken("INV-IDEMPOTENCY-REPLAY", message, [difference], operation_id=operation_id)


@pytest.mark.proves("INV-IDEMPOTENCY-REPLAY")
@pytest.mark.about(CARD, SMS)
@pytest.mark.parametrize("operation_id", [CARD, SMS, UPDATE])
def test_one_key_at_once_acts_once(examiner: Examiner, operation_id: str) -> None:
    for number in range(ROUNDS):
        examiner.begin()
        invoice = in_state(Invoices(examiner), "Published")
        body, key = invoice.good(operation_id), {"Idempotency-Key": f"{invoice.mark}{number}"}
        answers = of_all(examiner, [partial(invoice.send, operation_id, body, headers=key)] * THREADS)
        if not any(each.is_success for each in answers):
            must_succeed(answers[0], operation_id, "INV-IDEMPOTENCY-REPLAY")
        calls = [Made(operation_id, body, is_done=True)]
        assert invoice.known is not None, "it is there"
        told = f"{operation_id} with one key"
        _require_one_of(invoice, list(ends(INVOICES, invoice.known, calls)), told, "INV-IDEMPOTENCY-REPLAY")
