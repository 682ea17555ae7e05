"""What webhooks are told of, and what they are not, through the real server and real endpoints."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from mock_server.core.instants import from_text
from mock_server.outbox.signing import TIMESTAMP_HEADER
from tests.apis.control.telling import (
    events,
    frozen,
    messages,
    pass_by,
    register,
    wrong_with,
)
from tests.mock import BODY, HARBOR, Mock
from tests.outbox.receivers import Receiver, receiving
from tests.postgres import database, postgres_server  # noqa: F401
from tests.worlds import World


@pytest.fixture
def world(shared_mock: Mock) -> World:
    """A namespace whose clock stands still until a test moves it."""
    return frozen(World(shared_mock))


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


def test_a_new_draft_is_told_of_at_once_signed_so_that_its_receiver_believes_it(
    world: World, receiver: Receiver
) -> None:
    secret = register(world, receiver.url)["secret"]

    invoice_id = world.invoices().create()

    (request,) = receiver.wait_for(1)
    assert wrong_with(request, secret, world) is None
    (message,) = messages(world)
    assert json.loads(request.body) == {
        "id": message["id"],
        "type": "invoice.created",
        "created": message["at"],
        "apiVersion": "1",
        "data": {"object": {"id": invoice_id, "resourceType": "invoice"}},
    }
    assert request.headers["content-type"] == "application/json"


def test_an_invoice_that_is_published_at_once_is_created_once(world: World, receiver: Receiver) -> None:
    register(world, receiver.url)

    invoice_id = world.invoices().call("POST", "/invoices/publish", BODY).json()["id"]
    pass_by(world, 0)

    assert events(receiver) == [("invoice.created", invoice_id)]


def test_publishing_updating_and_cancelling_an_invoice_are_told_to_nobody(world: World, receiver: Receiver) -> None:
    invoices = world.invoices()
    draft, published = invoices.create(), invoices.in_status("Published")
    register(world, receiver.url)

    for operation, invoice_id in (
        ("updateInvoice", draft),
        ("publishInvoice", draft),
        ("sendInvoiceSms", published),
        ("cancelInvoice", published),
    ):
        assert invoices.act(operation, invoice_id).status_code == 200
    pass_by(world, 0)

    assert receiver.received == []


@pytest.mark.parametrize("operation", ["submitInvoice", "markInvoiceAsPaid"])
def test_an_invoice_that_is_paid_is_told_of(world: World, receiver: Receiver, operation: str) -> None:
    invoices = world.invoices()
    invoice_id = invoices.in_status("Published")
    register(world, receiver.url)

    assert invoices.act(operation, invoice_id).status_code == 200
    pass_by(world, 0)

    assert events(receiver) == [("invoice.paid", invoice_id)]


@pytest.mark.parametrize("body", [{"accountNumber": "4000000010050005"}, {"totalAmount": 1}])
def test_a_payment_that_fails_is_told_to_nobody(world: World, receiver: Receiver, body: dict[str, Any]) -> None:
    invoices = world.invoices()
    invoice_id = invoices.in_status("Published")
    register(world, receiver.url)

    invoices.ask("submitInvoice", invoice_id, invoices.get_total(invoice_id), **body)
    pass_by(world, 0)

    assert receiver.received == []


def test_an_ach_payment_is_told_of_when_it_settles_and_at_that_time(world: World, receiver: Receiver) -> None:
    invoices = world.invoices()
    invoices.call.token = world.caller("invoices", invoices.merchant, lifetime=timedelta(days=30)).token
    register(world, receiver.url, events=["invoice.paid"])
    invoice_id = invoices.in_status("ProcessingPayment")
    pass_by(world, 3 * 86400 - 1)
    assert receiver.received == []

    pass_by(world, 7 * 86400)

    assert events(receiver) == [("invoice.paid", invoice_id)]
    (message,) = messages(world, type="invoice.paid")
    settled_at = next(each for each in invoices.get(invoice_id)["history"] if each["event"] == "achPaymentSettled")
    assert message["at"] == settled_at["dateTime"]
    assert receiver.received[0].headers[TIMESTAMP_HEADER.lower()] == str(int(from_text(message["at"]).timestamp()))


def test_a_call_that_is_repeated_with_its_key_is_told_of_once(world: World, receiver: Receiver) -> None:
    register(world, receiver.url)
    call = world.caller("invoices")
    for _ in range(3):
        assert call("POST", "/invoices", BODY, headers={"Idempotency-Key": "once"}).status_code == 200
    pass_by(world, 0)

    assert len(receiver.received) == 1


def test_the_past_of_the_seed_is_told_to_nobody(world: World) -> None:
    assert messages(world) == []


def test_only_what_is_asked_for_is_told(world: World) -> None:
    with receiving() as all_of_it, receiving() as paid_only, receiving() as of_another:
        register(world, all_of_it.url)
        register(world, paid_only.url, events=["invoice.paid"])
        register(world, of_another.url, merchantId=HARBOR)
        invoices = world.invoices()
        invoice_id = invoices.in_status("Paid")
        pass_by(world, 0)

        assert events(all_of_it) == [("invoice.created", invoice_id), ("invoice.paid", invoice_id)]
        assert events(paid_only) == [("invoice.paid", invoice_id)]
        assert events(of_another) == []


def test_a_webhook_that_is_switched_off_gets_what_is_sent_to_it_by_name_alone(world: World, receiver: Receiver) -> None:
    webhook = register(world, receiver.url, isEnabled=False)
    world.invoices().create()
    pass_by(world, 0)
    assert receiver.received == []

    (message,) = messages(world)
    world.control("POST", f"/outbox/{message['id']}/resend", {"webhookId": webhook["id"]})

    assert len(receiver.received) == 1


def test_namespaces_hear_nothing_of_each_other(shared_mock: Mock, world: World, receiver: Receiver) -> None:
    other = World(shared_mock)
    register(world, receiver.url)

    other.invoices().create()
    pass_by(other, 86400)
    pass_by(world, 0)

    assert receiver.received == []
    assert other.control("GET", "/webhooks").json() == {"webhooks": []}


def test_events_are_delivered_in_the_background_from_postgresql_as_well(
    postgres_server: str,  # noqa: F811
    receiver: Receiver,
) -> None:
    with database(postgres_server) as address, Mock.running(state=address) as mock:
        world = World(mock)
        register(world, receiver.url)
        invoices = world.invoices()

        made = [invoices.create() for _ in range(5)]

        receiver.wait_for(5)
        assert events(receiver) == [("invoice.created", each) for each in made]
