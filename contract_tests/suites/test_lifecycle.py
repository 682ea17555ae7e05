"""Every operation and event in every state: it leads where the lifecycle says, or is refused and changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from contract_tests import bodies
from contract_tests.broken import Broken, Difference
from contract_tests.examiner import Examiner, contract
from contract_tests.suites.refusals import CHANGES_NOTHING, require_refused
from contract_tests.suites.tracked import Tracked, in_state
from contract_tests.workshop import Invoices
from openapi import ABSENT, Refusal, Transition

INVOICES = contract("invoices")
LIFECYCLE = INVOICES.lifecycles["invoice"]
OPERATIONS = [each for each in LIFECYCLE.actions() if each in INVOICES.operations]
NEVER_MADE = "00000000-0000-4000-8000-000000000000"
FIELDS = {
    "publishInvoice": ["INV-PUBLISH-FIELDS"],
    "markInvoiceAsPaid": ["INV-MARK-PAID-FIELDS"],
    "submitInvoice": ["INV-CARD-FIELDS"],
    "submitInvoiceAch": ["INV-ACH-FIELDS"],
    "settle": ["INV-ACH-FIELDS"],
}
"""The rules about what an action sets, which reading the invoice afterwards proves."""


def state_of(cell: Transition | Refusal) -> str:
    return cell.source if isinstance(cell, Transition) else cell.state


def rules_of(cell: Transition | Refusal) -> list[str]:
    """The rules that a cell proves."""
    rules = [cell.rule] if cell.rule else []
    if isinstance(cell, Refusal):
        return [*rules, CHANGES_NOTHING]
    return [*rules, "INV-HISTORY", *FIELDS.get(cell.action, [])]


def marked(cell: Transition | Refusal) -> Any:
    """The cell with the rules it proves."""
    about = [] if cell.is_event else [pytest.mark.about(cell.action)]
    return pytest.param(cell, id=f"{cell.action}-{state_of(cell)}", marks=[pytest.mark.proves(*rules_of(cell)), *about])


@pytest.mark.priority(10)
@pytest.mark.parametrize("cell", [marked(cell) for cell in LIFECYCLE.cells()])
def test_cell(examiner: Examiner, cell: Transition | Refusal) -> None:
    """The model says what follows; another invoice of the merchant is none the wiser."""
    invoices = Invoices(examiner)
    if cell.is_event:
        examiner.require_control(f"the event {cell.action}")
    invoice = in_state(invoices, state_of(cell))
    bystander = Bystander(invoices)
    invoice.act(cell.action)
    bystander.require_same(cell.action)


@pytest.mark.priority(10)
@pytest.mark.proves(LIFECYCLE.absent_rule, CHANGES_NOTHING)
@pytest.mark.parametrize(
    "operation_id", [pytest.param(each, marks=pytest.mark.about(each), id=each) for each in OPERATIONS]
)
def test_an_id_that_names_nothing(examiner: Examiner, operation_id: str) -> None:
    invoices = Invoices(examiner)
    bystander = Bystander(invoices)
    nobody = Tracked(invoices, NEVER_MADE, None, examiner.tag)
    require_unknown(nobody, operation_id)
    bystander.require_same(operation_id)


@pytest.mark.priority(10)
@pytest.mark.proves(LIFECYCLE.absent_rule, "INV-DELETE-STATE")
@pytest.mark.about(*OPERATIONS)
def test_a_deleted_invoice_is_unknown(examiner: Examiner) -> None:
    invoices = Invoices(examiner)
    invoice = in_state(invoices, ABSENT)
    for operation_id in OPERATIONS:
        require_unknown(invoice, operation_id)
    invoice.look("deleteInvoice")


@pytest.mark.priority(10)
@pytest.mark.proves("INV-DELETE-STATE")
@pytest.mark.about("deleteInvoice")
def test_deleting_takes_one_invoice_only(examiner: Examiner) -> None:
    invoices = Invoices(examiner)
    older, invoice, newer = (in_state(invoices, "Draft") for _ in range(3))
    invoice.act("deleteInvoice")
    for other in (older, newer):
        other.require_unchanged("deleteInvoice", "INV-DELETE-STATE")


REFUSED = {
    each: next(cell.state for cell in LIFECYCLE.refusals if cell.action == each)
    for each in OPERATIONS
    if any(cell.action == each for cell in LIFECYCLE.refusals)
}
"""For each operation a state in which it is refused."""


@pytest.mark.priority(15)
@pytest.mark.proves(CHANGES_NOTHING)
@pytest.mark.parametrize(
    "operation_id",
    [
        pytest.param(
            each, id=each, marks=[pytest.mark.about(each), pytest.mark.proves(LIFECYCLE.cell(each, state).rule)]
        )
        for each, state in REFUSED.items()
    ],
)
def test_a_refusal_is_one_however_often_it_is_asked_for(examiner: Examiner, operation_id: str) -> None:
    invoice = in_state(Invoices(examiner), REFUSED[operation_id])
    for _ in range(3):
        invoice.act(operation_id)


PAID: dict[str, Sequence[str]] = {
    "by card": ["publishInvoice", "submitInvoice"],
    "by ACH": ["publishInvoice", "submitInvoiceAch", "settle"],
}
REFUSED_WHEN_PAID = [each.action for each in LIFECYCLE.refusals if each.state == "Paid"]


@pytest.mark.priority(15)
@pytest.mark.proves(*sorted({each.rule for each in LIFECYCLE.refusals if each.state == "Paid"}))
@pytest.mark.about(*(each for each in REFUSED_WHEN_PAID if each in INVOICES.operations))
@pytest.mark.parametrize("way", [pytest.param(way, id=name) for name, way in PAID.items()])
def test_paid_is_paid_however_it_was(examiner: Examiner, way: Sequence[str]) -> None:
    """What is refused to an invoice that was marked as paid is refused to one that was really paid."""
    invoice = driven(Invoices(examiner), way)
    for action in REFUSED_WHEN_PAID:
        if examiner.control or action in INVOICES.operations:
            invoice.act(action)


OPEN_AGAIN: dict[str, Sequence[str]] = {
    "after a decline": ["publishInvoice", "decline"],
    "after a return": ["publishInvoice", "submitInvoiceAch", "return"],
    "after an update": ["publishInvoice", "updateInvoice"],
    "after an SMS": ["publishInvoice", "sendInvoiceSms"],
}
LEAVING = ["cancelInvoice", "markInvoiceAsPaid", "submitInvoice", "submitInvoiceAch"]


@pytest.mark.priority(15)
@pytest.mark.proves("INV-CANCEL-STATE", "INV-MARK-PAID-STATE", "INV-CARD-STATE", "INV-ACH-STATE")
@pytest.mark.about(*LEAVING)
@pytest.mark.parametrize("action", LEAVING)
@pytest.mark.parametrize("way", [pytest.param(way, id=name) for name, way in OPEN_AGAIN.items()])
def test_what_is_open_again_is_open(examiner: Examiner, way: Sequence[str], action: str) -> None:
    invoice = driven(Invoices(examiner), way)
    invoice.act("deleteInvoice")
    invoice.act("publishInvoice")
    invoice.act(action)


class Bystander:
    """Another invoice of the same merchant, made after the one that a test is about."""

    def __init__(self, invoices: Invoices) -> None:
        self._invoice = Tracked.draft(invoices, lineItems=[bodies.line("Bystander", 1, 5)])
        self._invoices = invoices
        self._before = invoices.get(self._invoice.id)

    def require_same(self, action: str) -> None:
        """Raise `Broken` where it has changed."""
        now = self._invoices.get(self._invoice.id)
        differences = [
            Difference(f"/{name}", value, now.get(name))
            for name, value in self._before.items()
            if value != now.get(name)
        ]
        if differences:
            message = f"{action} on one invoice changed another one"
            raise Broken(f"SCHEMA:{action}:target", message, differences, operation_id=action)


def driven(invoices: Invoices, way: Sequence[str]) -> Tracked:
    """A new invoice that has gone this way, the last step of it read and held to the model."""
    made = Tracked.draft(invoices)
    for action in way[:-1]:
        made.take(action)
    if way[-1] == "decline":
        made.decline()
    else:
        made.take(way[-1])
        made.look(way[-1])
    return made


def require_unknown(invoice: Tracked, operation_id: str) -> None:
    answer = invoice.send(operation_id, invoice.good(operation_id))
    require_refused(answer, LIFECYCLE.absent_rule, operation_id, entity_id=invoice.id)
