"""Random steps on all stores and on a plain dictionary side by side: all answer the same, always."""

from __future__ import annotations

import copy
import dataclasses
import itertools
import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from mock_server.core.errors import RecordExists, StaleRecord, StoreError
from mock_server.core.records import Collection, Condition, Contents, Page, Query, Store, UnitOfWork
from mock_server.storage import open_store
from tests.storage.samples import COLLECTIONS, DOCUMENTS, Address, Document, Item, Priority, Status

OPERATORS = {
    "=": operator.eq,
    "!=": operator.ne,
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}

# Few and awkward, so that they meet: what LIKE, SQL and JSON hold special, what folds to more or other characters.
LETTERS = "aAbß%_\\'\"\0\n ıİ😀é\u0301\uffff"
texts = st.text(LETTERS, max_size=4) | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
cents = st.decimals(-100, 100, places=2) | st.decimals(-999999999999, 999999999999, places=2)
instants = st.datetimes(timezones=st.just(UTC)) | st.sampled_from([datetime(2026, 1, n, tzinfo=UTC) for n in (1, 2)])
counts = st.integers(-2, 2) | st.integers(-(2**62), 2**62)
record_ids = st.sampled_from(["a", "b", "B", "é", "😀", "%", ""])

documents = st.builds(
    Document,
    id=record_ids,
    title=st.none() | texts,
    count=st.none() | counts,
    total=st.none() | cents,
    due=st.none() | instants,
    notes=st.none() | texts,
    status=st.sampled_from(Status),
    priority=st.sampled_from(Priority),
    address=st.none() | st.builds(Address, city=texts, lines=st.lists(texts, max_size=2).map(tuple)),
    items=st.lists(st.builds(Item, texts, st.decimals(allow_nan=False), st.none() | instants), max_size=2).map(tuple),
    tags=st.frozensets(texts, max_size=2),
    labels=st.dictionaries(texts, st.integers(-(2**63), 2**64 - 1), max_size=2),
    is_open=st.booleans(),
    ratio=st.floats(allow_nan=False, allow_infinity=False),
    digest=st.binary(max_size=5),
    version=st.integers(0, 3),
)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "title": texts,
    "count": counts | st.integers(),
    "total": cents | st.decimals(-100, 100, places=3) | st.decimals(allow_nan=False),
    "due": instants,
    "status": st.sampled_from([status.value for status in Status]),
}
conditions = st.sampled_from(sorted(VALUES)).flatmap(
    lambda column: st.builds(Condition, st.just(column), st.sampled_from(sorted(OPERATORS)), VALUES[column])
)
queries = st.builds(
    Query,
    where=st.lists(conditions, max_size=2),
    search=st.none() | texts.map(lambda text: text[:2]),
    order_by=st.none() | st.sampled_from(sorted(VALUES)),
    ascending=st.booleans(),
    offset=st.integers(0, 3),
    limit=st.none() | st.integers(0, 4),
)


class DictRecords:
    """`Records` on a dictionary: the contract in its plainest form."""

    def __init__(self, content: dict[str, Document], *, write: bool) -> None:
        self._content = content
        self._write = write

    def get(self, record_id: str) -> Document | None:
        return self._content.get(record_id)

    def add(self, record: Document) -> None:
        self._require_write()
        if record.id in self._content:
            raise RecordExists
        self._content[record.id] = dataclasses.replace(record, version=1)

    def replace(self, record: Document) -> None:
        self._require_version(record)
        self._content[record.id] = dataclasses.replace(record, version=record.version + 1)

    def remove(self, record: Document) -> None:
        self._require_version(record)
        del self._content[record.id]

    def find(self, query: Query) -> Page[Document]:
        found = sorted(self._matching(query), key=lambda record: record.id)
        if query.order_by is not None:
            value = DOCUMENTS.columns[query.order_by].value
            present = [record for record in found if value(record) is not None]
            absent = [record for record in found if value(record) is None]
            found = sorted(present, key=lambda record: plain(value(record))) + absent
        if not query.ascending:
            found.reverse()
        end = None if query.limit is None else query.offset + query.limit
        return Page(found[query.offset : end], len(found))

    def first(self, query: Query) -> Document | None:
        items = self.find(query).items
        return items[0] if items else None

    def _matching(self, query: Query) -> Iterator[Document]:
        for record in self._content.values():
            searched = [(text or "").replace("\0", "").casefold() for text in (record.title, record.notes)]
            sought = (query.search or "").replace("\0", "").casefold()
            if any(sought in text for text in searched) and all(holds(each, record) for each in query.where):
                yield record

    def _require_write(self) -> None:
        if not self._write:
            raise StoreError

    def _require_version(self, record: Document) -> None:
        self._require_write()
        if record.id not in self._content or self._content[record.id].version != record.version:
            raise StaleRecord


class DictWork:
    """`UnitOfWork` on dictionaries: its own name and content, and what all namespaces held before."""

    def __init__(
        self, name: str, content: dict[str, Document], committed: Mapping[str, dict[str, Document]], *, write: bool
    ) -> None:
        self._name = name
        self._content = content
        self._committed = committed
        self._write = write

    def records(self, collection: Collection[Any]) -> DictRecords:
        return DictRecords(self._content, write=self._write)

    def clear(self) -> None:
        self._hold({})

    def copy_from(self, namespace: str) -> None:
        self._hold(self._content if namespace == self._name else self._committed[namespace])

    def contents(self) -> Contents:
        records = [msgspec.json.decode(msgspec.json.encode(record)) for _, record in sorted(self._content.items())]
        return {"documents": records} if records else {}

    def fill(self, contents: Contents) -> None:
        records = [msgspec.convert(value, Document) for value in contents.get("documents", [])]
        self._hold({record.id: record for record in records})

    def _hold(self, content: dict[str, Document]) -> None:
        if not self._write:
            raise StoreError
        content = dict(content)
        self._content.clear()
        self._content.update(content)


def plain(value: Any) -> Any:
    return value.replace("\0", "") if isinstance(value, str) else value


def holds(condition: Condition, record: Document) -> bool:
    value = plain(DOCUMENTS.columns[condition.column].value(record))
    return value is not None and bool(OPERATORS[condition.operator](value, plain(condition.value)))


def outcome(step: Callable[[Any], Any], records: Any) -> Any:
    """What a step returned, or which error it raised."""
    try:
        answer = step(records)
    except StoreError as error:
        return type(error)
    return (list(answer.items), answer.total) if isinstance(answer, Page) else answer


class Undo(Exception):
    """Ends a unit of work without keeping it."""


class StoresAgree(RuleBasedStateMachine):
    """One unit of work after the other, the same on every store and on the dictionary."""

    stores: Sequence[Store] = ()
    runs = itertools.count()

    def __init__(self) -> None:
        super().__init__()
        self.run = next(self.runs)
        self.committed: dict[str, dict[str, Document]] = {"one": {}, "two": {}}
        self.seen: list[Document] = []
        self.taken: list[Contents] = []
        self.works: list[tuple[AbstractContextManager[UnitOfWork], UnitOfWork]] = []
        self.namespace = ""
        self.model: dict[str, Document] = {}
        self.write = False

    @property
    def is_open(self) -> bool:
        return bool(self.works)

    @rule(namespace=st.sampled_from(["one", "two"]), write=st.sampled_from([True, True, True, False]))
    @precondition(lambda self: not self.is_open)
    def begin(self, namespace: str, write: bool) -> None:
        self.namespace, self.write = namespace, write
        self.model = copy.copy(self.committed[namespace])
        for store in self.stores:
            block = store.begin(self.full_name(namespace), write=write)
            self.works.append((block, block.__enter__()))

    @rule(is_kept=st.sampled_from([True, True, False]))
    @precondition(lambda self: self.is_open)
    def end(self, is_kept: bool) -> None:
        works, self.works = self.works, []
        for block, _ in works:
            error = None if is_kept else Undo()
            assert not block.__exit__(type(error) if error else None, error, None)
        if is_kept:
            self.committed[self.namespace] = self.model

    @rule(document=documents)
    @precondition(lambda self: self.is_open)
    def add(self, document: Document) -> None:
        self.step(lambda records: records.add(document))

    @rule(data=st.data(), document=documents)
    @precondition(lambda self: self.is_open and self.seen)
    def replace(self, data: st.DataObject, document: Document) -> None:
        old = data.draw(st.sampled_from(self.seen))
        new = dataclasses.replace(document, id=old.id, version=old.version)
        self.step(lambda records: records.replace(new))

    @rule(data=st.data())
    @precondition(lambda self: self.is_open and self.seen)
    def remove(self, data: st.DataObject) -> None:
        old = data.draw(st.sampled_from(self.seen))
        self.step(lambda records: records.remove(old))

    @rule(record_id=record_ids)
    @precondition(lambda self: self.is_open)
    def get(self, record_id: str) -> None:
        self.step(lambda records: records.get(record_id))

    @rule()
    @precondition(lambda self: self.is_open)
    def clear(self) -> None:
        self.whole_step(lambda work: work.clear())

    @rule(source=st.sampled_from(["one", "two"]))
    @precondition(lambda self: self.is_open)
    def copy(self, source: str) -> None:
        self.whole_step(lambda work: work.copy_from(self.full_name(source)))

    @rule()
    @precondition(lambda self: self.is_open)
    def take(self) -> None:
        self.taken.append(self.whole_step(lambda work: work.contents()))

    @rule(data=st.data())
    @precondition(lambda self: self.is_open and self.taken)
    def fill(self, data: st.DataObject) -> None:
        taken = data.draw(st.sampled_from(self.taken))
        self.whole_step(lambda work: work.fill(taken))

    @rule()
    @precondition(lambda self: not self.is_open)
    def look_everywhere(self) -> None:
        expected = [
            (self.full_name(name), record)
            for name, content in sorted(self.committed.items())
            for _, record in sorted(content.items())
        ]
        for store in self.stores:
            found = [pair for pair in store.everywhere(DOCUMENTS) if pair[0].startswith(f"{self.run} ")]
            assert found == expected, store.describe()

    @rule(query=queries)
    @precondition(lambda self: self.is_open)
    def find(self, query: Query) -> None:
        self.step(lambda records: records.find(query))
        self.step(lambda records: records.first(query))

    def full_name(self, namespace: str) -> str:
        return f"{self.run} {namespace}"

    def step(self, step: Callable[[Any], Any]) -> None:
        self.whole_step(lambda work: step(work.records(DOCUMENTS)))

    def whole_step(self, step: Callable[[Any], Any]) -> Any:
        """Take the step everywhere; the answers are the same, and so is everything there is afterwards."""
        committed = {self.full_name(name): content for name, content in self.committed.items()}
        expected = outcome(step, DictWork(self.full_name(self.namespace), self.model, committed, write=self.write))
        content = sorted(self.model.values(), key=lambda record: record.id)
        for store, (_, work) in zip(self.stores, self.works, strict=True):
            assert outcome(step, work) == expected, store.describe()
            assert work.records(DOCUMENTS).find(Query()).items == content, store.describe()
        self.seen.extend(record for record in content if record not in self.seen)
        return expected

    def teardown(self) -> None:
        works, self.works = self.works, []
        for block, _ in works:
            block.__exit__(Undo, Undo(), None)


def check_agreement(urls: Sequence[str]) -> None:
    stores = [open_store(url, COLLECTIONS) for url in urls]
    machine = type("StoresAgreeHere", (StoresAgree,), {"stores": stores})
    try:
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=40,
                stateful_step_count=50,
                deadline=None,
                derandomize=True,
                database=None,
                suppress_health_check=[HealthCheck.too_slow],
            ),
        )
    finally:
        for store in stores:
            store.close()


@pytest.fixture
def embedded(tmp_path: Path) -> list[str]:
    return ["sqlite://", f"sqlite:///{tmp_path}/state.db"]


def test_memory_and_file_agree_with_a_dictionary(embedded: list[str]) -> None:
    check_agreement(embedded)


def test_postgresql_agrees_with_memory_and_with_a_dictionary(embedded: list[str], postgres_url: str) -> None:
    check_agreement([embedded[0], postgres_url])
