"""From a group's `Collection` to the table that keeps it, and between its records and that table's rows."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Generic, TypeVar

import msgspec
from sqlalchemy import BigInteger, Column, Index, LargeBinary, MetaData, Table, column

from mock_server.core.errors import SetupError, StoreError
from mock_server.core.records import SEARCHED, Collection, Stored
from mock_server.storage.engines import Backend
from mock_server.storage.lean import Lean
from mock_server.storage.tallies import masked, tallies_for
from mock_server.storage.values import CODE_POINT_TEXT, KINDS, abridged, of_another_kind, text

T = TypeVar("T", bound=Stored)

MOST_SHARED = 128
"""Records of a table that are kept as they were read, by their bytes: who is asked for once is asked for again."""

OWN_COLUMNS = frozenset({"namespace", "id", "version", SEARCHED, "search_key", "data"})
OWN_TABLES = frozenset({"schema_info"})

# Stands between the searched texts, so that nothing is found across two of them: no case-folded text contains it.
BETWEEN_TEXTS = "A"


class CollectionTable(Generic[T]):
    """The table of one collection, and the way between its records and its rows."""

    def __init__(self, collection: Collection[T], metadata: MetaData, backend: Backend) -> None:
        self.collection = collection
        self.table = table_for(collection, metadata, backend)
        self.tallies = tallies_for(collection, self.table, metadata) if backend.keeps_tallies else []
        self.decode = decoder_for(collection).decode
        self._shared = lru_cache(MOST_SHARED)(self._read)
        self.lean = Lean(collection.type)
        self.keys = keys_of(collection)
        self._columns = [
            (name, each.value, each.kind, KINDS[each.kind].stored) for name, each in collection.columns.items()
        ]
        self._has_search_key = "search_key" in self.table.c

    def row(self, record: T, version: int) -> dict[str, Any]:
        """What a row has beside its key when it keeps `record` as `version`; whoever gets it may add to it.

        Raises:
            StoreError: a value can't be kept.
        """
        row = self.derived(record)
        row["version"] = version
        row["data"] = self._encoded(record, version)
        return row

    def derived(self, record: T) -> dict[str, Any]:
        """What a row has so that its record is found and ordered.

        Raises:
            StoreError: a value can't be kept.
        """
        collection = self.collection
        values: dict[str, Any] = {}
        for name, value_of, kind, stored in self._columns:
            value = value_of(record)
            if isinstance(value, kind):
                values[name] = stored(value)
            elif value is None:
                values[name] = None
            else:
                raise of_another_kind(kind, value)
        for name, key in self.keys.items():
            values[key] = None if values[name] is None else abridged(values[name])
        if collection.search is not None:
            searched = BETWEEN_TEXTS.join([folded(part) for part in collection.search(record) if part])
            values[SEARCHED] = searched
            if self._has_search_key:
                values["search_key"] = abridged(masked(searched))
        return values

    def record(self, data: bytes) -> T:
        """The record as it was stored; the same object for the same bytes, for nothing in a record ever changes."""
        return self._shared(data)

    def _read(self, data: bytes) -> T:
        try:
            return self.decode(data)
        except (msgspec.MsgspecError, ValueError) as error:
            raise StoreError(f"a record of {self.collection.name} cannot be read back: {error}") from error

    def _encoded(self, record: T, version: int) -> bytes:
        try:
            return self.lean.encoded(record, version)
        except (msgspec.MsgspecError, TypeError, ValueError, OverflowError) as error:
            raise StoreError(f"a record of {self.collection.name} cannot be stored: {error}") from error


def folded(value: str) -> str:
    """The text as searches compare it: case folded, code point by code point, so parts of it stay parts."""
    return text(value).casefold()


def tables_for(
    collections: Sequence[Collection[Any]], metadata: MetaData, backend: Backend
) -> dict[str, CollectionTable[Any]]:
    """The tables, by the names of their collections.

    Raises:
        SetupError: two collections share a name, or one asks for what no table can have.
    """
    tables: dict[str, CollectionTable[Any]] = {}
    for collection in collections:
        if collection.name in tables or collection.name in OWN_TABLES:
            raise SetupError(f"two tables would be called {collection.name}: collections need names of their own")
        tables[collection.name] = CollectionTable(collection, metadata, backend)
    return tables


def table_for(collection: Collection[Any], metadata: MetaData, backend: Backend) -> Table:
    columns = [Column(name, KINDS[each.kind].sql_type) for name, each in checked_columns(collection).items()]
    keys = keys_of(collection)
    columns += [Column(key, BigInteger) for key in keys.values()]
    indexes = [
        (
            "namespace",
            *(keys.get(name, name) for name in names),
            "id",
            *(name for name in collection.carried if name not in names),
        )
        for names in collection.indexes
    ]
    if backend.keeps_tallies and any(SEARCHED in names for names in collection.tallies):
        columns.append(Column("search_key", BigInteger, nullable=False))
        indexes.append(("namespace", "search_key"))
    if collection.search is not None:
        columns.append(Column(SEARCHED, CODE_POINT_TEXT, nullable=False))
    return Table(
        collection.name,
        metadata,
        Column("namespace", CODE_POINT_TEXT, primary_key=True),
        Column("id", CODE_POINT_TEXT, primary_key=True),
        Column("version", BigInteger, nullable=False),
        *columns,
        # Last, so that SQLite need not walk over a long record to reach the text it searches.
        Column("data", LargeBinary, nullable=False),
        # In each the id comes next, by which equal values are ordered.
        *(Index(f"ix_{collection.name}_{n}", *names) for n, names in enumerate(indexes)),
        *(_deadline_index(collection.name, name, backend) for name in collection.deadlines),
    )


def _deadline_index(table: str, name: str, backend: Backend) -> Index:
    where: dict[str, Any] = {backend.index_where: column(name).is_not(None)}
    return Index(f"ix_{table}_{name}", "namespace", name, "id", **where)


def keys_of(collection: Collection[Any]) -> dict[str, str]:
    """The columns that indexes have a number of, each with the column that holds it."""
    return {name: f"{name}_key" for name, each in collection.columns.items() if each.is_abridged}


def checked_columns(collection: Collection[Any]) -> dict[str, Any]:
    columns = dict(collection.columns)
    taken = sorted(OWN_COLUMNS.union(keys_of(collection).values()) & columns.keys())
    unknown_kinds = sorted(name for name, each in columns.items() if each.kind not in KINDS)
    indexed = {name for index in collection.indexes for name in index}.union(collection.deadlines, collection.carried)
    unknown_names = sorted(indexed - columns.keys())
    searched = {SEARCHED} if collection.search is not None else set()
    uncounted = sorted({name for tally in collection.tallies for name in tally} - columns.keys() - searched)
    for names, complaint in (
        (taken, "a column may not be called"),
        (unknown_kinds, "no column can be kept of the kind of"),
        (unknown_names, "an index names no column of the collection:"),
        (uncounted, "a tally names no column of the collection:"),
    ):
        if names:
            raise SetupError(f"collection {collection.name}: {complaint} {', '.join(names)}")
    return columns


def decoder_for(collection: Collection[T]) -> msgspec.json.Decoder[T]:
    try:
        return msgspec.json.Decoder(collection.type)
    except (TypeError, NameError) as error:
        raise SetupError(f"collection {collection.name}: its records cannot be kept as JSON: {error}") from error
