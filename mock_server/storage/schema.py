"""The tables in the database: made where they are missing, refused where they are another version's."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import Column, Connection, MetaData, Table, Text, insert, inspect, select

from mock_server.core.errors import SetupError
from mock_server.core.records import Collection
from mock_server.storage.lean import Lean
from mock_server.storage.tables import CollectionTable

# Counted up when the way rows are made from records changes: the stored ones would no longer be found.
FORMAT = 2

# What a JSON schema says beyond the shape of the records; a changed docstring makes no file unreadable. Defaults do
# count, since they are not written with the records, and are asked for where they are all known.
REMARKS = frozenset({"title", "description", "default", "examples"})
BY_NAME = frozenset({"properties", "$defs"})


def prepare(
    connection: Connection,
    metadata: MetaData,
    tables: Mapping[str, CollectionTable[Any]],
    place: str,
    *,
    is_lasting: bool,
) -> None:
    """Make sure that the database has exactly these tables. To be called where no other process does the same.

    `is_lasting`: whether it may have been made by another version of the mock, or will be opened by one.

    Raises:
        SetupError: it has others, made by another version of the mock or by somebody else.
    """
    if not is_lasting:
        metadata.create_all(connection, checkfirst=False)
        return
    wanted = {name: fingerprint(table.collection) for name, table in tables.items()}
    info = Table("schema_info", metadata, Column("collection", Text, primary_key=True), Column("fingerprint", Text))
    present = set(inspect(connection).get_table_names())
    if info.name in present:
        stored = {row.collection: row.fingerprint for row in connection.execute(select(info))}
        require_same(stored, wanted, place)
        return
    if foreign := sorted(present & metadata.tables.keys()):
        raise SetupError(f"{place} holds tables of somebody else ({', '.join(foreign)}); use an empty database")
    metadata.create_all(connection, checkfirst=False)
    if wanted:
        connection.execute(insert(info), [{"collection": name, "fingerprint": mark} for name, mark in wanted.items()])


def require_same(stored: Mapping[str, str], wanted: Mapping[str, str], place: str) -> None:
    differing = sorted(name for name in stored.keys() | wanted.keys() if stored.get(name) != wanted.get(name))
    if differing:
        raise SetupError(
            f"{place} was made by another version of the mock ({', '.join(differing)} differ);"
            " start with another address, or delete what is there"
        )


def fingerprint(collection: Collection[Any]) -> str:
    """What two versions of a collection share when each can use what the other has stored.

    It covers the records' shape and the columns' names and kinds. What a column's function computes can't be seen
    here; who changes that changes `FORMAT`.
    """
    try:
        schema = msgspec.json.schema(collection.type)
        defaults = Lean(collection.type).defaults
    except TypeError as error:
        raise SetupError(f"collection {collection.name}: its records cannot be kept as JSON: {error}") from error
    facts = {
        "format": FORMAT,
        "record": shape_of(schema),
        "defaults": defaults,
        "columns": {name: column.kind.__name__ for name, column in collection.columns.items()},
        "abridged": [name for name, column in collection.columns.items() if column.is_abridged],
        "is_searched": collection.search is not None,
        "indexes": collection.indexes,
        "carried": collection.carried,
        "deadlines": collection.deadlines,
        "tallies": collection.tallies,
    }
    return hashlib.sha256(msgspec.json.encode(facts, order="deterministic")).hexdigest()


def shape_of(schema: Any) -> Any:
    if isinstance(schema, list):
        return [shape_of(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: {name: shape_of(part) for name, part in value.items()} if key in BY_NAME else shape_of(value)
        for key, value in schema.items()
        if key not in REMARKS
    }
