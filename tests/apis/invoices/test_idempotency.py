"""Calls that are repeated under their key: the first answer again, and nothing is done twice."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from httpx2 import Response

from tests.apis.invoices.steps import CONTRACT, LIFECYCLE, accepted, events, everything, refused
from tests.mock import ACTIONS, BODY, Invoices
from tests.storage.steps import at_once

KEYED = [
    each.id for each in CONTRACT.operations.values() if "Idempotency-Key" in {given.name for given in each.parameters}
]
WITH_A_BODY = [each for each in KEYED if CONTRACT.operations[each].body]


def ready_for(operation: str, invoices: Invoices) -> str:
    """The id of an invoice in the first status that allows the operation; any id where it takes none."""
    if operation not in ACTIONS:
        return str(uuid.uuid4())
    return invoices.in_status(next(each for each in LIFECYCLE.states if operation in LIFECYCLE.allowed(each)))


def ask(invoices: Invoices, operation: str, invoice_id: str, key: str, **more: Any) -> Response:
    """The call under a key, its body with these members changed."""
    headers = {"Idempotency-Key": key}
    if operation == "createInvoice":
        return invoices.call("POST", "/invoices", {**BODY, **more}, headers=headers)
    return invoices.ask(operation, invoice_id, 59.97, headers=headers, **more)


def same(one: Response, other: Response) -> bool:
    """Whether two answers are one but for the ids of their exchanges."""
    names = ("content-type", "content-length")
    first, second = (
        (each.status_code, each.content, [each.headers.get(name) for name in names]) for each in (one, other)
    )
    return first == second


def test_every_operation_that_changes_something_takes_a_key() -> None:
    assert [*CONTRACT.rules["INV-IDEMPOTENCY-CONFLICT"].applies_to] == KEYED
    assert [each.id for each in CONTRACT.operations.values() if not each.is_safe] == KEYED
    assert {CONTRACT.operations[each].method for each in KEYED} == {"POST", "PUT", "DELETE"}


@pytest.mark.parametrize("operation", KEYED)
def test_a_repeated_call_gets_the_first_answer_and_is_not_done_again(operation: str, invoices: Invoices) -> None:
    invoice_id = ready_for(operation, invoices)

    first = ask(invoices, operation, invoice_id, "k")
    after = everything(invoices)
    second = ask(invoices, operation, invoice_id, "k")

    assert first.status_code == 200
    assert same(first, second)
    assert first.headers["x-request-id"] != second.headers["x-request-id"]
    assert everything(invoices) == after


@pytest.mark.parametrize("operation", WITH_A_BODY)
def test_a_key_that_comes_again_with_another_body_is_a_conflict(operation: str, invoices: Invoices) -> None:
    invoice_id = ready_for(operation, invoices)
    accepted(ask(invoices, operation, invoice_id, "k"))
    after = everything(invoices)

    body = refused(ask(invoices, operation, invoice_id, "k", additionalNotes="another"), "INV-IDEMPOTENCY-CONFLICT")

    assert (body["errors"], body["entityId"]) == ({}, None)
    assert everything(invoices) == after


@pytest.mark.parametrize("operation", KEYED)
def test_another_key_is_another_call(operation: str, invoices: Invoices) -> None:
    invoice_id = ready_for(operation, invoices)
    first = ask(invoices, operation, invoice_id, "k")

    second = ask(invoices, operation, invoice_id, "K")

    if operation == "createInvoice":
        assert first.json()["id"] != accepted(second)["id"]
    elif operation == "deleteInvoice":
        refused(second, LIFECYCLE.absent_rule)
    elif operation in {"updateInvoice", "sendInvoiceSms"}:
        accepted(second)
        assert events(invoices.get(invoice_id))[-2] == events(invoices.get(invoice_id))[-1]
    else:
        assert second.headers["x-mock-rule"].endswith("-STATE")


def test_publishing_at_once_is_done_once(invoices: Invoices) -> None:
    answers = [invoices.call("POST", "/invoices/publish", BODY, headers={"Idempotency-Key": "k"}) for _ in range(3)]

    assert len({answer.json()["id"] for answer in answers}) == 1
    assert [each["number"] for each in everything(invoices)[1:]] == ["INV-001001"]


def test_the_first_answer_is_given_again_when_the_invoice_has_moved_on(invoices: Invoices) -> None:
    invoice_id = invoices.create()
    first = ask(invoices, "publishInvoice", invoice_id, "k")
    accepted(invoices.act("cancelInvoice", invoice_id))
    after = everything(invoices)

    assert same(ask(invoices, "publishInvoice", invoice_id, "k"), first)
    assert everything(invoices) == after


def test_a_decline_is_an_answer_that_is_given_again(invoices: Invoices) -> None:
    invoice_id = invoices.in_status("Published")
    declined = {"accountNumber": "4000000010050005"}

    answers = [ask(invoices, "submitInvoice", invoice_id, "k", **declined) for _ in range(2)]

    assert [accepted(answer)["success"] for answer in answers] == [False, False]
    assert events(invoices.get(invoice_id)) == ["created", "published", "cardPaymentDeclined"]
    refused(ask(invoices, "submitInvoice", invoice_id, "k"), "INV-IDEMPOTENCY-CONFLICT")


# Whose and where a key is


def test_a_key_of_another_merchant_is_another_key(invoices: Invoices) -> None:
    others = Invoices(invoices.mock)

    one, other = (accepted(ask(each, "createInvoice", "", "k"))["id"] for each in (invoices, others))

    assert one != other
    accepted(ask(others, "createInvoice", "", "k2", additionalNotes="another"))


def test_a_key_may_be_used_for_each_invoice_and_each_operation(invoices: Invoices) -> None:
    first, second = (accepted(ask(invoices, "createInvoice", "", key))["id"] for key in ("k", "l"))

    for operation in ("updateInvoice", "publishInvoice", "sendInvoiceSms", "cancelInvoice"):
        accepted(ask(invoices, operation, first, "k"))
    accepted(ask(invoices, "updateInvoice", second, "k", additionalNotes="another"))
    accepted(ask(invoices, "deleteInvoice", second, "k"))

    assert events(invoices.get(first)) == ["created", "updated", "published", "smsSent", "canceled"]


def test_reading_under_a_key_reads_anew(invoices: Invoices) -> None:
    invoice_id = invoices.create()
    path, headers = f"/invoices/{invoice_id}", {"Idempotency-Key": "k"}
    accepted(invoices.call("GET", path, headers=headers))
    accepted(invoices.act("publishInvoice", invoice_id))

    assert accepted(invoices.call("GET", path, headers=headers))["status"] == 2


@pytest.mark.parametrize("key", ["x", "k" * 255, " inner  spaces ", "!\"#$%&'()*+,-./:;<=>?@[]^_`{|}~"])
def test_a_key_is_any_text_of_up_to_255_characters(key: str, invoices: Invoices) -> None:
    first, second = (ask(invoices, "createInvoice", "", key) for _ in range(2))

    assert accepted(first) == accepted(second)


def test_an_empty_key_is_refused(invoices: Invoices) -> None:
    answer = ask(invoices, "createInvoice", "", "")

    assert (answer.status_code, answer.headers["x-mock-rule"]) == (400, "INV-PARAMETER")
    assert everything(invoices) == [{"items": [], "total": 0}]


# A refused call is not kept


def test_a_refused_call_may_be_made_again_under_its_key_once_its_cause_is_mended(invoices: Invoices) -> None:
    invoice_id = invoices.create(lineItems=[])
    refused(ask(invoices, "publishInvoice", invoice_id, "k"), "INV-PUBLISH-LINES")
    accepted(invoices.act("updateInvoice", invoice_id))

    accepted(ask(invoices, "publishInvoice", invoice_id, "k"))

    assert invoices.get(invoice_id)["status"] == 2


def test_a_refused_call_leaves_its_key_free_for_another_body(invoices: Invoices) -> None:
    invoice_id = invoices.in_status("Published")
    refused(ask(invoices, "submitInvoice", invoice_id, "k", securityCode="1"), "INV-CARD-CVV")

    assert accepted(ask(invoices, "submitInvoice", invoice_id, "k"))["success"]


def test_a_malformed_call_is_refused_as_such_under_a_used_key_too(invoices: Invoices) -> None:
    accepted(ask(invoices, "createInvoice", "", "k"))

    answer = ask(invoices, "createInvoice", "", "k", taxPercentage=101)

    assert answer.headers["x-mock-rule"] == "INV-BODY-SCHEMA"


# Two at the same time


def test_calls_that_race_under_one_key_have_one_effect(racing: Invoices) -> None:
    invoice_id = racing.in_status("Published")
    before = events(racing.get(invoice_id))

    created = at_once([lambda: ask(racing, "createInvoice", "", "k")] * 6)
    paid = at_once([lambda: ask(racing, "submitInvoice", invoice_id, "k")] * 6)

    assert len({str(accepted(answered(each))) for each in created}) == 1
    assert [accepted(answered(each))["success"] for each in paid] == [True] * 6
    assert everything(racing)[0]["total"] == 2
    assert events(racing.get(invoice_id)) == [*before, "cardPaymentApproved"]


def test_of_two_bodies_that_race_under_one_key_one_is_taken(racing: Invoices) -> None:
    def creating(notes: str) -> Response:
        return ask(racing, "createInvoice", "", "k", additionalNotes=notes)

    answers = at_once([lambda: creating("one"), lambda: creating("other")] * 3)

    statuses = sorted(answered(each).status_code for each in answers)
    assert statuses == [200] * 3 + [409] * 3
    assert everything(racing)[0]["total"] == 1


def answered(outcome: Response | Exception) -> Response:
    assert isinstance(outcome, Response), outcome
    return outcome
