"""The store: a database with the collections' tables in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import MetaData
from sqlalchemy.exc import SQLAlchemyError

from mock_server.core.errors import SetupError, StoreError
from mock_server.core.records import Collection, Contents, Store, Stored
from mock_server.storage.contents import decode, rows_to_fill
from mock_server.storage.engines import SETUP_LOCK, Connected, connect, lock_number
from mock_server.storage.failures import first_line, without_secrets
from mock_server.storage.prepared import Prepared
from mock_server.storage.records import Seen, Shelf, SqlRecords, is_key
from mock_server.storage.schema import prepare
from mock_server.storage.statements import Statements
from mock_server.storage.tables import CollectionTable, tables_for
from mock_server.storage.transactions import Transaction, Transactions

T = TypeVar("T", bound=Stored)


def open_store(url: str, collections: Sequence[Collection[Any]]) -> Store:
    """Return a store that keeps these collections, and has made its tables where they were missing.

    `url`: `sqlite://` (in memory, gone at the end), `sqlite:///state.db` (a file, relative to the working directory;
    `sqlite:////var/state.db` absolute) or `postgresql+psycopg://user:password@host/database`. Several processes may
    share a file or a PostgreSQL database, and may open an empty one at the same moment.

    A thread has one unit of work open at a time; a second one inside it raises `StoreError` instead of waiting for
    itself. Units of work in memory wait for each other; those that write wait for each other in a file, and in a
    namespace of PostgreSQL; 30 seconds at most, then `StoreError`.

    Raises:
        SetupError: no such store, its driver is missing, it can't be reached or written, it is not a database, or it
            was filled by a version of the mock with other collections. Never shows the password.
    """
    connected = connect(url)
    metadata = MetaData()
    tables = tables_for(collections, metadata, connected.backend)
    transactions = Transactions(connected.engine, connected.backend)
    try:
        with transactions.begin(SETUP_LOCK, write=True) as transaction:
            lasts = connected.backend.is_lasting
            prepare(transaction.connection, metadata, tables, connected.place, is_lasting=lasts)
    except BaseException as error:
        connected.engine.dispose()
        if isinstance(error, (StoreError, SQLAlchemyError)):
            raise SetupError(f"cannot open {connected.place}: {told(error, connected)}") from error
        raise
    return SqlStore(connected, transactions, tables)


def told(error: Exception, connected: Connected) -> str:
    cause = error.__cause__ if isinstance(error, StoreError) and error.__cause__ is not None else error
    return without_secrets(first_line(getattr(cause, "orig", None) or cause), connected.engine.url)


class SqlStore:
    """`Store` on SQLAlchemy Core; see `open_store`."""

    def __init__(
        self, connected: Connected, transactions: Transactions, tables: Mapping[str, CollectionTable[Any]]
    ) -> None:
        self.is_embedded = connected.backend.is_embedded
        self._place = connected.place
        self._transactions = transactions
        backend, dialect = connected.backend, connected.engine.dialect
        self._hold = None if backend.hold is None else Prepared(backend.hold, dialect)
        self._shelves: dict[str, Shelf[Any]] = {
            name: Shelf(table, Statements(table, backend, dialect)) for name, table in tables.items()
        }

    def begin(self, namespace: str, *, write: bool) -> SqlUnitOfWork:
        require_name(namespace)
        return SqlUnitOfWork(self._transactions, namespace, self._hold, self._shelves, write=write)

    def everywhere(self, collection: Collection[T]) -> Sequence[tuple[str, T]]:
        shelf = shelf_of(self._shelves, collection)
        with self._transactions.begin("", write=False) as transaction:
            rows = transaction.rows(shelf.statements.everywhere, {})
        return [(namespace, shelf.table.record(data)) for namespace, data in rows]

    def describe(self) -> str:
        return self._place

    def close(self) -> None:
        self._transactions.close()


class SqlUnitOfWork(Transaction):
    """`UnitOfWork`: a transaction in one namespace."""

    def __init__(
        self,
        gate: Transactions,
        namespace: str,
        hold: Prepared | None,
        shelves: Mapping[str, Shelf[Any]],
        *,
        write: bool,
    ) -> None:
        super().__init__(gate, namespace, write=write)
        self._namespace = namespace
        self._hold = hold
        self._shelves = shelves
        self._seen: Seen = {}

    def records(self, collection: Collection[T]) -> SqlRecords[T]:
        return SqlRecords(shelf_of(self._shelves, collection), self, self._namespace, self._seen)

    def clear(self) -> None:
        self._seen.clear()
        for shelf in self._shelves.values():
            self.changed(shelf.statements.clear, {"in_namespace": self._namespace})

    def copy_from(self, namespace: str) -> None:
        require_name(namespace)
        self.require_writing()
        if namespace == self._namespace:
            return
        if self._hold is not None:
            # Kept until the end, so each statement below finds the source as the first one did.
            self.rows(self._hold, {"number": lock_number(namespace)})
        self.clear()
        for shelf in self._shelves.values():
            names = {"in_namespace": namespace, "to_namespace": self._namespace}
            self.changed(shelf.statements.copy, names)

    def contents(self) -> Contents:
        contents = {}
        for name, shelf in sorted(self._shelves.items()):
            rows = self.rows(shelf.statements.contents, {"in_namespace": self._namespace})
            if rows:
                contents[name] = [shelf.table.lean.completed(decode(row[0])) for row in rows]
        return contents

    def fill(self, contents: Contents) -> None:
        filling = rows_to_fill(self._shelves, self._namespace, contents)
        self.clear()
        for name, rows in filling.items():
            if rows:
                self.filled(self._shelves[name].statements.fill, rows)


def shelf_of(shelves: Mapping[str, Shelf[Any]], collection: Collection[T]) -> Shelf[T]:
    try:
        return shelves[collection.name]
    except KeyError as error:
        raise StoreError(f"the store was opened without the collection {collection.name}") from error


def require_name(namespace: str) -> None:
    if not is_key(namespace):
        raise StoreError("the name of a namespace is a text without NUL and without half a surrogate pair")
