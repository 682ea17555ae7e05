"""What SQLite counts as it goes: always what counting the records would give, and asked instead of the records."""

from __future__ import annotations

import dataclasses
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mock_server.core.records import SEARCHED, Condition, Query, Store, UnitOfWork
from mock_server.storage import open_store
from mock_server.storage.prepared import Prepared
from tests.storage.samples import COLLECTIONS, DOCUMENTS, Document, Status
from tests.storage.steps import NAMESPACE, add, find, work
from tests.storage.test_stores_agree import DictRecords

DAY = timedelta(days=1)
TICK = timedelta(microseconds=1)
ABSENT_NUMBER, ABSENT_TEXT, ABSENT_DAY = -(2**63), "\0", -1

# Midnights and what is next to them, on both sides of 1970, and the ends of the calendar.
MIDNIGHTS = [datetime(1969, 12, 31, tzinfo=UTC) + n * DAY for n in range(4)]
INSTANTS = [
    datetime.min.replace(tzinfo=UTC),
    *(midnight + by for midnight in MIDNIGHTS for by in (-TICK, timedelta(), TICK, DAY / 2)),
    datetime.max.replace(tzinfo=UTC),
]
TEXTS = ["", "Nr. 10", "Nr. 19", "nr. 7", "Ada", "ada 2", "grüße 3"]
SOUGHT = ["r. 1", "nr. ", "ada", "a", "0", "9", "GRÜSSE", "x", "ada 2", "1"]

instants = st.sampled_from(INSTANTS)
documents = st.builds(
    Document,
    id=st.sampled_from("abcdefgh"),
    title=st.none() | st.sampled_from(TEXTS),
    count=st.none() | st.integers(-1, 1),
    total=st.none() | st.sampled_from([Decimal("-0.01"), Decimal(0), Decimal(1)]),
    due=st.none() | instants,
    notes=st.none() | st.sampled_from(TEXTS),
    status=st.sampled_from(Status),
)
VALUES: Mapping[str, st.SearchStrategy[Any]] = {
    "title": st.sampled_from(TEXTS),
    "count": st.integers(-2, 2) | st.just(2**70) | st.just(-(2**70)),
    "total": st.sampled_from([Decimal(0), Decimal(1), Decimal("0.005"), Decimal("-1E+99")]),
    "due": instants,
    "status": st.sampled_from([each.value for each in Status]),
}
conditions = st.sampled_from(sorted(VALUES)).flatmap(
    lambda column: st.builds(
        Condition, st.just(column), st.sampled_from(["=", "=", ">=", "<=", ">", "<", "!="]), VALUES[column]
    )
)
queries = st.builds(
    Query,
    where=st.lists(conditions, max_size=3),
    search=st.none() | st.sampled_from(SOUGHT),
    order_by=st.none() | st.sampled_from(sorted(VALUES)),
    ascending=st.booleans(),
    offset=st.integers(0, 12),
    limit=st.none() | st.integers(0, 12),
)
STEPS = ("add", "replace", "remove", "clear", "fill", "copy", "undo")


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tallies") / "state.db"


@pytest.fixture(scope="module")
def store(path: Path) -> Iterator[Store]:
    store = open_store(f"sqlite:///{path}", COLLECTIONS)
    add(store, *many()[:5], namespace="elsewhere")
    yield store
    store.close()


def many() -> list[Document]:
    """So many that a page is a small part of them, with every value next to every other one."""
    return [
        Document(
            id=f"{n * 37 % 101:03}",
            title=[*TEXTS, None][n % 8],
            count=[-1, 0, 1, None][n % 4],
            total=None if n % 7 == 0 else Decimal(n % 5),
            due=[*INSTANTS, None][n * 5 % (len(INSTANTS) + 1)],
            notes=TEXTS[n % 3],
            status=Status.DRAFT if n % 10 < 7 else Status.PUBLISHED,
        )
        for n in range(101)
    ]


def clear(unit: UnitOfWork) -> None:
    unit.clear()


@given(steps=st.lists(st.tuples(st.sampled_from(STEPS), documents), max_size=12))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=30)
def test_the_figures_are_what_counting_the_records_gives(
    store: Store, path: Path, steps: list[tuple[str, Document]]
) -> None:
    work(store, clear)
    for name, document in steps:
        take(store, name, document)
        assert figures(path) == counted(list(find(store, Query()).items))


def take(store: Store, name: str, document: Document) -> None:
    """One step of what can be done to records."""
    present = {each.id: each for each in find(store, Query()).items}
    old = present.get(document.id)

    def act(unit: UnitOfWork) -> None:
        records = unit.records(DOCUMENTS)
        if name == "copy":
            unit.copy_from("elsewhere")
        elif name == "clear":
            unit.clear()
        elif name == "fill":
            unit.fill(unit.contents())
        elif old is None:
            records.add(document)
        elif name == "remove":
            records.remove(old)
        else:
            records.replace(dataclasses.replace(document, version=old.version))
        if name == "undo":
            raise Undone

    with suppress(Undone):
        work(store, act)


class Undone(Exception):
    """Ends a unit of work without keeping it."""


def figures(path: Path) -> dict[int, Counter[tuple[Any, ...]]]:
    """What the tallies say of the namespace, without the keys by which searches find records."""
    with sqlite3.connect(path) as connection:
        found = {}
        for n, names in enumerate(DOCUMENTS.tallies):
            sql = f"SELECT {', '.join(names)}, records FROM documents_tally_{n} WHERE namespace = ?"
            rows = connection.execute(sql, [NAMESPACE]).fetchall()
            found[n] = Counter({tuple(key): records for *key, records in rows})
            assert all(row[-1] > 0 for row in rows), "what is not there takes no room"
    connection.close()
    return found


def counted(present: list[Document]) -> dict[int, Counter[tuple[Any, ...]]]:
    """The same, by the records themselves."""
    return {
        n: Counter(tuple(kind(document, name) for name in names) for document in present)
        for n, names in enumerate(DOCUMENTS.tallies)
    }


def kind(document: Document, name: str) -> Any:
    """As what a document counts by one of its columns."""
    if name == SEARCHED:
        assert DOCUMENTS.search is not None
        joined = "A".join(text.casefold() for text in DOCUMENTS.search(document) if text)
        return "".join("0" if letter in "0123456789" else letter for letter in joined)
    value = DOCUMENTS.columns[name].value(document)
    if name == "due":
        return ABSENT_DAY if document.due is None else document.due.toordinal() - 1
    if name == "title":
        return ABSENT_TEXT if value is None else value
    if name == "total":
        return ABSENT_NUMBER if document.total is None else int(document.total * 100)
    return ABSENT_NUMBER if value is None else value


@pytest.fixture(scope="module")
def filled() -> Iterator[Store]:
    store = open_store("sqlite://", COLLECTIONS)
    add(store, *many())
    add(store, Document("000", title="Nr. 10", status=Status.PUBLISHED), namespace="elsewhere")
    yield store
    store.close()


@given(query=queries)
@settings(deadline=None, max_examples=500)
def test_any_query_finds_what_looking_at_each_record_finds(filled: Store, query: Query) -> None:
    content = {each.id: dataclasses.replace(each, version=1) for each in many()}
    expected = DictRecords(content, write=False).find(query)
    found = find(filled, query)
    assert (list(found.items), found.total) == (list(expected.items), expected.total)


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The SQL that is run from now on."""
    run: list[str] = []
    original = Prepared.run

    def noting(self: Prepared, driver: Any, values: Any) -> Any:
        cursor = original(self, driver, values)
        run.append(self._sql)
        return cursor

    monkeypatch.setattr(Prepared, "run", noting)
    return run


IS_DRAFT = Condition("status", "=", "Draft")
TALLIED: Mapping[str, Query] = {
    "everything": Query(limit=2),
    "a value": Query(where=[IS_DRAFT], limit=2),
    "a value in a search": Query(search="nr", where=[Condition("total", "=", Decimal(1))], limit=2),
    "whole days": Query(where=[IS_DRAFT, Condition("due", ">=", MIDNIGHTS[1])], limit=2),
    "a text without digits": Query(search="nr. ", limit=2),
}


@pytest.mark.parametrize("query", TALLIED.values(), ids=TALLIED)
def test_what_the_tallies_know_is_not_counted(query: Query, filled: Store, statements: list[str]) -> None:
    assert find(filled, query).total > 2
    assert len(statements) == 2
    assert not [sql for sql in statements if "count(" in sql]


def test_a_walk_ends_where_the_page_is_full(filled: Store, statements: list[str]) -> None:
    query = Query(where=[IS_DRAFT, Condition("count", "=", 1)], order_by="total", limit=2)
    assert len(find(filled, query).items) == 2
    assert [sql for sql in statements if "CASE WHEN" in sql], "it went along the index"
    assert len(statements) == 2


def test_matches_that_lie_far_in_the_order_are_found_all_the_same(filled: Store, statements: list[str]) -> None:
    store = open_store("sqlite://", COLLECTIONS)
    add(store, *(Document(f"{n:03}", total=Decimal(n), count=int(n >= 90)) for n in range(100)))
    page = find(store, Query(where=[IS_DRAFT, Condition("count", "=", 1)], order_by="total", limit=3))
    assert ([each.id for each in page.items], page.total) == (["090", "091", "092"], 10)
    assert len(statements) == 2 + 1 + 100, "figures, a walk that gave up, and the page; besides what was added"
    store.close()


def test_what_nothing_matches_is_not_looked_for(filled: Store, statements: list[str]) -> None:
    assert find(filled, Query(search="nowhere", limit=3)).total == 0
    assert find(filled, Query(where=[IS_DRAFT], offset=1000, limit=3)).total == 70 + 1
    assert len(statements) == 2
