"""Races: who comes second sees what the first has left, and nothing is lost or decided on what is no longer so."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable
from functools import partial

from mock_server.core.errors import RecordExists, StaleRecord
from mock_server.core.records import Condition, Query, Store, UnitOfWork, transact
from tests.storage.samples import DOCUMENTS, Document, Status
from tests.storage.steps import NAMESPACE, add, at_once, find, ids, replace, stored

RACERS = 8


def publish(name: str) -> Callable[[UnitOfWork], str]:
    """Publish the draft "a" and return "won", or who has published it before."""

    def action(work: UnitOfWork) -> str:
        document = work.records(DOCUMENTS).get("a")
        assert document is not None
        if document.status is Status.PUBLISHED:
            return f"lost to {document.title}"
        work.records(DOCUMENTS).replace(dataclasses.replace(document, status=Status.PUBLISHED, title=name))
        return "won"

    return action


def count_up(work: UnitOfWork) -> None:
    document = work.records(DOCUMENTS).get("a")
    assert document is not None
    work.records(DOCUMENTS).replace(dataclasses.replace(document, count=(document.count or 0) + 1))


def leave_if_another_stays(name: str) -> Callable[[UnitOfWork], bool]:
    """Of two on duty one may leave: each reads both and changes itself, so no version number tells."""

    def action(work: UnitOfWork) -> bool:
        documents = work.records(DOCUMENTS)
        on_duty = documents.find(Query(where=[Condition("status", "=", Status.PUBLISHED.value)]))
        if on_duty.total < 2:
            return False
        me = documents.get(name)
        assert me is not None
        documents.replace(dataclasses.replace(me, status=Status.DRAFT))
        return True

    return action


def take_number_7(name: str) -> Callable[[UnitOfWork], bool]:
    """Add a record with a number nobody has: what is not there can't carry a version."""

    def action(work: UnitOfWork) -> bool:
        documents = work.records(DOCUMENTS)
        if documents.first(Query(where=[Condition("count", "=", 7)])) is not None:
            return False
        documents.add(Document(name, count=7))
        return True

    return action


class Races:
    def test_of_many_who_decide_on_one_record_one_wins_and_the_others_see_it(self, store: Store) -> None:
        add(store, Document("a"))
        racers = [f"racer {n}" for n in range(RACERS)]
        outcomes = at_once([partial(transact, store, NAMESPACE, publish(name), write=True) for name in racers])
        winner = stored(store, "a").title
        assert Counter(outcomes) == {"won": 1, f"lost to {winner}": RACERS - 1}
        assert stored(store, "a").version == 2

    def test_of_many_who_have_read_the_same_version_one_replaces_it(self, store: Store) -> None:
        add(store, Document("a"))
        read = stored(store, "a")
        outcomes = at_once([partial(replace, store, read)] * RACERS)
        assert Counter(type(outcome) for outcome in outcomes) == {type(None): 1, StaleRecord: RACERS - 1}

    def test_of_many_who_add_one_id_one_succeeds(self, store: Store) -> None:
        documents = [Document("a", title=f"racer {n}") for n in range(RACERS)]
        outcomes = at_once([partial(add, store, document) for document in documents])
        assert Counter(type(outcome) for outcome in outcomes) == {type(None): 1, RecordExists: RACERS - 1}
        assert stored(store, "a").title == f"racer {outcomes.index(None)}"

    def test_no_change_is_lost(self, store: Store) -> None:
        add(store, Document("a"))

        def often() -> None:
            for _ in range(25):
                transact(store, NAMESPACE, count_up, write=True)

        assert at_once([often] * RACERS) == [None] * RACERS
        assert stored(store, "a").count == 25 * RACERS

    def test_two_cannot_both_leave_because_each_saw_the_other_stay(self, store: Store) -> None:
        for round_number in range(10):
            names = [f"{round_number}-{n}" for n in range(2)]
            add(store, *(Document(name, status=Status.PUBLISHED) for name in names))
            leaving = [leave_if_another_stays(name) for name in names]
            outcomes = at_once([partial(transact, store, NAMESPACE, action, write=True) for action in leaving])
            assert sorted(map(str, outcomes)) == ["False", "True"]
            staying = find(store, Query(where=[Condition("status", "=", "Published")])).items
            assert len(staying) == 1
            replace(store, dataclasses.replace(staying[0], status=Status.DRAFT))

    def test_two_cannot_both_add_what_neither_found(self, store: Store) -> None:
        names = [f"racer {n}" for n in range(RACERS)]
        outcomes = at_once([partial(transact, store, NAMESPACE, take_number_7(name), write=True) for name in names])
        assert Counter(outcomes) == {True: 1, False: RACERS - 1}
        assert len(ids(store, Query())) == 1

    def test_writers_in_different_namespaces_all_succeed(self, store: Store) -> None:
        namespaces = [f"namespace {n}" for n in range(RACERS)]
        outcomes = at_once([partial(add, store, Document("a"), namespace=name) for name in namespaces])
        assert outcomes == [None] * RACERS
