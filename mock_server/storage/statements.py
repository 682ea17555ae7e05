"""The SQL statements of one table: built once, cached by shape, never made from values."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Dialect,
    Insert,
    Select,
    Table,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.sql.base import Executable

from mock_server.core.errors import StoreError
from mock_server.core.records import Collection, Query
from mock_server.storage.engines import Backend
from mock_server.storage.prepared import Prepared
from mock_server.storage.tables import CollectionTable, folded
from mock_server.storage.values import asked_value

OPERATORS: dict[str, Callable[[Any, Any], ColumnElement[bool]]] = {
    "=": operator.eq,
    "!=": operator.ne,
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}

# Large enough to mean all, small enough that PostgreSQL can add an offset to it.
ALL = 2**62
# Shapes of queries kept per table; the groups' own code makes far fewer.
SHAPES = 512


class Shape(NamedTuple):
    """What distinguishes two queries apart from their values."""

    conditions: tuple[tuple[str, str], ...]
    is_searched: bool
    order_by: str | None
    ascending: bool


@dataclass(frozen=True)
class Asked:
    """A query taken apart: its shape, and the values that go with it."""

    shape: Shape
    values: dict[str, Any]
    offset: int
    limit: int | None


class Statements:
    """The statements of one collection's table."""

    def __init__(self, source: CollectionTable[Any], backend: Backend, dialect: Dialect) -> None:
        def prepared(statement: Executable) -> Prepared:
            return Prepared(statement, dialect)

        table = source.table
        in_namespace = table.c.namespace == bindparam("in_namespace")
        is_record = in_namespace & (table.c.id == bindparam("with_id"))
        is_version = is_record & (table.c.version == bindparam("with_version"))
        key = [table.c.namespace, table.c.id]
        self.get = prepared(select(table.c.data).where(is_record))
        # A taken id is a row not written instead of an error: an error would end PostgreSQL's whole transaction.
        self.add = prepared(backend.insert(table).on_conflict_do_nothing(index_elements=key))
        self.replace = prepared(update(table).where(is_version))
        self.remove = prepared(delete(table).where(is_version))
        self.clear = prepared(delete(table).where(in_namespace))
        self.copy = prepared(copy_of(table, in_namespace))
        self.contents = prepared(select(table.c.data).where(in_namespace).order_by(table.c.id))
        self.fill = prepared(insert(table))
        self.everywhere = prepared(select(table.c.namespace, table.c.data).order_by(*key))

        def count_of(shape: Shape) -> Select[Any]:
            return select(func.count()).select_from(table).where(*matching(table, backend, shape))

        self.page = lru_cache(SHAPES)(lambda shape: prepared(page_of(table, matching(table, backend, shape), shape)))
        self.count = lru_cache(SHAPES)(lambda shape: prepared(count_of(shape)))


def asked(source: CollectionTable[Any], namespace: str, query: Query) -> Asked:
    """The query, checked and taken apart. Raises `StoreError` for what the collection can't be asked."""
    require_answerable(source.collection, query)
    values: dict[str, Any] = {"in_namespace": namespace}
    conditions = []
    for n, condition in enumerate(query.where):
        kind = source.collection.columns[condition.column].kind
        symbol, values[f"value_{n}"] = asked_value(kind, condition.operator, condition.value)
        conditions.append((condition.column, symbol))
    if query.search:
        values["needle"] = folded(query.search)
    shape = Shape(tuple(conditions), bool(query.search), query.order_by, query.ascending)
    return Asked(shape, values, query.offset, query.limit)


def require_answerable(collection: Collection[Any], query: Query) -> None:
    named = [condition.column for condition in query.where] + ([query.order_by] if query.order_by is not None else [])
    for column in named:
        if column not in collection.columns:
            present = ", ".join(collection.columns) or "none"
            raise StoreError(f"{collection.name} has no column {column}; it has: {present}")
    for condition in query.where:
        if condition.operator not in OPERATORS:
            raise StoreError(f"there is no operator {condition.operator}; there are: {', '.join(OPERATORS)}")
    if query.search is not None and collection.search is None:
        raise StoreError(f"{collection.name} cannot be searched")
    if query.offset < 0 or (query.limit or 0) < 0:
        raise StoreError("offset and limit cannot be negative")


def matching(table: Table, backend: Backend, shape: Shape) -> list[ColumnElement[bool]]:
    clauses: list[ColumnElement[bool]] = [table.c.namespace == bindparam("in_namespace")]
    for n, (name, symbol) in enumerate(shape.conditions):
        column = table.c[name]
        clauses.append(OPERATORS[symbol](column, bindparam(f"value_{n}", type_=column.type)))
    if shape.is_searched:
        clauses.append(backend.position(table.c.search_text, bindparam("needle", type_=table.c.search_text.type)) > 0)
    return clauses


def copy_of(table: Table, in_source: ColumnElement[bool]) -> Insert:
    kept = [column for column in table.c if column is not table.c.namespace]
    target = bindparam("to_namespace", type_=table.c.namespace.type)
    return insert(table).from_select([table.c.namespace, *kept], select(target, *kept).where(in_source))


def page_of(table: Table, clauses: list[ColumnElement[bool]], shape: Shape) -> Select[Any]:
    by_id = table.c.id.asc() if shape.ascending else table.c.id.desc()
    order: list[ColumnElement[Any]] = [by_id]
    if shape.order_by is not None:
        column = table.c[shape.order_by]
        order.insert(0, column.asc().nulls_last() if shape.ascending else column.desc().nulls_first())
    return (
        select(table.c.data)
        .where(*clauses)
        .order_by(*order)
        .limit(bindparam("limit", type_=BigInteger()))
        .offset(bindparam("offset", type_=BigInteger()))
    )
