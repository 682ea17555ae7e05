"""How SQLite goes about what it is often asked: by which index, and without sorting what need not be sorted."""

from __future__ import annotations

import dataclasses
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
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
    carried=["count"],
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
    """All statements that answering takes, each with its plan."""
    explained: list[str] = []
    original = Prepared.run

    def explaining(self: Prepared, driver: Any, values: Any) -> Any:
        cursor = original(self, driver, values)
        steps = driver.execute(f"EXPLAIN QUERY PLAN {self._sql}", self._arguments(values)).fetchall()
        explained.append(f"{self._sql} => {'; '.join(step[-1] for step in steps)}")
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


def test_whoever_has_no_deadline_takes_no_room_in_its_index(tmp_path: Path) -> None:
    open_store(f"sqlite:///{tmp_path}/state.db", [NOTES]).close()
    with closing(sqlite3.connect(tmp_path / "state.db")) as connection:
        indexes = connection.execute("SELECT name, partial FROM pragma_index_list('notes')").fetchall()
    assert [name for name, is_partial in indexes if is_partial] == ["ix_notes_due"]


def test_a_page_in_the_order_of_an_index_is_not_sorted(plans: Asking) -> None:
    page = Query(where=[IS_MINE], order_by="total", limit=5)
    plan = plans(lambda notes: notes.find(page).items)[-1]
    assert "USING INDEX ix_notes_0 (namespace=? AND owner_key=?)" in plan
    assert "TEMP B-TREE" not in plan


@pytest.mark.parametrize("ascending", [True, False])
def test_a_walk_goes_along_the_index_of_the_order(ascending: bool, plans: Asking) -> None:
    query = Query(where=[IS_MINE, Condition("count", "=", 1)], order_by="total", ascending=ascending, limit=1)
    _, walk = plans(lambda notes: notes.find(query).items)
    assert "USING INDEX ix_notes_0 (namespace=? AND owner_key=?)" in walk
    assert "TEMP B-TREE" not in walk


@pytest.mark.parametrize("order_by", [None, "total", "count"])
@pytest.mark.parametrize("where", [[], [IS_MINE], [IS_MINE, Condition("count", "=", 1)]], ids=["", "owner", "more"])
def test_few_that_hold_a_text_are_found_by_its_key(where: list[Condition], order_by: str | None, plans: Asking) -> None:
    query = Query(where=where, search=BUCKEROO, order_by=order_by, limit=30)
    for plan in plans(lambda notes: notes.find(query).items)[1:]:
        assert "USING INDEX ix_notes_1 (namespace=? AND search_key=?)" in plan
        assert "ix_notes_0" not in plan


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


def test_what_the_index_carries_is_decided_before_a_record_is_looked_at(plans: Asking) -> None:
    query = Query(where=[IS_MINE, Condition("count", "=", 1)], search="note", order_by="total", limit=1)
    walk = plans(lambda notes: notes.find(query).items)[1]
    assert "CASE WHEN (notes.count = ? AND notes.owner = ? AND instr(" in walk


@pytest.mark.parametrize(("offset", "is_walked"), [(0, True), (3, False)])
def test_pages_far_behind_are_not_walked_to(
    offset: int, is_walked: bool, plans: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mock_server.storage.records.MOST_WALKED", 3)
    query = Query(where=[IS_MINE, Condition("count", "=", 1)], order_by="total", offset=offset, limit=1)
    assert ("CASE WHEN" in plans(lambda notes: notes.find(query).items)[-1]) is is_walked
