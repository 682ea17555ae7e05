"""The records of one collection, seen from inside one unit of work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from mock_server.core.errors import RecordExists, StaleRecord, StoreError
from mock_server.core.records import Page, Query, Stored
from mock_server.storage.statements import ALL, Asked, Statements, asked
from mock_server.storage.tables import CollectionTable
from mock_server.storage.transactions import Transaction
from mock_server.storage.values import is_unicode

T = TypeVar("T", bound=Stored)


@dataclass(frozen=True)
class Shelf(Generic[T]):
    """What is made once for a collection: its table and its statements."""

    table: CollectionTable[T]
    statements: Statements


class SqlRecords(Generic[T]):
    """`Records` on a table; the port's docstrings say what each method promises."""

    def __init__(self, shelf: Shelf[T], transaction: Transaction, namespace: str) -> None:
        self._table = shelf.table
        self._statements = shelf.statements
        self._transaction = transaction
        self._namespace = namespace

    def get(self, record_id: str) -> T | None:
        if not is_key(record_id):
            return None
        rows = self._transaction.rows(self._statements.get, self._key(record_id))
        return self._table.record(rows[0][0]) if rows else None

    def add(self, record: T) -> None:
        if not is_key(record.id):
            raise StoreError(f"an id of {self._name} is a text without NUL and without half a surrogate pair")
        key = {"namespace": self._namespace, "id": record.id}
        if not self._transaction.changed(self._statements.add, key | self._table.row(record, version=1)):
            raise RecordExists(f"{self._name} has a record {record.id} already")

    def replace(self, record: T) -> None:
        self._require_key(record)
        key = self._key(record.id) | {"with_version": record.version}
        row = self._table.row(record, version=record.version + 1)
        if not self._transaction.changed(self._statements.replace, key | row):
            raise self._stale(record)

    def remove(self, record: T) -> None:
        self._require_key(record)
        key = self._key(record.id) | {"with_version": record.version}
        if not self._transaction.changed(self._statements.remove, key):
            raise self._stale(record)

    def find(self, query: Query) -> Page[T]:
        # Measured on 10,000 records: page and count in two statements 0.1 to 0.5 ms on SQLite, in one with a window
        # 12 to 65 ms; on PostgreSQL 0.5 to 4 against 6 to 31. A page that isn't full needs no count.
        question = asked(self._table, self._namespace, query)
        limit = ALL if question.limit is None else min(question.limit, ALL)
        items = self._page(question, limit)
        if len(items) < limit and (items or not question.offset):
            return Page(items, question.offset + len(items))
        total = self._transaction.rows(self._statements.count(question.shape), question.values)[0][0]
        return Page(items, total)

    def first(self, query: Query) -> T | None:
        question = asked(self._table, self._namespace, query)
        items = self._page(question, 1 if question.limit is None else min(question.limit, 1))
        return items[0] if items else None

    @property
    def _name(self) -> str:
        return self._table.collection.name

    def _key(self, record_id: str) -> dict[str, object]:
        return {"in_namespace": self._namespace, "with_id": record_id}

    def _page(self, question: Asked, limit: int) -> list[T]:
        if limit == 0:
            return []
        part = {"limit": limit, "offset": min(question.offset, ALL)}
        rows = self._transaction.rows(self._statements.page(question.shape), question.values | part)
        return [self._table.record(row[0]) for row in rows]

    def _require_key(self, record: T) -> None:
        if not is_key(record.id):
            raise self._stale(record)

    def _stale(self, record: T) -> StaleRecord:
        return StaleRecord(f"{self._name}: record {record.id!r} is no longer at version {record.version}")


def is_key(value: str) -> bool:
    """Whether a record can have this id, or a namespace this name: PostgreSQL refuses NUL."""
    return "\0" not in value and is_unicode(value)
