"""Every cell of the contract's lifecycle table: it moves as the table says, or it is refused and nothing changes."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from httpx2 import Response

from mock_server.apis.invoices.model import Status
from mock_server.core.errors import Refused
from openapi.model import ABSENT, Refusal, Transition
from tests.apis.invoices.steps import CONTRACT, LIFECYCLE, accepted, everything, publish, refused
from tests.mock import ACTIONS, BODY, Invoices

CELLS = list(LIFECYCLE.cells())
TRANSITIONS = [pytest.param(cell, id=f"{cell.action}-{cell.source}") for cell in CELLS if isinstance(cell, Transition)]
REFUSALS = [pytest.param(cell, id=f"{cell.action}-{cell.state}") for cell in CELLS if isinstance(cell, Refusal)]
OPERATIONS = [each for each in LIFECYCLE.actions() if each in CONTRACT.operations]
LABELS = {number: label for label, number in LIFECYCLE.states.items()}
EVENTS = ["settle", "return", "refund", "expire"]


def test_the_table_has_a_cell_for_every_action_in_every_state() -> None:
    assert len(CELLS) == len(LIFECYCLE.states) * len(LIFECYCLE.actions()) == 7 * 15
    assert set(OPERATIONS) == set(ACTIONS)
    assert set(LIFECYCLE.actions()) - set(OPERATIONS) == set(EVENTS)


def test_the_statuses_are_those_of_the_contract() -> None:
    schema = CONTRACT.document["components"]["schemas"]["PaymentIntegrations.Contracts.Enums.InvoiceStatus"]

    assert {each.label: each.value for each in Status} == LIFECYCLE.states
    assert dict(zip(schema["x-enum-varnames"], schema["enum"], strict=True)) == LIFECYCLE.states


@pytest.mark.parametrize("cell", TRANSITIONS)
def test_an_action_the_table_allows_leads_to_one_of_its_targets(cell: Transition, invoices: Invoices) -> None:
    invoice_id = invoices.in_status(cell.source)

    if cell.is_event:
        invoices.mock.let_happen(invoice_id, cell.action)
    else:
        is_the_documented_success(invoices.act(cell.action, invoice_id), cell.action)

    assert status_of(invoices, invoice_id) in cell.targets


@pytest.mark.parametrize("cell", REFUSALS)
def test_an_action_the_table_refuses_is_refused_by_its_rule_and_nothing_changes(
    cell: Refusal, invoices: Invoices
) -> None:
    invoice_id = invoices.in_status(cell.state)
    before = everything(invoices)

    if cell.is_event:
        with pytest.raises(Refused) as caught:
            invoices.mock.let_happen(invoice_id, cell.action)
        assert (caught.value.rule, caught.value.entity_id) == (cell.rule, invoice_id)
        told = caught.value.message
    else:
        body = refused(invoices.act(cell.action, invoice_id), cell.rule)
        assert (body["errors"], body["entityId"]) == ({}, invoice_id)
        told = body["details"]

    assert cell.state in told
    assert CONTRACT.rules[cell.rule].says in told
    assert set(re.findall(r"\w+", told)) & set(LIFECYCLE.actions()) == {cell.action, *LIFECYCLE.allowed(cell.state)}
    assert everything(invoices) == before


@pytest.mark.parametrize("operation", OPERATIONS)
def test_an_id_that_nobody_has_is_not_found(operation: str, invoices: Invoices) -> None:
    unknown = str(uuid.uuid4())

    body = refused(invoices.act(operation, unknown), LIFECYCLE.absent_rule)

    assert body["entityId"] == unknown
    assert everything(invoices) == [{"items": [], "total": 0}]


@pytest.mark.parametrize("operation", OPERATIONS)
def test_another_merchants_id_is_answered_like_one_that_nobody_has(operation: str, invoices: Invoices) -> None:
    others = Invoices(invoices.mock)
    foreign, unknown = others.in_status(a_state_that_allows(operation)), str(uuid.uuid4())
    before = everything(others)

    answer = invoices.act(operation, foreign)

    refused(answer, LIFECYCLE.absent_rule)
    assert told_apart(answer, foreign) == told_apart(invoices.act(operation, unknown), unknown)
    assert everything(others) == before


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_deleted_invoice_is_answered_like_one_that_never_was(operation: str, invoices: Invoices) -> None:
    deleted, unknown = invoices.create(), str(uuid.uuid4())
    accepted(invoices.act("deleteInvoice", deleted))

    answer = invoices.act(operation, deleted)

    refused(answer, LIFECYCLE.absent_rule)
    assert told_apart(answer, deleted) == told_apart(invoices.act(operation, unknown), unknown)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_an_id_may_be_written_in_capitals(operation: str, invoices: Invoices) -> None:
    invoice_id = invoices.in_status(a_state_that_allows(operation))

    answer = invoices.ask(operation, invoice_id.upper(), invoices.get_total(invoice_id))

    assert answer.status_code == 200, answer.text


def test_creating_makes_a_draft(invoices: Invoices) -> None:
    assert status_of(invoices, invoices.create()) == "Draft"


def test_publishing_without_an_id_creates_a_published_invoice(invoices: Invoices) -> None:
    invoice_id = publish(invoices.call, **BODY)

    assert status_of(invoices, invoice_id) == "Published"
    assert accepted(invoices.call("GET", "/invoices"))["total"] == 1


def test_publishing_with_a_null_id_creates_a_published_invoice(invoices: Invoices) -> None:
    assert status_of(invoices, publish(invoices.call, **BODY, id=None)) == "Published"


def test_a_declined_card_leaves_the_invoice_published(invoices: Invoices) -> None:
    invoice_id = invoices.in_status("Published")

    accepted(invoices.ask("submitInvoice", invoice_id, 59.97, accountNumber="4000000010050005"))

    assert status_of(invoices, invoice_id) == "Published"


def a_state_that_allows(action: str) -> str:
    return next(each for each in LIFECYCLE.states if action in LIFECYCLE.allowed(each))


def status_of(invoices: Invoices, invoice_id: str) -> str:
    """The invoice's status by its name in the contract, as `get` and the list agree on it."""
    answer = invoices.call("GET", f"/invoices/{invoice_id}")
    listed = {each["id"]: each["status"] for each in everything(invoices)[0]["items"]}
    if answer.status_code == 404:
        assert invoice_id not in listed
        return ABSENT
    status = accepted(answer)["status"]
    assert listed[invoice_id] == status
    return LABELS[status]


def is_the_documented_success(response: Response, operation: str) -> None:
    documented = CONTRACT.operations[operation].answers["200"].contents
    assert response.status_code == 200, response.text
    if not documented:
        assert response.content == b""
    else:
        assert response.headers["content-type"] in [each.media_type for each in documented]


def told_apart(response: Response, invoice_id: str) -> Any:
    """All of a refusal by which a client could tell one id from another."""
    call = response.headers["x-request-id"]
    text = response.text.replace(invoice_id, "<id>").replace(call, "<call>")
    return response.status_code, [(n, v.replace(call, "<call>")) for n, v in response.headers.items()], text
