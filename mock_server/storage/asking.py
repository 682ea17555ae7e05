"""Queries taken apart: into what distinguishes them for the database, and the values that go with it."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from mock_server.core.errors import StoreError
from mock_server.core.records import Collection, Query
from mock_server.storage.tables import CollectionTable, folded
from mock_server.storage.tallies import masked
from mock_server.storage.values import abridged, asked_value

OPERATORS: Mapping[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "!=": operator.ne,
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}

# Shapes of queries kept per table; the groups' own code makes far fewer.
SHAPES = 512


class Shape(NamedTuple):
    """What distinguishes two queries apart from their values.

    The value of condition `n` is called `value_<n>`, and the number of an abridged one `key_<n>`.
    """

    conditions: tuple[tuple[str, str], ...]
    is_searched: bool
    order_by: str | None
    ascending: bool


class Asked(NamedTuple):
    """A query taken apart: its shape, and the values that go with it."""

    shape: Shape
    values: dict[str, Any]
    offset: int
    limit: int | None


def asked(source: CollectionTable[Any], namespace: str, query: Query) -> Asked:
    """The query, checked and taken apart. Raises `StoreError` for what the collection can't be asked."""
    require_answerable(source.collection, query)
    values: dict[str, Any] = {"in_namespace": namespace}
    conditions = []
    for n, condition in enumerate(query.where):
        kind = source.collection.columns[condition.column].kind
        symbol, values[f"value_{n}"] = asked_value(kind, condition.operator, condition.value)
        if condition.column in source.keys:
            values[f"key_{n}"] = abridged(str(values[f"value_{n}"]))
        conditions.append((condition.column, symbol))
    if query.search:
        values["needle"] = folded(query.search)
        values["masked"] = masked(values["needle"])
    shape = Shape(tuple(conditions), bool(query.search), query.order_by, query.ascending)
    return Asked(shape, values, query.offset, query.limit)


def require_answerable(collection: Collection[Any], query: Query) -> None:
    if query.order_by is not None:
        require_column(collection, query.order_by)
    for condition in query.where:
        require_column(collection, condition.column)
        if condition.operator not in OPERATORS:
            raise StoreError(f"there is no operator {condition.operator}; there are: {', '.join(OPERATORS)}")
    if query.search is not None and collection.search is None:
        raise StoreError(f"{collection.name} cannot be searched")
    if query.offset < 0 or (query.limit or 0) < 0:
        raise StoreError("offset and limit cannot be negative")


def require_column(collection: Collection[Any], name: str) -> None:
    if name not in collection.columns:
        present = ", ".join(collection.columns) or "none"
        raise StoreError(f"{collection.name} has no column {name}; it has: {present}")
