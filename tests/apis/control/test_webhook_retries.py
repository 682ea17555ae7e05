"""Deliveries over time: the clock, snapshots, exports and new servers go on with them."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from mock_server.core.errors import Refused
from mock_server.core.instants import from_text, to_text
from mock_server.outbox.courier import Courier
from mock_server.outbox.signing import TIMESTAMP_HEADER
from tests.apis.control.telling import (
    WAITS,
    attempts,
    events,
    frozen,
    messages,
    pass_by,
    register,
    wrong_with,
)
from tests.mock import BODY, HARBOR, Caller, Invoices, Mock
from tests.outbox.receivers import PATIENCE_SECONDS, receiving, request_of, talking
from tests.postgres import database, postgres_server  # noqa: F401
from tests.worlds import World

SECRET = "a-secret-of-our-tests"


@pytest.fixture
def world(shared_mock: Mock) -> World:
    """A namespace whose clock stands still until a test moves it."""
    return frozen(World(shared_mock))


def test_the_clock_makes_every_attempt_at_its_time_and_returns_when_they_were_made(world: World) -> None:
    with receiving((500, b"no")) as receiver:
        register(world, receiver.url)
        world.invoices().create()
        pass_by(world, 0)
        assert len(receiver.received) == 1

        pass_by(world, sum(WAITS))

        assert len(receiver.received) == 1 + len(WAITS)
    (message,) = messages(world)
    start = from_text(message["at"])
    due = [start + timedelta(seconds=sum(WAITS[:number])) for number in range(len(WAITS) + 1)]
    assert attempts(world, message["id"]) == [(to_text(each), 500) for each in due]
    assert [each.headers[TIMESTAMP_HEADER.lower()] for each in receiver.received] == [
        str(int(each.timestamp())) for each in due
    ]
    assert message["state"] == "failed"


def test_a_clock_that_moves_before_the_first_attempt_was_made_does_not_overtake_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The background has not come to it yet: the first attempt is made at its own time all the same."""
    monkeypatch.setattr(Courier, "wake", lambda courier, errand: None)
    with receiving((500, b"no")) as receiver, Mock.running() as mock:
        world = World(mock)
        pass_by(world, 0)
        register(world, receiver.url)
        world.invoices().create()
        assert receiver.received == []

        pass_by(world, sum(WAITS))

        assert len(receiver.received) == 1 + len(WAITS)
        (message,) = messages(world)
        assert attempts(world, message["id"])[0] == (message["at"], 500)


def test_an_attempt_is_made_when_it_is_due_and_not_a_second_before(world: World) -> None:
    with receiving((500, b""), (200, b"")) as receiver:
        register(world, receiver.url)
        world.invoices().create()
        pass_by(world, WAITS[0] - 1)
        assert len(receiver.received) == 1
        assert messages(world)[0]["state"] == "pending"

        pass_by(world, 1)

        assert len(receiver.received) == 2
    assert messages(world)[0]["state"] == "delivered"


def test_what_falls_due_on_the_way_is_sent_in_its_order(world: World) -> None:
    """Retries of an earlier event come before a payment that settles later, in one step of the clock."""
    with receiving((500, b""), (200, b"")) as receiver:
        invoices = world.invoices()
        register(world, receiver.url)
        first = invoices.in_status("ProcessingPayment")

        pass_by(world, 5 * 86400)

        assert events(receiver) == [("invoice.created", first), ("invoice.created", first), ("invoice.paid", first)]
    stamps = [int(each.headers[TIMESTAMP_HEADER.lower()]) for each in receiver.received]
    assert stamps == sorted(stamps)
    assert stamps[1] - stamps[0] == WAITS[0]


def test_the_clock_says_when_the_next_attempt_is_due(world: World) -> None:
    with receiving((500, b"")) as receiver:
        register(world, receiver.url)
        world.invoices().create()
        pass_by(world, 0)

    clock = world.control("GET", "/clock").json()
    assert from_text(clock["nextDue"]) - from_text(clock["now"]) == timedelta(seconds=WAITS[0])


def test_a_webhook_that_is_forgotten_is_tried_no_more(world: World) -> None:
    with receiving((500, b"")) as receiver:
        webhook = register(world, receiver.url)
        world.invoices().create()
        pass_by(world, 0)

        world.control("DELETE", f"/webhooks/{webhook['id']}")
        assert messages(world)[0]["state"] == "failed"
        pass_by(world, 86400)

        assert len(receiver.received) == 1


def test_a_snapshot_carries_what_is_still_to_be_sent(world: World) -> None:
    with receiving((500, b""), (500, b""), (200, b"")) as receiver:
        register(world, receiver.url)
        invoice_id = world.invoices().create()
        pass_by(world, 0)
        world.control("POST", "/snapshots", {"name": "before"})
        pass_by(world, WAITS[0])
        world.control("POST", "/snapshots/before/restore")

        pass_by(world, WAITS[0])

        assert events(receiver) == [("invoice.created", invoice_id)] * 3
    assert messages(world)[0]["state"] == "delivered"


def test_a_namespace_that_is_reset_sends_nothing_more(world: World) -> None:
    with receiving((500, b"")) as receiver:
        register(world, receiver.url)
        world.invoices().create()
        pass_by(world, 0)

        world.control("POST", "/reset")
        pass_by(world, 86400)

        assert len(receiver.received) == 1
    assert (messages(world), world.control("GET", "/webhooks").json()) == ([], {"webhooks": []})


def test_a_namespace_that_is_deleted_while_it_sends_is_gone_without_a_trace(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    arrived, go_on = threading.Event(), threading.Event()

    def answer(connected: socket.socket) -> None:
        request_of(connected)
        arrived.set()
        assert go_on.wait(PATIENCE_SECONDS)
        connected.sendall(b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n")

    with talking(answer) as port:
        register(world, f"http://127.0.0.1:{port}/")
        world.invoices().create()
        assert arrived.wait(PATIENCE_SECONDS)
        (sending,) = world.mock.server.namespaces.peek(world.name).errands

        assert world.control("DELETE", f"/namespaces/{world.name}").status_code == 204
        go_on.set()
        with suppress(Refused):
            sending.run()  # returns when the attempt is over
        pass_by(world, 86400)

    assert (messages(world), world.control("GET", "/webhooks").json()) == ([], {"webhooks": []})
    assert caplog.records == []


def test_an_export_carries_webhooks_and_deliveries_to_another_server(world: World) -> None:
    with receiving((500, b""), (200, b"")) as receiver, Mock.running() as another:
        register(world, receiver.url)
        world.invoices().create()
        pass_by(world, 0)

        moved = World(another)
        document = world.control("GET", "/export").json()
        assert moved.control("POST", "/import", document).status_code == 200
        pass_by(moved, WAITS[0])

        assert len(receiver.received) == 2
        assert messages(moved)[0]["state"] == "delivered"
        assert messages(world)[0]["state"] == "pending"


def test_the_same_seed_of_ids_makes_the_same_messages_and_secrets(shared_mock: Mock) -> None:
    seen = []
    for _ in range(2):
        world = World(shared_mock)
        clock = {"mode": "frozen", "at": "2026-11-02T09:30:00Z"}
        assert world.control("POST", "/reset", {"idSeed": "same", "clock": clock}).status_code == 200
        secret = register(world, "http://127.0.0.1:1/", merchantId=HARBOR)["secret"]
        call = world.caller("invoices")
        call("POST", "/invoices", BODY)
        pass_by(world, 60)
        (message,) = messages(world)
        seen.append((secret, world.control("GET", f"/outbox/{message['id']}").json()))

    assert seen[0] == seen[1]


def test_a_server_that_is_started_again_goes_on_delivering(tmp_path: Path) -> None:
    state = f"sqlite:///{tmp_path / 'state.db'}"
    with receiving((500, b""), (200, b"")) as receiver:
        with Mock.running(state=state) as mock:
            world = World(mock)
            register(world, receiver.url, secret=SECRET)
            invoice_id = world.invoices().create()
            pass_by(world, 0)
        with Mock.running(state=state) as mock:
            again = World(mock, world.name)
            pass_by(again, WAITS[0])

            assert events(receiver) == [("invoice.created", invoice_id)] * 2
            assert wrong_with(receiver.received[1], SECRET, again) is None
            assert messages(again)[0]["state"] == "delivered"


def test_what_an_earlier_server_has_left_is_sent_although_nobody_calls(tmp_path: Path) -> None:
    state = f"sqlite:///{tmp_path / 'state.db'}"
    with receiving((500, b""), (200, b"")) as receiver:
        with Mock.running(state=state) as mock:
            call = Caller(mock, "/_mock", None)
            call("POST", "/webhooks", {"url": receiver.url}, headers={"host": "localhost"})
            Invoices(mock).create()
            settle(mock)
        with Mock.running(state=state) as mock:
            mock.server.namespaces.tick()
            settle(mock)
            assert len(receiver.received) == 1, "it is not due yet"
            mock.clock.advance(timedelta(seconds=WAITS[0]))
            mock.server.namespaces.tick()
            receiver.wait_for(2)


def settle(mock: Mock) -> None:
    """Wait until all attempts that are due were made and recorded."""
    for errand in mock.namespace.errands:
        errand.run()
