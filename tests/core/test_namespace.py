"""A namespace at hand: its state is stored with its records, and nobody writes into one that is gone."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from mock_server.core.clock import ClockState, FixedClock, NamespaceClock
from mock_server.core.errors import Refused
from mock_server.core.ids import NamespaceIds, SeededIds
from mock_server.core.namespace import GONE, NAMESPACE_STATES, Namespace, NamespaceState, is_name, store_state
from mock_server.core.records import Collection, Query, Store, UnitOfWork, transact
from mock_server.storage import open_store

START = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
PATIENCE_SECONDS = 30


@dataclass(frozen=True)
class Note:
    id: str
    version: int = 0


NOTES: Collection[Note] = Collection(name="notes", type=Note)


@pytest.fixture
def store() -> Iterator[Store]:
    store = open_store("sqlite://", [NAMESPACE_STATES, NOTES])
    yield store
    store.close()


def opened(store: Store, id_seed: str | None = "ids") -> Namespace:
    namespace = Namespace("shop", store, NamespaceClock(FixedClock(START)), NamespaceIds())
    namespace.start(NamespaceState("demo", id_seed), {})
    return namespace


def add(namespace: Namespace) -> str:
    """The id of a new note."""

    def action(work: UnitOfWork) -> str:
        note = Note(namespace.ids.new())
        work.records(NOTES).add(note)
        return note.id

    return namespace.transact(action, write=True)


def notes(store: Store) -> list[str]:
    return [
        each.id for each in transact(store, "shop", lambda work: work.records(NOTES).find(Query()), write=False).items
    ]


def stored(store: Store) -> NamespaceState | None:
    return transact(store, "shop", lambda work: work.records(NAMESPACE_STATES).get("state"), write=False)


@pytest.mark.parametrize("name", ["a", "0", "default", "a-b", "a--b", "x" * 63, "2026"])
def test_a_label_of_a_host_name_is_a_name(name: str) -> None:
    assert is_name(name)


@pytest.mark.parametrize(
    "name", ["", "-", "-a", "a-", "A", "a_b", "a.b", "a b", "a\n", "\u00e4", "x" * 64, "a@b", "@", "\u0661"]
)
def test_anything_else_is_no_name(name: str) -> None:
    assert not is_name(name)


def test_ids_are_counted_in_the_unit_of_work_that_used_them(store: Store) -> None:
    namespace = opened(store)
    add(namespace)
    add(namespace)
    found = stored(store)
    assert found is not None
    assert (found.seed, found.id_seed, found.id_count) == ("demo", "ids", 2)


def test_a_namespace_goes_on_with_the_ids_where_it_stopped(store: Store) -> None:
    add(opened(store))
    found = stored(store)
    assert found is not None
    later = Namespace("shop", store, NamespaceClock(FixedClock(START)), NamespaceIds())
    later.start(found, {})
    expected = SeededIds("ids")
    expected.new()
    assert add(later) == expected.new()


def test_where_nothing_but_records_changes_the_state_is_not_written(store: Store) -> None:
    namespace = opened(store, id_seed=None)
    add(namespace)
    assert stored(store) is None


def test_time_that_passes_while_the_clock_is_moved_is_stored_with_the_next_change(store: Store) -> None:
    base = FixedClock(START)
    namespace = Namespace("shop", store, NamespaceClock(base), NamespaceIds())
    namespace.start(NamespaceState("demo"), {})
    namespace.errands.append(Slow(base))
    namespace.move_clock(lambda now, is_frozen: (now + timedelta(days=1), is_frozen))
    add(namespace)

    found = stored(store)
    assert found is not None
    assert found.clock == namespace.clock.state


@dataclass
class Slow:
    """An errand that takes a while."""

    clock: FixedClock

    def due_at(self) -> datetime | None:
        return None

    def run(self) -> None:
        self.clock.advance(timedelta(seconds=5))

    def nudge(self) -> None:
        """Nothing is due."""


def test_what_comes_with_exchanged_records_is_gone_on_with(store: Store) -> None:
    namespace = opened(store)
    told: list[str] = []
    namespace.on_adopted.append(lambda: told.append(namespace.seed))
    add(namespace)

    def exchange(work: UnitOfWork) -> NamespaceState:
        work.clear()
        return store_state(work, NamespaceState("empty", "others", 7, ClockState(frozen_at=START)))

    namespace.exchange(exchange)

    assert (namespace.seed, namespace.ids.seed, namespace.ids.count) == ("empty", "others", 7)
    assert namespace.clock.now() == START
    assert told == ["empty"]
    assert notes(store) == []


def test_an_exchange_that_fails_changes_nothing(store: Store) -> None:
    namespace = opened(store)
    note = add(namespace)

    def exchange(work: UnitOfWork) -> NamespaceState:
        work.clear()
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        namespace.exchange(exchange)

    assert notes(store) == [note]
    assert (namespace.ids.seed, namespace.ids.count) == ("ids", 1)


def test_whatever_is_written_beside_exchanges_fits_what_is_stored(store: Store) -> None:
    """The ids begin again with each exchange: a writer in between would use up ids that come once more."""
    namespace = opened(store)
    begin = threading.Barrier(4)

    def exchange(work: UnitOfWork) -> NamespaceState:
        work.clear()
        return store_state(work, NamespaceState("demo", "ids", 0))

    def exchanging() -> None:
        begin.wait(PATIENCE_SECONDS)
        for _ in range(60):
            namespace.exchange(exchange)

    def adding() -> None:
        begin.wait(PATIENCE_SECONDS)
        for _ in range(100):
            add(namespace)

    with ThreadPoolExecutor(4) as threads:
        for each in [threads.submit(task) for task in (exchanging, adding, adding, adding)]:
            each.result(PATIENCE_SECONDS)

    add(namespace)
    found, present = stored(store), notes(store)
    expected = SeededIds("ids")
    assert found is not None
    assert found.id_count == namespace.ids.count == len(present)
    assert sorted(present) == sorted(expected.new() for _ in present)


def test_nothing_is_written_into_a_namespace_that_is_gone(store: Store) -> None:
    namespace = opened(store)
    add(namespace)
    namespace.end(lambda: transact(store, "shop", lambda work: work.clear(), write=True))

    for attempt in (
        lambda: add(namespace),
        lambda: namespace.exchange(lambda work: NamespaceState("demo")),
        lambda: namespace.move_clock(lambda now, is_frozen: (now + timedelta(days=1), is_frozen)),
        lambda: namespace.agenda.catch_up(),
    ):
        with pytest.raises(Refused) as refused:
            attempt()
        assert refused.value.rule == GONE
        assert "shop" in refused.value.message
    assert (notes(store), stored(store)) == ([], None)


MANY = 20_000
"""So many that nobody is through with them before the end comes, and still not without end."""


def test_writers_and_the_end_of_a_namespace_leave_nothing_behind(store: Store) -> None:
    namespace = opened(store)
    begin = threading.Barrier(4)
    outcomes: list[str] = []

    def adding() -> None:
        begin.wait(PATIENCE_SECONDS)
        try:
            for _ in range(MANY):
                add(namespace)
        except Refused as refused:
            outcomes.append(refused.rule)

    def ending() -> None:
        begin.wait(PATIENCE_SECONDS)
        while not notes(store):
            pass
        namespace.end(lambda: transact(store, "shop", lambda work: work.clear(), write=True))

    with ThreadPoolExecutor(4) as threads:
        for each in [threads.submit(task) for task in (adding, adding, adding, ending)]:
            each.result(PATIENCE_SECONDS)

    assert outcomes == [GONE] * 3
    assert (notes(store), stored(store)) == ([], None)
