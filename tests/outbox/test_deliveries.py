"""Deliveries from the note to the endpoint: signed, in order, tried again, and by one server at a time."""

from __future__ import annotations

import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from mock_server.core.errors import StoreError
from mock_server.core.outbox import DELIVERIES, MESSAGES, WEBHOOKS, DeliveryState, MessageState
from mock_server.outbox.notes import give_up
from mock_server.outbox.signing import complaint
from tests.outbox.receivers import PATIENCE_SECONDS, Receiver, free_port, receiving, request_of, talking, told_of
from tests.outbox.world import SECOND, SECRET, START, World, undone
from tests.postgres import database, postgres_server  # noqa: F401

FINE = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
CAPITALS = {
    "flute-webhook-id": "Flute-Webhook-ID",
    "flute-webhook-timestamp": "Flute-Webhook-Timestamp",
    "flute-webhook-signature": "Flute-Webhook-Signature",
}


def test_an_endpoint_is_told_of_an_event_and_can_tell_that_it_is_genuine(world: World, receiver: Receiver) -> None:
    world.register(receiver.url)
    world.happen("invoice-1")

    world.deliveries.run()

    (request,), (message,) = receiver.received, world.messages()
    headers = {name: request.headers[lower] for lower, name in CAPITALS.items()}
    assert complaint(SECRET, headers, request.body, START) is None
    assert headers["Flute-Webhook-ID"] == message.id
    assert headers["Flute-Webhook-Timestamp"] == str(int(START.timestamp()))
    assert request.body.decode() == message.body
    assert message.state is MessageState.DELIVERED
    (attempt,) = world.delivery().attempts
    assert (attempt.at, attempt.status, attempt.error, attempt.answer) == (START, 200, None, "thanks")


def test_what_was_delivered_is_not_sent_again(world: World, receiver: Receiver) -> None:
    world.register(receiver.url)
    world.happen("invoice-1")

    world.deliveries.run()
    world.deliveries.run()
    world.pass_by(86400)

    assert len(receiver.received) == 1
    assert world.deliveries.due_at() is None


def test_nothing_is_sent_of_what_was_undone(world: World, receiver: Receiver) -> None:
    world.register(receiver.url)
    undone(world)

    world.deliveries.run()

    assert receiver.received == []


def test_a_failed_attempt_is_made_again_when_its_time_has_come_and_not_a_moment_before(world: World) -> None:
    with receiving((500, b"no"), (503, b"not yet"), (200, b"yes")) as receiver:
        world.register(receiver.url)
        world.happen("invoice-1")
        world.deliveries.run()
        assert world.deliveries.due_at() == START + 10 * SECOND

        world.pass_by(9.999)
        assert len(receiver.received) == 1
        world.pass_by(0.001)
        assert len(receiver.received) == 2
        assert world.deliveries.due_at() == START + 70 * SECOND
        world.pass_by(60)

    delivery = world.delivery()
    assert delivery.state is DeliveryState.DELIVERED
    assert [(each.at, each.status, each.answer) for each in delivery.attempts] == [
        (START, 500, "no"),
        (START + 10 * SECOND, 503, "not yet"),
        (START + 70 * SECOND, 200, "yes"),
    ]


def test_each_attempt_is_signed_anew_with_its_own_time_over_the_same_body_and_id(world: World) -> None:
    with receiving((500, b""), (200, b"")) as receiver:
        world.register(receiver.url)
        world.happen("invoice-1")
        world.deliveries.run()
        world.pass_by(10)

        first, second = receiver.received

    assert first.body == second.body
    assert first.headers["flute-webhook-id"] == second.headers["flute-webhook-id"]
    assert int(second.headers["flute-webhook-timestamp"]) - int(first.headers["flute-webhook-timestamp"]) == 10
    assert first.headers["flute-webhook-signature"] != second.headers["flute-webhook-signature"]


def test_after_the_last_retry_it_is_given_up(world: World) -> None:
    world.register(f"http://127.0.0.1:{free_port()}/")
    world.happen("invoice-1")
    world.deliveries.run()
    for seconds in (10, 60, 86400):
        world.pass_by(seconds)

    assert (world.delivery().state, world.messages()[0].state) == (DeliveryState.FAILED, MessageState.FAILED)
    assert [each.error for each in world.delivery().attempts] == ["the connection was refused"] * 3


def test_an_endpoint_gets_its_messages_in_the_order_in_which_things_happened(world: World, receiver: Receiver) -> None:
    """All of them at one moment: ids by a seed are in no order."""
    world.register(receiver.url)
    for number in range(20):
        world.happen(f"invoice-{number}")

    world.deliveries.run()

    assert told_of(receiver) == [f"invoice-{number}" for number in range(20)]


def test_what_fell_due_first_is_sent_first(world: World) -> None:
    with receiving((500, b""), (500, b""), (200, b"")) as receiver:
        world.register(receiver.url)
        world.happen("first")
        world.deliveries.run()
        world.clock.advance(5 * SECOND)
        world.happen("second")
        world.deliveries.run()
        world.clock.advance(4 * SECOND)
        world.happen("third")

        world.pass_by(100)

        assert told_of(receiver) == ["first", "second", "third", "first", "second"]


def test_endpoints_do_not_wait_for_each_other(world: World) -> None:
    """Each answers only once both have been told."""
    both_told = threading.Barrier(2)

    def answer(connected: socket.socket) -> None:
        request_of(connected)
        both_told.wait(PATIENCE_SECONDS)
        connected.sendall(FINE)

    with talking(answer) as one, talking(answer) as other:
        for port in (one, other):
            world.register(f"http://127.0.0.1:{port}/")
        world.happen("invoice-1")
        world.deliveries.run()

    assert world.messages()[0].state is MessageState.DELIVERED


def test_no_unit_of_work_is_open_while_an_endpoint_is_asked(world: World) -> None:
    """The endpoint asks the store itself before it answers: in memory there is one unit of work at a time."""

    def answer(connected: socket.socket) -> None:
        request_of(connected)
        world.happen("from the endpoint", "invoice.other")
        connected.sendall(FINE)

    with talking(answer) as port:
        world.register(f"http://127.0.0.1:{port}/")
        world.happen("invoice-1")
        world.deliveries.run()

    assert [each.state for each in world.messages()] == [MessageState.DELIVERED, MessageState.KEPT]


def test_an_event_that_happens_while_another_is_sent_is_sent_in_the_same_run(world: World) -> None:
    def answer(connected: socket.socket) -> None:
        request_of(connected)
        if len(world.messages()) < 3:
            world.happen("from the endpoint")
        connected.sendall(FINE)

    with talking(answer) as port:
        world.register(f"http://127.0.0.1:{port}/")
        world.happen("invoice-1")
        world.deliveries.run()

    assert [each.state for each in world.messages()] == [MessageState.DELIVERED] * 3


def test_a_url_that_was_stored_otherwise_than_by_registration_is_checked_as_well(world: World) -> None:
    world.register("http://169.254.169.254/latest/meta-data/")
    world.happen("invoice-1")

    world.deliveries.run()

    (attempt,) = world.delivery().attempts
    assert attempt.status is None
    assert "169.254.169.254, which is not on this machine" in (attempt.error or "")


def test_an_endpoint_that_is_gone_gets_nothing(world: World, receiver: Receiver) -> None:
    removed = world.register(receiver.url)
    world.happen("invoice-1")
    world.do(lambda work: work.records(WEBHOOKS).remove(replace(removed, version=1)))

    world.deliveries.run()

    assert receiver.received == []
    assert (world.delivery().state, world.messages()[0].state) == (DeliveryState.FAILED, MessageState.FAILED)
    assert world.deliveries.due_at() is None


def test_what_is_given_up_while_it_is_sent_stays_so(world: World) -> None:
    webhooks: list[str] = []

    def answer(connected: socket.socket) -> None:
        request_of(connected)
        world.do(lambda work: give_up(work, webhooks[0]))
        connected.sendall(FINE)

    with talking(answer) as port:
        webhooks.append(world.register(f"http://127.0.0.1:{port}/").id)
        world.happen("invoice-1")
        world.deliveries.run()

    assert (world.delivery().state, world.delivery().attempts) == (DeliveryState.FAILED, ())


def test_what_is_forgotten_while_it_is_sent_stays_so(world: World) -> None:
    def answer(connected: socket.socket) -> None:
        request_of(connected)
        (delivery,), (message,) = world.all_deliveries(), world.messages()
        world.do(lambda work: work.records(DELIVERIES).remove(delivery))
        world.do(lambda work: work.records(MESSAGES).remove(message))
        connected.sendall(FINE)

    with talking(answer) as port:
        world.register(f"http://127.0.0.1:{port}/")
        world.happen("invoice-1")
        world.deliveries.run()

    assert (world.messages(), world.all_deliveries()) == ([], [])


# When there is nothing to do, and when something goes wrong


def test_the_store_is_not_asked_as_long_as_nothing_is_due(world: World) -> None:
    world.deliveries.run()
    world.store.close()

    world.deliveries.run()

    assert not world.deliveries.is_due()


def test_records_that_were_exchanged_are_looked_at_anew(world: World, receiver: Receiver) -> None:
    world.deliveries.run()
    world.register(receiver.url)
    with world.store.begin("default", write=True) as work:
        World(store=world.store, ids=world.ids).note(work, "from a snapshot")
    world.deliveries.run()
    assert receiver.received == []

    world.deliveries.look_again()
    world.deliveries.run()

    assert told_of(receiver) == ["from a snapshot"]


def test_what_could_not_be_done_is_due_still(world: World, receiver: Receiver) -> None:
    world.register(receiver.url)
    world.happen("invoice-1")
    transact = world.deliveries._transact

    def away(*_: object, **__: object) -> None:
        raise StoreError("the store is away")

    world.deliveries._transact = away  # type: ignore[assignment]
    with pytest.raises(StoreError, match="away"):
        world.deliveries.run()
    world.deliveries._transact = transact
    assert world.deliveries.is_due()
    world.deliveries.run()

    assert told_of(receiver) == ["invoice-1"]


def test_whoever_comes_while_attempts_are_made_waits_for_them(world: World) -> None:
    arrived, go_on = threading.Event(), threading.Event()

    def answer(connected: socket.socket) -> None:
        request_of(connected)
        arrived.set()
        assert go_on.wait(PATIENCE_SECONDS)
        connected.sendall(FINE)

    seen: list[DeliveryState] = []

    def run_and_look() -> None:
        world.deliveries.run()
        seen.append(world.delivery().state)

    with talking(answer) as port, ThreadPoolExecutor(2) as pool:
        world.register(f"http://127.0.0.1:{port}/")
        world.happen("invoice-1")
        first = pool.submit(world.deliveries.run)
        assert arrived.wait(PATIENCE_SECONDS)
        second = pool.submit(run_and_look)
        go_on.set()
        first.result(PATIENCE_SECONDS)
        second.result(PATIENCE_SECONDS)

    assert seen == [DeliveryState.DELIVERED]


def test_nothing_is_begun_once_it_is_closed(world: World, receiver: Receiver) -> None:
    world.register(receiver.url)
    world.happen("invoice-1")

    world.deliveries.close()
    world.deliveries.run()

    assert receiver.received == []
    assert world.delivery().state is DeliveryState.PENDING
