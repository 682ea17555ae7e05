"""Units of work tried again: what the winner left is read, and after enough attempts it is given up."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest

from mock_server.core.errors import RecordExists, Refused, StaleRecord, StoreError
from mock_server.core.records import Collection, Store, UnitOfWork, transact
from mock_server.storage import open_store


@dataclass(frozen=True)
class Counter:
    """Something that is counted up."""

    id: str
    value: int = 0
    version: int = 0


COUNTERS: Collection[Counter] = Collection("counters", Counter)


@dataclass
class Contended:
    """A store in which others are first for a while: at the end of a unit of work, or in the middle of it."""

    at_the_end: int = 0
    begun: list[tuple[str, bool]] = field(default_factory=list)
    committed: int = 0
    undone: int = 0

    @contextmanager
    def begin(self, namespace: str, *, write: bool) -> Iterator[Any]:
        self.begun.append((namespace, write))
        try:
            yield object()
        except BaseException:
            self.undone += 1
            raise
        if len(self.begun) <= self.at_the_end:
            raise StaleRecord("somebody else was first")
        self.committed += 1


def on(contended: Contended) -> Store:
    return cast("Store", contended)


def test_what_succeeds_is_done_once() -> None:
    contended = Contended()

    assert transact(on(contended), "here", lambda work: "done", write=True) == "done"

    assert contended.begun == [("here", True)]
    assert contended.committed == 1


def test_a_unit_of_work_that_only_reads_says_so() -> None:
    contended = Contended()

    transact(on(contended), "here", lambda work: None, write=False)

    assert contended.begun == [("here", False)]


@pytest.mark.parametrize("lost", [1, 2, 19])
def test_whoever_loses_at_the_end_tries_again_from_the_start(lost: int) -> None:
    contended = Contended(at_the_end=lost)
    calls: list[object] = []

    transact(on(contended), "here", calls.append, write=True)

    assert len(calls) == lost + 1
    assert len(set(map(id, calls))) == len(calls), "each attempt has a unit of work of its own"
    assert contended.committed == 1


def test_whoever_loses_in_the_middle_tries_again_from_the_start() -> None:
    contended = Contended()
    lost = iter([True, True, False])

    def action(work: UnitOfWork) -> str:
        if next(lost):
            raise StaleRecord("somebody else was first")
        return "done"

    assert transact(on(contended), "here", action, write=True) == "done"
    assert (contended.undone, contended.committed) == (2, 1)


@pytest.mark.parametrize(("arguments", "attempts"), [({}, 20), ({"attempts": 3}, 3), ({"attempts": 1}, 1)])
def test_after_enough_attempts_it_is_given_up(arguments: dict[str, int], attempts: int) -> None:
    contended = Contended(at_the_end=1000)

    with pytest.raises(StaleRecord, match="somebody else was first"):
        transact(on(contended), "here", lambda work: None, write=True, **arguments)

    assert len(contended.begun) == attempts
    assert contended.committed == 0


@pytest.mark.parametrize("error", [Refused("INV-X", "no"), RecordExists("taken"), StoreError("away"), KeyError("x")])
def test_any_other_error_rises_at_once(error: Exception) -> None:
    contended = Contended()

    def action(work: UnitOfWork) -> None:
        raise error

    with pytest.raises(type(error)) as caught:
        transact(on(contended), "here", action, write=True)

    assert caught.value is error
    assert len(contended.begun) == contended.undone == 1


# --- on a real store ---


@pytest.fixture
def store() -> Iterator[Store]:
    store = open_store("sqlite://", [COUNTERS])
    yield store
    store.close()


def test_the_loser_reads_what_the_winner_left(store: Store) -> None:
    """Where what was read is stale already: the second attempt counts on from the stored value."""
    transact(store, "here", lambda work: work.records(COUNTERS).add(Counter("a", 10)), write=True)
    stale = iter([True, False])

    def count_up(work: UnitOfWork) -> int:
        found = work.records(COUNTERS).get("a")
        assert found is not None
        read = replace(found, version=found.version - 1) if next(stale) else found
        work.records(COUNTERS).replace(replace(read, value=read.value + 1))
        return read.value + 1

    assert transact(store, "here", count_up, write=True) == 11
    assert value_of(store) == 11


def test_nothing_is_left_of_an_attempt_that_was_given_up(store: Store) -> None:
    def add_and_lose(work: UnitOfWork) -> None:
        work.records(COUNTERS).add(Counter("a", 1))
        raise StaleRecord("lost")

    with pytest.raises(StaleRecord):
        transact(store, "here", add_and_lose, write=True, attempts=2)

    assert value_of(store) is None


def test_a_unit_of_work_that_only_reads_changes_nothing(store: Store) -> None:
    with pytest.raises(StoreError):
        transact(store, "here", lambda work: work.records(COUNTERS).add(Counter("a")), write=False)

    assert value_of(store) is None


def value_of(store: Store) -> int | None:
    found = transact(store, "here", lambda work: work.records(COUNTERS).get("a"), write=False)
    return found.value if found else None
