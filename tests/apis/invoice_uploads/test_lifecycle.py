"""The lifecycle of uploads, every cell of its table: the action works, or is refused and nothing has changed."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from mock_server.core.errors import Refused
from mock_server.core.lifecycle import targets
from openapi.model import Refusal, Transition
from tests.apis.invoice_uploads.builders import (
    ACTIONS,
    CONTRACT,
    FILE,
    LIFECYCLE,
    LIFETIME,
    OTHER_BYTES,
    File,
    Presigned,
    Uploads,
    digest,
    refused,
)

UNKNOWN = "12345678-1234-4234-8234-1234567890ab"
STATES = list(LIFECYCLE.states)
CELLS = list(LIFECYCLE.cells())
POSSIBLE = [cell for cell in CELLS if isinstance(cell, Transition) and cell.action in ACTIONS]
FORBIDDEN = [cell for cell in CELLS if isinstance(cell, Refusal) and cell.action in ACTIONS]
UPLOAD_OPERATIONS = [each.id for each in CONTRACT.operations.values() if "{uploadId}" in each.path]
ATTACHING = ["attachUpload", "attachInvoiceToPaymentRequest"]


def name_of(cell: Any) -> str:
    return f"{cell.action} in {cell.source if isinstance(cell, Transition) else cell.state}"


def success_of(action: str) -> int:
    """The one success status of an operation; 200 for the bucket."""
    operation = CONTRACT.operations.get(action)
    statuses = [int(each) for each in operation.answers if each.startswith("2")] if operation else [200]
    assert len(statuses) == 1
    return statuses[0]


def test_the_table_is_complete() -> None:
    assert set(LIFECYCLE.actions()) == {*ACTIONS, "lapse", "replace"}
    assert set(UPLOAD_OPERATIONS) <= set(LIFECYCLE.actions())
    assert {(name_of(cell)) for cell in CELLS} == {
        f"{action} in {state}" for action in LIFECYCLE.actions() for state in STATES
    }


@pytest.mark.parametrize("state", STATES)
def test_each_state_can_be_told_from_outside(state: str, uploads: Uploads) -> None:
    assert uploads.seen(uploads.in_state(state)) == state


# --- calls ---


@pytest.mark.parametrize("cell", POSSIBLE, ids=name_of)
def test_a_possible_call_leads_where_the_table_says(cell: Transition, uploads: Uploads) -> None:
    upload = uploads.in_state(cell.source)

    response = uploads.act(cell.action, upload)

    assert response.status_code == success_of(cell.action), response.text
    assert uploads.seen(upload) in cell.targets


@pytest.mark.parametrize("cell", FORBIDDEN, ids=name_of)
def test_a_forbidden_call_is_refused_and_changes_nothing(cell: Refusal, uploads: Uploads) -> None:
    upload = uploads.in_state(cell.state)
    before = uploads.kept()

    response = uploads.act(cell.action, upload)

    refused(response, cell.rule)
    assert uploads.kept() == before
    assert uploads.seen(upload) == cell.state


@pytest.mark.parametrize("cell", [cell for cell in FORBIDDEN if not cell.is_event], ids=name_of)
def test_a_refusal_says_what_was_asked_what_is_the_case_and_what_is_possible(cell: Refusal, uploads: Uploads) -> None:
    message = uploads.act(cell.action, uploads.in_state(cell.state)).json()["message"]

    assert cell.action in message
    assert f"is {cell.state}" in message
    assert re.search(rf"Possible in {cell.state}: {', '.join(LIFECYCLE.allowed(cell.state))}\.", message)


@pytest.mark.parametrize("cell", FORBIDDEN, ids=name_of)
def test_after_a_refusal_everything_else_is_possible_as_before(cell: Refusal, uploads: Uploads) -> None:
    for action in (each for each in LIFECYCLE.allowed(cell.state) if each in ACTIONS):
        upload = uploads.in_state(cell.state)
        refused(uploads.act(cell.action, upload), cell.rule)

        assert uploads.act(action, upload).status_code == success_of(action)


@pytest.mark.parametrize("state", ["confirmed", "attached"])
def test_a_spent_url_leaves_the_confirmed_bytes_as_they_are(state: str, uploads: Uploads) -> None:
    upload = uploads.in_state(state)

    refused(uploads.put(upload, OTHER_BYTES), "UPL-PUT-SPENT")

    assert uploads.bytes_of(uploads.preview(upload)) == FILE.content


def test_bytes_put_again_replace_the_earlier_ones(uploads: Uploads) -> None:
    upload = uploads.in_state("stored")

    assert uploads.put(upload, OTHER_BYTES).status_code == 200

    refused(uploads.confirm(upload), "UPL-CONFIRM-DIGEST")
    assert uploads.confirm(upload, digest(OTHER_BYTES)).status_code == 200
    assert uploads.bytes_of(uploads.preview(upload)) == OTHER_BYTES


@pytest.mark.parametrize("cell", [cell for cell in CELLS if cell.action in ATTACHING], ids=name_of)
def test_both_ways_to_attach_do_and_answer_the_same(cell: Any, uploads: Uploads) -> None:
    state = cell.state if isinstance(cell, Refusal) else cell.source
    one, other = uploads.in_state(state), uploads.in_state(state)

    first, second = uploads.attach(one), uploads.attach_to_payment_request(other)

    assert first.status_code == second.status_code
    assert set(first.json()) == set(second.json())
    assert first.headers.get("x-mock-rule") == second.headers.get("x-mock-rule")
    assert uploads.seen(one) == uploads.seen(other)


# --- what happens without a call of its own ---


def let_lapse(uploads: Uploads, upload: Presigned) -> None:
    uploads.mock.clock.advance(LIFETIME)
    uploads.call = uploads.mock.caller("invoice-uploads", uploads.merchant)


def let_replace(uploads: Uploads, upload: Presigned) -> None:
    other = uploads.in_state("confirmed", File("another.png", "image/png", b"another"))
    assert uploads.attach(other, upload.payment_request).status_code == 200
    assert uploads.invoice_of(upload.payment_request) == other.id


EVENTS = {"lapse": let_lapse, "replace": let_replace}


@pytest.mark.parametrize(
    "cell", [cell for cell in CELLS if isinstance(cell, Transition) and cell.action in EVENTS], ids=name_of
)
def test_what_happens_by_itself_leads_where_the_table_says(cell: Transition, moving_uploads: Uploads) -> None:
    upload = moving_uploads.in_state(cell.source)

    EVENTS[cell.action](moving_uploads, upload)

    assert moving_uploads.seen(upload) in cell.targets


@pytest.mark.parametrize(
    "cell", [cell for cell in CELLS if isinstance(cell, Refusal) and cell.action in EVENTS], ids=name_of
)
def test_what_the_table_forbids_does_not_happen_by_itself(cell: Refusal, moving_uploads: Uploads) -> None:
    upload = moving_uploads.in_state(cell.state)
    before = [each for each in moving_uploads.kept()["uploads"] if each.id == upload.id]

    EVENTS[cell.action](moving_uploads, upload)

    assert moving_uploads.seen(upload) == cell.state
    assert [each for each in moving_uploads.kept()["uploads"] if each.id == upload.id] == before


@pytest.mark.parametrize(
    "cell", [cell for cell in CELLS if isinstance(cell, Refusal) and cell.action in EVENTS], ids=name_of
)
def test_an_event_the_table_forbids_is_refused_by_its_rule(cell: Refusal) -> None:
    with pytest.raises(Refused) as caught:
        targets(LIFECYCLE, CONTRACT, cell.action, cell.state, "an id")

    assert caught.value.rule == cell.rule
    assert caught.value.entity_id == "an id"
    assert list(caught.value.allowed) == LIFECYCLE.allowed(cell.state)


# --- ids that name nothing of the caller's ---


def stranger(upload: Presigned, upload_id: str = UNKNOWN) -> Presigned:
    """The same with another id; its payment request is the caller's own."""
    return Presigned(upload_id, upload.url, upload.key, upload.payment_request, upload.file)


@pytest.mark.parametrize("upload_id", [UNKNOWN, UNKNOWN.upper(), "00000000-0000-0000-0000-000000000000"])
@pytest.mark.parametrize("operation", UPLOAD_OPERATIONS)
def test_an_unknown_upload_is_404(operation: str, upload_id: str, uploads: Uploads) -> None:
    upload = stranger(uploads.in_state("confirmed"), upload_id)
    before = uploads.kept()

    refused(uploads.act(operation, upload), "UPL-NOT-FOUND")

    assert uploads.kept() == before


@pytest.mark.parametrize("operation", UPLOAD_OPERATIONS)
def test_a_deleted_upload_is_404(operation: str, uploads: Uploads) -> None:
    upload = uploads.in_state("confirmed")
    assert uploads.delete(upload).status_code == 204

    refused(uploads.act(operation, upload), "UPL-NOT-FOUND")


@pytest.mark.parametrize("operation", UPLOAD_OPERATIONS)
def test_a_lapsed_upload_is_404(operation: str, moving_uploads: Uploads) -> None:
    upload = moving_uploads.in_state("stored")
    let_lapse(moving_uploads, upload)

    refused(moving_uploads.act(operation, upload), "UPL-NOT-FOUND")


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("operation", UPLOAD_OPERATIONS)
def test_another_merchants_upload_is_404_like_an_unknown_one(operation: str, state: str, uploads: Uploads) -> None:
    theirs = uploads.in_state(state)
    others = Uploads(uploads.mock)
    mine = Presigned(theirs.id, theirs.url, theirs.key, others.payment_request(), theirs.file)
    before = uploads.kept()

    response = others.act(operation, mine)

    refused(response, "UPL-NOT-FOUND")
    unknown = others.act(operation, stranger(mine))
    assert response.text.replace(mine.id, "the id") == unknown.text.replace(UNKNOWN, "the id")
    assert uploads.kept() == before
    assert uploads.seen(theirs) == state


@pytest.mark.parametrize("operation", ATTACHING)
def test_an_unknown_payment_request_is_404(operation: str, uploads: Uploads) -> None:
    upload = uploads.in_state("confirmed")
    before = uploads.kept()

    refused(uploads.act(operation, with_payment_request(upload, UNKNOWN)), "UPL-PAYMENT-REQUEST")

    assert uploads.kept() == before
    assert uploads.seen(upload) == "confirmed"


@pytest.mark.parametrize("operation", ATTACHING)
def test_another_merchants_payment_request_is_404_like_an_unknown_one(operation: str, uploads: Uploads) -> None:
    upload = uploads.in_state("confirmed")
    others = Uploads(uploads.mock)
    theirs = others.in_state("attached")
    before = uploads.kept()

    response = uploads.act(operation, with_payment_request(upload, theirs.payment_request))

    refused(response, "UPL-PAYMENT-REQUEST")
    unknown = uploads.act(operation, with_payment_request(upload, UNKNOWN))
    assert response.text.replace(theirs.payment_request, "the id") == unknown.text.replace(UNKNOWN, "the id")
    assert uploads.kept() == before
    assert others.invoice_of(theirs.payment_request) == theirs.id


def test_the_invoice_url_of_an_unknown_or_foreign_payment_request_is_404(uploads: Uploads) -> None:
    theirs = Uploads(uploads.mock).in_state("attached")

    refused(uploads.invoice_url(UNKNOWN), "UPL-PAYMENT-REQUEST")
    refused(uploads.invoice_url(theirs.payment_request), "UPL-PAYMENT-REQUEST")


def test_a_payment_request_without_an_invoice_has_no_invoice_url(uploads: Uploads) -> None:
    refused(uploads.invoice_url(uploads.payment_request()), "UPL-INVOICE-ATTACHED")


def test_the_urls_of_a_deleted_upload_lead_nowhere(uploads: Uploads) -> None:
    upload = uploads.in_state("confirmed")
    preview = uploads.preview(upload).json()["url"]
    uploads.delete(upload)
    before = uploads.kept()

    refused(uploads.put(upload), "UPL-PUT-SPENT")
    refused(uploads.mock.client.get(preview), "UPL-FETCH-ABSENT")
    assert uploads.kept() == before


def test_ids_are_known_in_either_case(uploads: Uploads) -> None:
    upload = uploads.in_state("confirmed")
    shouted = stranger(with_payment_request(upload, upload.payment_request.upper()), upload.id.upper())

    assert uploads.attach(shouted).status_code == 200
    assert uploads.invoice_of(upload.payment_request) == upload.id
    assert uploads.seen(upload) == "attached"
    assert uploads.invoice_url(upload.payment_request.upper()).status_code == 200


def with_payment_request(upload: Presigned, payment_request: str) -> Presigned:
    return Presigned(upload.id, upload.url, upload.key, payment_request, upload.file)


def test_time_alone_changes_nothing_that_is_confirmed(moving_uploads: Uploads) -> None:
    upload = moving_uploads.in_state("attached")
    before = moving_uploads.kept()

    moving_uploads.mock.clock.advance(timedelta(days=3650))
    moving_uploads.call = moving_uploads.mock.caller("invoice-uploads", moving_uploads.merchant)

    assert moving_uploads.seen(upload) == "attached"
    assert [each for each in moving_uploads.kept()["uploads"] if each.id == upload.id] == [
        each for each in before["uploads"] if each.id == upload.id
    ]
