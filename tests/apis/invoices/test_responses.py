"""What every answer carries: the ids of its exchange, and a body or none, as the contract has it."""

from __future__ import annotations

import uuid

import pytest
from httpx2 import Response

from tests.apis.invoices.steps import CONTRACT, LIFECYCLE
from tests.mock import ACTIONS, BODY, Caller, Invoices

OPERATIONS = list(CONTRACT.operations)
EMPTY = [each.id for each in CONTRACT.operations.values() if not each.answers["200"].contents]
UNKNOWN = "00000000-0000-4000-8000-000000000000"


def succeed(invoices: Invoices, operation: str) -> Response:
    """An answer 200 of the operation."""
    if operation == "createInvoice":
        return invoices.call("POST", "/invoices", BODY)
    if operation == "listInvoices":
        return invoices.call("GET", "/invoices")
    state = next(each for each in LIFECYCLE.states if operation in LIFECYCLE.allowed(each))
    return invoices.act(operation, invoices.in_status(state))


def fail(invoices: Invoices, operation: str) -> Response:
    """A refusal of the operation."""
    if operation == "createInvoice":
        return invoices.call("POST", "/invoices", {"taxPercentage": 101})
    if operation == "listInvoices":
        return invoices.call("GET", "/invoices?page=0")
    return invoices.act(operation, UNKNOWN)


def carries_the_ids_of_its_exchange(response: Response) -> bool:
    call, trace = (response.headers[name] for name in ("x-request-id", "x-arise-trace-correlationid"))
    return str(uuid.UUID(call)) == call and str(uuid.UUID(trace)) == trace


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_success_carries_the_ids_of_its_exchange(operation: str, invoices: Invoices) -> None:
    answer = succeed(invoices, operation)

    assert answer.status_code == 200
    assert carries_the_ids_of_its_exchange(answer)
    assert "x-mock-rule" not in answer.headers


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_refusal_carries_the_ids_of_its_exchange_and_repeats_the_trace(operation: str, invoices: Invoices) -> None:
    answer = fail(invoices, operation)

    assert answer.status_code in {400, 404}
    assert carries_the_ids_of_its_exchange(answer)
    assert answer.json()["correlationId"] == answer.headers["x-arise-trace-correlationid"]


@pytest.mark.parametrize("token", [None, "nonsense"])
def test_a_refused_token_and_a_stray_path_carry_them_too(token: str | None, invoices: Invoices) -> None:
    call = Caller(invoices.mock, invoices.call.base_path, token)

    for answer, status in ((call("GET", "/invoices"), 401), (invoices.call("GET", "/nowhere"), 404)):
        assert answer.status_code == status
        assert carries_the_ids_of_its_exchange(answer)
        assert answer.json()["correlationId"] == answer.headers["x-arise-trace-correlationid"]


def test_no_two_answers_carry_the_same_ids(invoices: Invoices) -> None:
    answers = [invoices.call("GET", "/invoices") for _ in range(5)] + [fail(invoices, "getInvoice") for _ in range(5)]

    assert len({answer.headers["x-request-id"] for answer in answers}) == 10
    assert len({answer.headers["x-arise-trace-correlationid"] for answer in answers}) == 10


def test_the_empty_answers_are_those_of_the_contract() -> None:
    assert set(EMPTY) == {"updateInvoice", "deleteInvoice", "cancelInvoice", "markInvoiceAsPaid", "sendInvoiceSms"}
    assert set(EMPTY) <= set(ACTIONS)


@pytest.mark.parametrize("operation", EMPTY)
def test_what_has_no_body_has_no_type_and_a_length_of_zero(operation: str, invoices: Invoices) -> None:
    answer = succeed(invoices, operation)

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == "0"
    assert "content-type" not in answer.headers


@pytest.mark.parametrize("operation", [each for each in OPERATIONS if each not in EMPTY])
def test_what_has_a_body_has_its_type_and_length(operation: str, invoices: Invoices) -> None:
    answer = succeed(invoices, operation)

    documented = [each.media_type for each in CONTRACT.operations[operation].answers["200"].contents]
    assert answer.headers["content-type"] in documented
    assert answer.headers["content-length"] == str(len(answer.content))


@pytest.mark.parametrize("operation", ["createInvoice", "publishInvoice"])
def test_creating_and_publishing_answer_the_id_and_nothing_else(operation: str, invoices: Invoices) -> None:
    answer = succeed(invoices, operation)

    assert [*answer.json()] == ["id"]
    assert invoices.get(answer.json()["id"])["id"] == answer.json()["id"]
