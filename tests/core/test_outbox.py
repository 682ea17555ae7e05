"""What the records of the outbox say of themselves, and that every store keeps them."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from mock_server.core.outbox import (
    COLLECTIONS,
    DELIVERIES,
    Attempt,
    Claim,
    Delivery,
    DeliveryState,
    Kind,
    MessageState,
    OutboxMessage,
    Webhook,
    state_of,
)
from mock_server.core.records import Condition, Query, earliest
from mock_server.storage import open_store

AT = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
PENDING, DELIVERED, FAILED = DeliveryState.PENDING, DeliveryState.DELIVERED, DeliveryState.FAILED


def webhook(**changes: object) -> Webhook:
    return Webhook(**{  # type: ignore[arg-type]
        "id": "w", "number": 1, "url": "http://localhost", "secret": "s" * 16, "events": ("invoice.paid",),
        "created_at": AT, **changes,
    })  # fmt: skip


def delivery(delivery_id: str = "d", **changes: object) -> Delivery:
    return Delivery(**{  # type: ignore[arg-type]
        "id": delivery_id, "message_id": "m", "message_number": 1, "webhook_id": "w", "url": "http://localhost",
        "due_at": AT, **changes,
    })  # fmt: skip


def message(**changes: object) -> OutboxMessage:
    return OutboxMessage(**{  # type: ignore[arg-type]
        "id": "m", "number": 1, "kind": Kind.EVENT, "type": "invoice.paid", "at": AT.replace(microsecond=999000),
        "merchant_id": "mine", "resource_type": "invoice", "resource_id": "Ä", "api_version": "1", **changes,
    })  # fmt: skip


def test_the_body_of_an_event_has_the_members_of_the_vendors_events_and_no_others() -> None:
    expected = {
        "id": "m",
        "type": "invoice.paid",
        "created": "2026-11-02T09:30:00.999Z",
        "apiVersion": "1",
        "data": {"object": {"id": "Ä", "resourceType": "invoice"}},
    }
    assert message().body == json.dumps(expected, separators=(",", ":"), ensure_ascii=False)


def test_an_sms_has_no_body() -> None:
    assert message(kind=Kind.SMS, api_version=None).body is None


def test_how_far_a_message_is_changes_nothing_of_its_body() -> None:
    assert message(state=MessageState.DELIVERED, version=3).body == message().body


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ([], MessageState.KEPT),
        ([DELIVERED], MessageState.DELIVERED),
        ([DELIVERED, DELIVERED], MessageState.DELIVERED),
        ([DELIVERED, FAILED], MessageState.FAILED),
        ([FAILED, PENDING, DELIVERED], MessageState.PENDING),
        ([DELIVERED, PENDING], MessageState.PENDING),
    ],
)
def test_a_message_is_as_far_as_its_delivery_that_is_worst_off(
    states: list[DeliveryState], expected: MessageState
) -> None:
    assert state_of(delivery(state=each) for each in states) is expected


@pytest.mark.parametrize(
    ("changes", "is_wanted"),
    [
        ({}, True),
        ({"events": ("invoice.created", "invoice.paid")}, True),
        ({"events": ("invoice.created",)}, False),
        ({"merchant_id": "mine"}, True),
        ({"merchant_id": "another"}, False),
        ({"is_enabled": False}, False),
    ],
)
def test_an_endpoint_is_told_of_its_events_of_its_merchant_while_it_is_enabled(
    changes: dict[str, object], is_wanted: bool
) -> None:
    assert webhook(**changes).wants("invoice.paid", "mine") is is_wanted


def test_a_delivery_is_not_due_while_somebody_makes_an_attempt() -> None:
    store = open_store("sqlite://", COLLECTIONS)
    free, taken = delivery("free"), delivery("taken", due_at=AT.replace(hour=8), claim=Claim("me", AT.replace(hour=10)))
    with store.begin("default", write=True) as work:
        for each in (free, taken, delivery("done", due_at=None, attempts=(Attempt(AT, 200, None, "ok"),))):
            work.records(DELIVERIES).add(each)

    with store.begin("default", write=False) as work:
        due, lapsing = (earliest(work.records(DELIVERIES), column) for column in ("due_at", "claimed_until"))
        of_message = work.records(DELIVERIES).find(Query(where=[Condition("message", "=", "m")]))
    store.close()

    assert due is not None
    assert lapsing is not None
    assert (due.id, lapsing.id) == ("free", "taken")
    assert of_message.total == 3
