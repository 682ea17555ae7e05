"""What is noted in a unit of work: messages in their order, and deliveries to those who want them."""

from __future__ import annotations

import json

from mock_server.core.outbox import DeliveryState, Kind, MessageState
from mock_server.outbox.notes import give_up
from tests.outbox.world import SECOND, START, World, undone


def test_an_event_is_noted_with_the_body_all_its_deliveries_carry(world: World) -> None:
    world.happen("invoice-1")

    (message,) = world.messages()
    assert (message.kind, message.type, message.at, message.state) == (
        Kind.EVENT, "invoice.paid", START, MessageState.KEPT,
    )  # fmt: skip
    assert json.loads(message.body or "") == {
        "id": message.id,
        "type": "invoice.paid",
        "created": "2026-11-02T09:30:00Z",
        "apiVersion": "1",
        "data": {"object": {"id": "invoice-1", "resourceType": "invoice"}},
    }


def test_a_text_is_noted_with_its_number_and_goes_to_no_endpoint(world: World) -> None:
    world.register("http://localhost/hooks")

    world.do(
        lambda work: world.notes.sms(
            work, at=START, merchant_id="harbor", invoice_id="i", to="+15550100199", text="Hello"
        )
    )

    (message,) = world.messages()
    assert (message.kind, message.to, message.text, message.resource_id) == (Kind.SMS, "+15550100199", "Hello", "i")
    assert (message.body, message.state, world.all_deliveries()) == (None, MessageState.KEPT, [])


def test_messages_are_numbered_in_the_order_in_which_things_happened(world: World) -> None:
    for resource_id in "abc":
        world.happen(resource_id)

    assert [(each.number, each.resource_id) for each in world.messages()] == [(1, "a"), (2, "b"), (3, "c")]


def test_every_endpoint_that_wants_an_event_gets_one_delivery_of_it(world: World) -> None:
    wanting = world.register("http://localhost/1")
    also = world.register("http://localhost/2", "invoice.paid", merchant_id="harbor")
    world.register("http://localhost/3", "invoice.created")
    world.register("http://localhost/4", merchant_id="lumen")

    world.happen("invoice-1")

    assert {each.webhook_id for each in world.all_deliveries()} == {wanting.id, also.id}
    assert {(each.state, each.due_at, each.url[-1]) for each in world.all_deliveries()} == {
        (DeliveryState.PENDING, START, "1"),
        (DeliveryState.PENDING, START, "2"),
    }
    assert world.messages()[0].state is MessageState.PENDING


def test_an_endpoint_is_not_told_of_what_happened_before_it_was_registered(world: World) -> None:
    world.happen("before")
    world.register("http://localhost/1")
    world.happen("after")

    assert [each.message_number for each in world.all_deliveries()] == [2]


def test_somebody_is_woken_where_there_is_something_to_deliver_and_only_there(world: World) -> None:
    world.happen("nobody wants it")
    assert world.woken == []

    world.register("http://localhost/1")
    world.happen("somebody does")

    assert world.woken == [world.deliveries]


def test_what_was_undone_leaves_no_note(world: World) -> None:
    world.register("http://localhost/1")

    undone(world)

    assert (world.messages(), world.all_deliveries()) == ([], [])


def test_a_message_can_be_sent_to_an_endpoint_that_was_registered_later(world: World) -> None:
    world.happen("invoice-1")
    later = world.register("http://localhost/1", "invoice.created")
    (message,) = world.messages()

    world.do(lambda work: world.notes.ask_again(work, message, [later], START + SECOND))

    assert (world.delivery().webhook_id, world.delivery().due_at) == (later.id, START + SECOND)
    assert world.messages()[0].state is MessageState.PENDING
    assert world.deliveries.due_at() == START + SECOND


def test_no_attempt_is_due_at_an_endpoint_that_was_given_up(world: World) -> None:
    removed, other = world.register("http://localhost/1"), world.register("http://localhost/2")
    world.happen("invoice-1")

    world.do(lambda work: give_up(work, removed.id))

    states = {each.webhook_id: (each.state, each.due_at) for each in world.all_deliveries()}
    assert states == {removed.id: (DeliveryState.FAILED, None), other.id: (DeliveryState.PENDING, START)}
    assert world.messages()[0].state is MessageState.PENDING
    world.do(lambda work: give_up(work, other.id))
    assert world.messages()[0].state is MessageState.FAILED


def test_namespaces_know_nothing_of_each_other(world: World) -> None:
    other = World(store=world.store, namespace="other")
    world.register("http://localhost/1")

    other.happen("invoice-1")

    assert world.messages() == []
    assert other.all_deliveries() == []
