"""From a group's `Collection` to the table that keeps it, and between its records and that table's rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Generic, TypeVar

import msgspec
from sqlalchemy import BigInteger, Column, Index, LargeBinary, MetaData, Table

from mock_server.core.errors import SetupError, StoreError
from mock_server.core.records import Collection, Stored
from mock_server.storage.values import CODE_POINT_TEXT, KINDS, stored_value, text

T = TypeVar("T", bound=Stored)

OWN_COLUMNS = frozenset({"namespace", "id", "version", "search_text", "data"})
OWN_TABLES = frozenset({"schema_info"})

# Stands between the searched texts, so that nothing is found across two of them: no case-folded text contains it.
BETWEEN_TEXTS = "A"


class CollectionTable(Generic[T]):
    """The table of one collection, and the way between its records and its rows."""

    def __init__(self, collection: Collection[T], metadata: MetaData) -> None:
        self.collection = collection
        self.table = table_for(collection, metadata)
        self.decode = decoder_for(collection).decode
        self._encode = msgspec.json.Encoder().encode

    def row(self, record: T, version: int) -> dict[str, Any]:
        """What a row has beside its key when it keeps `record` as `version`.

        Raises:
            StoreError: a value can't be kept.
        """
        return {"version": version, "data": self._encoded(record, version), **self.derived(record)}

    def derived(self, record: T) -> dict[str, Any]:
        """What a row has so that its record is found and ordered.

        Raises:
            StoreError: a value can't be kept.
        """
        collection = self.collection
        values: dict[str, Any] = {}
        for name, column in collection.columns.items():
            values[name] = stored_value(column.kind, column.value(record))
        if collection.search is not None:
            values["search_text"] = BETWEEN_TEXTS.join(folded(part) for part in collection.search(record) if part)
        return values

    def record(self, data: bytes) -> T:
        """The record as it was stored."""
        try:
            return self.decode(data)
        except (msgspec.MsgspecError, ValueError) as error:
            raise StoreError(f"a record of {self.collection.name} cannot be read back: {error}") from error

    def _encoded(self, record: T, version: int) -> bytes:
        try:
            return self._encode(_as_version(record, version))
        except (msgspec.MsgspecError, TypeError, ValueError, OverflowError) as error:
            raise StoreError(f"a record of {self.collection.name} cannot be stored: {error}") from error


def _as_version(record: T, version: int) -> T:
    """The record with another version. `dataclasses.replace` takes five times as long: it makes all of it anew."""
    made = object.__new__(type(record))
    made.__dict__.update(record.__dict__, version=version)
    return made


def folded(value: str) -> str:
    """The text as searches compare it: case folded, code point by code point, so parts of it stay parts."""
    return text(value).casefold()


def tables_for(collections: Sequence[Collection[Any]], metadata: MetaData) -> dict[str, CollectionTable[Any]]:
    """The tables, by the names of their collections.

    Raises:
        SetupError: two collections share a name, or one asks for what no table can have.
    """
    tables: dict[str, CollectionTable[Any]] = {}
    for collection in collections:
        if collection.name in tables or collection.name in OWN_TABLES:
            raise SetupError(f"two tables would be called {collection.name}: collections need names of their own")
        tables[collection.name] = CollectionTable(collection, metadata)
    return tables


def table_for(collection: Collection[Any], metadata: MetaData) -> Table:
    columns = [Column(name, KINDS[column.kind].sql_type) for name, column in checked_columns(collection).items()]
    if collection.search is not None:
        columns.append(Column("search_text", CODE_POINT_TEXT, nullable=False))
    return Table(
        collection.name,
        metadata,
        Column("namespace", CODE_POINT_TEXT, primary_key=True),
        Column("id", CODE_POINT_TEXT, primary_key=True),
        Column("version", BigInteger, nullable=False),
        *columns,
        # Last, so that SQLite need not walk over a long record to reach the text it searches.
        Column("data", LargeBinary, nullable=False),
        # Each ends in the id, by which equal values are ordered.
        *(Index(f"ix_{collection.name}_{n}", "namespace", *names, "id") for n, names in enumerate(collection.indexes)),
    )


def checked_columns(collection: Collection[Any]) -> dict[str, Any]:
    columns = dict(collection.columns)
    taken = sorted(OWN_COLUMNS & columns.keys())
    unknown_kinds = sorted(name for name, column in columns.items() if column.kind not in KINDS)
    unknown_names = sorted({name for index in collection.indexes for name in index} - columns.keys())
    for names, complaint in (
        (taken, "a column may not be called"),
        (unknown_kinds, "no column can be kept of the kind of"),
        (unknown_names, "an index names no column of the collection:"),
    ):
        if names:
            raise SetupError(f"collection {collection.name}: {complaint} {', '.join(names)}")
    return columns


def decoder_for(collection: Collection[T]) -> msgspec.json.Decoder[T]:
    try:
        return msgspec.json.Decoder(collection.type)
    except (TypeError, NameError) as error:
        raise SetupError(f"collection {collection.name}: its records cannot be kept as JSON: {error}") from error
