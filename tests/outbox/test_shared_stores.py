"""Several servers on one store: no attempt is made twice, and none is lost with the server that has begun it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from mock_server.core.outbox import COLLECTIONS, DeliveryState, MessageState
from mock_server.core.records import Store
from mock_server.outbox.deliveries import Assignment
from mock_server.outbox.sender import Outcome
from mock_server.storage import open_store
from tests.outbox.receivers import PATIENCE_SECONDS, Receiver, receiving, told_of
from tests.outbox.world import SCHEDULE, SECOND, START, World
from tests.postgres import database, postgres_server  # noqa: F401

FINE = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
CAPITALS = {
    "flute-webhook-id": "Flute-Webhook-ID",
    "flute-webhook-timestamp": "Flute-Webhook-Timestamp",
    "flute-webhook-signature": "Flute-Webhook-Signature",
}


@pytest.fixture(params=["a file", "PostgreSQL"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Of a store that several servers may share."""
    if request.param == "a file":
        yield f"sqlite:///{tmp_path / 'state.db'}"
    else:
        with database(request.getfixturevalue("postgres_server")) as address:
            yield address


@pytest.fixture
def shared(address: str) -> Iterator[Store]:
    store = open_store(address, COLLECTIONS)
    yield store
    store.close()


def test_servers_that_share_a_store_never_make_an_attempt_twice(address: str, receiver: Receiver) -> None:
    servers = [World(store=open_store(address, COLLECTIONS), name=name) for name in ("one", "two", "three", "four")]
    servers[0].register(receiver.url)
    for number in range(30):
        servers[0].happen(f"invoice-{number}")

    with ThreadPoolExecutor(len(servers)) as pool:
        for made in [pool.submit(each.deliveries.run) for each in servers]:
            made.result(PATIENCE_SECONDS)

    assert sorted(told_of(receiver)) == sorted(f"invoice-{number}" for number in range(30))
    assert {each.state for each in servers[0].messages()} == {MessageState.DELIVERED}
    for server in servers:
        server.store.close()


class Killed(BaseException):
    """The server has come to its end between sending and taking note of it."""


def killed_while_sending(world: World) -> None:
    def kill(*_: object) -> None:
        raise Killed

    world.deliveries._sent = kill  # type: ignore[method-assign, assignment]
    with pytest.raises(Killed):
        world.deliveries.run()


def test_an_attempt_of_a_server_that_was_killed_is_made_by_another_one(shared: Store, receiver: Receiver) -> None:
    dead, living = World(store=shared, name="dead"), World(store=shared, name="living")
    dead.register(receiver.url)
    dead.happen("invoice-1")
    killed_while_sending(dead)

    living.deliveries.run()
    assert receiver.received == [], "the other one may be sending still"
    living.real_clock.advance(SCHEDULE.lease - SECOND)
    living.deliveries.run()
    assert receiver.received == []
    living.real_clock.advance(SECOND)
    assert living.deliveries.is_due()
    living.deliveries.run()

    assert told_of(receiver) == ["invoice-1"]
    assert living.delivery().state is DeliveryState.DELIVERED


def test_the_clock_of_a_namespace_may_stand_still_while_a_claim_lapses(shared: Store, receiver: Receiver) -> None:
    dead, living = World(store=shared, name="dead"), World(store=shared, name="living")
    dead.register(receiver.url)
    dead.happen("invoice-1")
    killed_while_sending(dead)

    living.real_clock.advance(SCHEDULE.lease)
    living.deliveries.run()

    assert living.delivery().attempts[0].at == START


def test_a_result_that_comes_when_another_server_has_taken_over_does_not_count(shared: Store) -> None:
    slow, other = World(store=shared, name="slow"), World(store=shared, name="other")

    with receiving() as receiver:
        slow.register(receiver.url)
        slow.happen("invoice-1")
        send = slow.deliveries._sent

        def overtaken(assignment: Assignment) -> Outcome:
            other.real_clock.advance(SCHEDULE.lease)
            other.deliveries.run()
            return replace(send(assignment), status=500)

        slow.deliveries._sent = overtaken  # type: ignore[method-assign]
        slow.deliveries.run()

    assert [each.status for each in other.delivery().attempts] == [200]
    assert other.delivery().state is DeliveryState.DELIVERED


def test_what_another_server_has_left_is_found_within_a_minute(shared: Store, receiver: Receiver) -> None:
    one, other = World(store=shared, name="one"), World(store=shared, name="other")
    other.deliveries.run()
    one.register(receiver.url)
    one.happen("invoice-1")

    other.real_clock.advance(59 * SECOND)
    assert not other.deliveries.is_due()
    other.real_clock.advance(SECOND)
    other.deliveries.run()

    assert told_of(receiver) == ["invoice-1"]


def test_a_new_server_looks_for_what_an_earlier_one_has_left(shared: Store, receiver: Receiver) -> None:
    earlier = World(store=shared, name="earlier")
    earlier.register(receiver.url)
    earlier.happen("invoice-1")

    later = World(store=shared, name="later")
    assert later.deliveries.is_due()
    later.deliveries.run()

    assert told_of(receiver) == ["invoice-1"]
