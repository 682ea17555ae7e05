"""The history of an invoice: one entry for each event, oldest first, and none ever goes."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_server.core.errors import Refused
from mock_server.core.instants import to_text
from tests.apis.invoices.steps import CONTRACT, LIFECYCLE, accepted, publish
from tests.mock import ACTIONS, BODY, Invoices, Mock

ENTRIES: dict[str, tuple[str, str, str | None]] = {
    "updateInvoice": ("updated", "Published", None),
    "cancelInvoice": ("canceled", "Canceled", None),
    "markInvoiceAsPaid": ("markedAsPaid", "Paid", None),
    "submitInvoice": ("cardPaymentApproved", "Paid", "Card ending in 1111"),
    "submitInvoiceAch": ("achPaymentSubmitted", "ProcessingPayment", "Account ending in 6789"),
    "sendInvoiceSms": ("smsSent", "Published", "Number ending in 0199"),
    "expire": ("expired", "Expired", None),
}
"""What may happen to a published invoice -> the entry it makes: event, status and note."""
LATER: dict[tuple[str, str], tuple[str, str, str | None]] = {
    ("submitInvoiceAch", "settle"): ("achPaymentSettled", "Paid", None),
    ("submitInvoiceAch", "return"): ("achPaymentReturned", "Published", None),
    ("submitInvoice", "refund"): ("refunded", "Refunded", None),
    ("markInvoiceAsPaid", "refund"): ("refunded", "Refunded", None),
}
READING = ["getInvoice", "getInvoiceCalculations", "downloadInvoicePdf"]


def happen(invoices: Invoices, invoice_id: str, action: str) -> bool:
    """Let an operation or an event happen; returns whether it did."""
    if action in ACTIONS:
        return invoices.act(action, invoice_id).status_code == 200
    try:
        invoices.mock.let_happen(invoice_id, action)
    except Refused:
        return False
    return True


def entry(invoice: dict[str, Any], place: int = -1) -> tuple[str, str, str | None]:
    """Event, status and note of an entry."""
    labels = {number: label for label, number in LIFECYCLE.states.items()}
    found = invoice["history"][place]
    return found["event"], labels[found["status"]], found["note"]


def test_a_draft_begins_with_its_creation(invoices: Invoices) -> None:
    invoice = invoices.get(invoices.create())

    assert [entry(invoice, place) for place in range(len(invoice["history"]))] == [("created", "Draft", None)]
    assert invoice["history"][0]["dateTime"] == "2026-11-02T09:30:00Z"


def test_publishing_follows_creation_whether_at_once_or_later(invoices: Invoices) -> None:
    for invoice_id in (invoices.in_status("Published"), publish(invoices.call, **BODY)):
        invoice = invoices.get(invoice_id)
        assert [entry(invoice, place) for place in (0, 1)] == [
            ("created", "Draft", None),
            ("published", "Published", None),
        ]


@pytest.mark.parametrize("action", ENTRIES)
def test_an_event_adds_one_entry_of_its_own(action: str, invoices: Invoices) -> None:
    invoice_id = invoices.in_status("Published")
    before = invoices.get(invoice_id)["history"]

    assert happen(invoices, invoice_id, action)

    after = invoices.get(invoice_id)
    assert after["history"][:-1] == before
    assert entry(after) == ENTRIES[action]
    assert after["history"][-1]["amount"] == after["totalAmount"]


@pytest.mark.parametrize(("payment", "event"), LATER)
def test_what_follows_a_payment_adds_one_entry_of_its_own(payment: str, event: str, invoices: Invoices) -> None:
    invoice_id = invoices.in_status("Published")
    happen(invoices, invoice_id, payment)
    before = invoices.get(invoice_id)["history"]

    assert happen(invoices, invoice_id, event)

    after = invoices.get(invoice_id)
    assert after["history"][:-1] == before
    assert entry(after) == LATER[payment, event]


def test_each_event_the_contract_names_is_made_by_something_here() -> None:
    schema = CONTRACT.document["components"]["schemas"]["PaymentIntegrations.Contracts.Invoices.InvoiceHistoryItemDto"]
    told = " ".join(schema["properties"]["event"]["description"].rstrip(". \n").split())

    made = {each[0] for each in (*ENTRIES.values(), *LATER.values())} | {"created", "published", "cardPaymentDeclined"}

    assert {*told.split("such as ")[1].replace(" or ", ", ").split(", ")} == made


@pytest.mark.parametrize("operation", READING)
def test_reading_leaves_no_trace(operation: str, invoices: Invoices) -> None:
    invoice_id = invoices.in_status("Published")
    before = invoices.get(invoice_id)

    assert happen(invoices, invoice_id, operation)

    assert invoices.get(invoice_id) == before


def test_an_amount_is_the_total_at_its_time(invoices: Invoices) -> None:
    invoice_id = invoices.create(lineItems=[{"unitPrice": 10}])

    accepted(invoices.ask("updateInvoice", invoice_id, lineItems=[{"unitPrice": 20}]))
    publish(invoices.call, id=invoice_id, shippingAmount=5)
    accepted(invoices.ask("updateInvoice", invoice_id, lineItems=[{"unitPrice": 30}]))

    assert [each["amount"] for each in invoices.get(invoice_id)["history"]] == [10, 20, 25, 30]


def test_an_entry_is_dated_when_it_happened(moving: Invoices) -> None:
    clock = moving.mock.clock
    passed = [clock.now()]
    invoice_id = moving.create()

    for action in ("publishInvoice", "sendInvoiceSms", "cancelInvoice"):
        clock.advance(timedelta(days=1, milliseconds=5))
        passed.append(clock.now())
        assert happen(moving, invoice_id, action)

    assert [each["dateTime"] for each in moving.get(invoice_id)["history"]] == [to_text(each) for each in passed]


@settings(max_examples=12, deadline=None)
@given(actions=st.lists(st.sampled_from(LIFECYCLE.actions()), min_size=4, max_size=10))
def test_the_history_only_grows_by_an_entry_for_each_thing_that_happens(actions: list[str], shared_mock: Mock) -> None:
    invoices = Invoices(shared_mock)
    invoice_id = invoices.in_status("Published")
    before = invoices.get(invoice_id)

    for action in actions:
        has_happened = happen(invoices, invoice_id, action)
        after = invoices.get(invoice_id)
        assert after["history"][: len(before["history"])] == before["history"]
        assert len(after["history"]) - len(before["history"]) == (has_happened and action not in READING)
        assert after["history"][-1]["status"] == after["status"]
        before = after

    ids = [uuid.UUID(each["id"]) for each in before["history"]]
    assert len({*ids}) == len(ids)
