"""How SQLite goes about what it is often asked: by which index, and without sorting what need not be sorted."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from mock_server.core.records import SEARCHED, Collection, Column, Condition, Query, Records, Store, earliest
from mock_server.storage import open_store
from mock_server.storage.prepared import Prepared
from mock_server.storage.values import abridged
from tests.storage.samples import Document
from tests.storage.steps import NAMESPACE

PLUMLESS, BUCKEROO = "plumless", "buckeroo"
"""Two texts with one CRC-32, by which abridged columns and searched texts are found."""

NOTES: Collection[Document] = Collection(
    name="notes",
    type=Document,
    columns={
        "owner": Column(str, lambda note: note.title, is_abridged=True),
        "count": Column(int, lambda note: note.count),
        "total": Column(Decimal, lambda note: note.total),
        "due": Column(datetime, lambda note: note.due),
    },
    search=lambda note: (note.notes,),
    indexes=[("owner", "total")],
    deadlines=["due"],
    tallies=[("owner", "count"), ("owner", SEARCHED)],
)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
IS_MINE = Condition("owner", "=", PLUMLESS)


def many() -> list[Document]:
    return [
        Document(
            f"{n:03}",
            title=PLUMLESS if n % 2 else BUCKEROO,
            notes=f"note {n} " + (PLUMLESS if n % 3 else BUCKEROO),
            count=n % 5,
            total=Decimal(n),
            due=NOON if n == 77 else None,
        )
        for n in range(100)
    ]


@pytest.fixture
def notes() -> Iterator[Store]:
    store = open_store("sqlite://", [NOTES])
    with store.begin(NAMESPACE, write=True) as work:
        for note in many():
            work.records(NOTES).add(note)
    yield store
    store.close()


Asking = Callable[[Callable[[Records[Document]], Any]], list[str]]


@pytest.fixture
def plans(notes: Store, monkeypatch: pytest.MonkeyPatch) -> Asking:
    """The plans of all statements that answering takes."""
    explained: list[str] = []
    original = Prepared.run

    def explaining(self: Prepared, driver: Any, values: Any) -> Any:
        cursor = original(self, driver, values)
        steps = driver.execute(f"EXPLAIN QUERY PLAN {self._sql}", self._arguments(values)).fetchall()
        explained.append("; ".join(step[-1] for step in steps))
        return cursor

    def ask(question: Callable[[Records[Document]], Any]) -> list[str]:
        explained.clear()
        monkeypatch.setattr(Prepared, "run", explaining)
        with notes.begin(NAMESPACE, write=False) as work:
            assert question(work.records(NOTES))
        monkeypatch.undo()
        return explained

    return ask


def test_the_earliest_deadline_stands_first_in_an_index_of_those_that_have_one(plans: Asking) -> None:
    (plan,) = plans(lambda notes: earliest(notes, "due"))
    assert "USING INDEX ix_notes_due" in plan
    assert "TEMP B-TREE" not in plan


def test_a_page_in_the_order_of_an_index_is_not_sorted(plans: Asking) -> None:
    page = Query(where=[IS_MINE], order_by="total", limit=5)
    plan = plans(lambda notes: notes.find(page).items)[-1]
    assert "USING INDEX ix_notes_0 (namespace=? AND owner_key=?)" in plan
    assert "TEMP B-TREE" not in plan


@pytest.mark.parametrize("ascending", [True, False])
def test_a_walk_goes_along_the_index_of_the_order(ascending: bool, plans: Asking) -> None:
    query = Query(where=[IS_MINE, Condition("count", "=", 1)], order_by="total", ascending=ascending, limit=2)
    _, walk = plans(lambda notes: notes.find(query).items)
    assert "USING INDEX ix_notes_0 (namespace=? AND owner_key=?)" in walk
    assert "TEMP B-TREE" not in walk


def test_few_that_hold_a_text_are_found_by_its_key(plans: Asking) -> None:
    query = Query(search=BUCKEROO, limit=30)
    assert "USING INDEX ix_notes_1 (namespace=? AND search_key=?)" in plans(lambda notes: notes.find(query).items)[-1]


def test_what_many_may_hold_is_looked_for_in_the_order_asked_for(plans: Asking) -> None:
    query = Query(search="note 7", limit=5)
    assert "ix_notes_1" not in plans(lambda notes: notes.find(query).items)[1]


@pytest.mark.parametrize("limit", [1, 5, None])
@pytest.mark.parametrize("owner", [PLUMLESS, BUCKEROO])
def test_texts_of_one_number_are_told_apart(owner: str, limit: int | None, notes: Store) -> None:
    assert abridged(PLUMLESS) == abridged(BUCKEROO)
    where = [Condition("owner", "=", owner), Condition("total", ">=", Decimal(10))]
    for search in (None, owner, "1"):
        for order_by in ("total", None):
            expected = [
                dataclasses.replace(note, version=1)
                for note in many()[10:]
                if note.title == owner and (search or "") in str(note.notes)
            ]
            with notes.begin(NAMESPACE, write=False) as work:
                page = work.records(NOTES).find(Query(where=where, search=search, order_by=order_by, limit=limit))
            assert list(page.items) == expected[:limit]
            assert page.total == len(expected)
