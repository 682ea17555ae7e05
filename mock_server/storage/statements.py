"""The SQL statements of one table: built once, cached by shape, never made from values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Dialect,
    Insert,
    Select,
    Table,
    and_,
    bindparam,
    case,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.sql.base import Executable

from mock_server.storage.asking import OPERATORS, SHAPES, Shape
from mock_server.storage.counting import Counts, equalities
from mock_server.storage.engines import Backend
from mock_server.storage.prepared import Prepared
from mock_server.storage.tables import CollectionTable

KEPT_BESIDE = frozenset({"namespace", "id", "version", "data"})
# Large enough to mean all, small enough that PostgreSQL can add an offset to it.
ALL = 2**62


class Statements:
    """The statements of one collection's table. `counts`: what of them needs no counting of records."""

    def __init__(self, source: CollectionTable[Any], backend: Backend, dialect: Dialect) -> None:
        def prepared(statement: Executable) -> Prepared:
            return Prepared(statement, dialect)

        table = source.table
        in_namespace = table.c.namespace == bindparam("in_namespace")
        is_record = in_namespace & (table.c.id == bindparam("with_id"))
        is_version = is_record & (table.c.version == bindparam("with_version"))
        key = [table.c.namespace, table.c.id]
        self.get = prepared(select(table.c.data).where(is_record))
        derived = [column for column in table.c if column.name not in KEPT_BESIDE]
        self.derived = tuple(column.name for column in derived)
        self.get_whole = prepared(select(table.c.data, *derived).where(is_record))
        # A taken id is a row not written instead of an error: an error would end PostgreSQL's whole transaction.
        self.add = prepared(backend.insert(table).on_conflict_do_nothing(index_elements=key))
        self.remove = prepared(delete(table).where(is_version))
        self.clear = prepared(delete(table).where(in_namespace))
        self.copy = prepared(copy_of(table, in_namespace))
        self.contents = prepared(select(table.c.data).where(in_namespace).order_by(table.c.id))
        self.fill = prepared(insert(table))
        self.everywhere = prepared(select(table.c.namespace, table.c.data).order_by(*key))

        def matching(shape: Shape) -> list[ColumnElement[bool]]:
            sought = [is_sought(table, backend)] if shape.is_searched else []
            return [in_namespace, *conditions_of(source, shape), *sought]

        def count_of(shape: Shape) -> Select[Any]:
            return select(func.count()).select_from(table).where(*matching(shape), *keys_of(source, shape))

        def few_of(shape: Shape) -> Prepared:
            keys = keys_of(source, shape)
            if not keys:
                return self.page(shape)
            # Found first and put in order then: an index of the order would be gone through to its end.
            found = select(table.c.id).where(*matching(shape), *keys)
            return prepared(page_of(table, [in_namespace, table.c.id.in_(found)], shape))

        def walk_of(shape: Shape) -> Prepared | None:
            found = walk(source, backend, shape)
            return None if found is None else prepared(found)

        # One for each set of columns: a Prepared takes the columns to set from its first values.
        self.replace = lru_cache(SHAPES)(lambda columns: prepared(update(table).where(is_version)))
        self.page = lru_cache(SHAPES)(lambda shape: prepared(page_of(table, matching(shape), shape)))
        self.few = lru_cache(SHAPES)(few_of)
        self.count = lru_cache(SHAPES)(lambda shape: prepared(count_of(shape)))
        self.walk = lru_cache(SHAPES)(walk_of)
        self.counts = Counts(source.tallies, self.count, dialect)


def conditions_of(source: CollectionTable[Any], shape: Shape) -> Iterable[ColumnElement[bool]]:
    table = source.table.c
    for n, (name, symbol) in enumerate(shape.conditions):
        column = table[name]
        condition: ColumnElement[bool] = OPERATORS[symbol](column, bindparam(f"value_{n}", type_=column.type))
        if symbol == "=" and name in source.keys:  # the number is in the indexes, and the text decides
            condition = and_(table[source.keys[name]] == bindparam(f"key_{n}", type_=BigInteger()), condition)
        yield condition


def keys_of(source: CollectionTable[Any], shape: Shape) -> list[ColumnElement[bool]]:
    """That a record has a key of those that the sought text can be in, where a tally knows them."""
    tallies = [tally for tally in source.tallies if shape.is_searched and tally.is_searched]
    return [source.table.c.search_key.in_(tally.keys(equalities(tally, shape))) for tally in tallies[:1]]


def is_sought(table: Table, backend: Backend) -> ColumnElement[bool]:
    column = table.c.search_text
    return backend.position(column, bindparam("needle", type_=column.type)) > 0


def walk(source: CollectionTable[Any], backend: Backend, shape: Shape) -> Select[Any] | None:
    """All records of an index in its order, without the data of those that don't match; `None` where none would do.

    For whoever takes the first few and goes: what is to be sorted must all be there first.
    """
    table, along = source.table, walkable(source, shape)
    on_the_way: list[ColumnElement[bool]] = [table.c.namespace == bindparam("in_namespace")]
    matching = [is_sought(table, backend)] if shape.is_searched else []
    for (name, symbol), condition in zip(shape.conditions, conditions_of(source, shape), strict=True):
        (on_the_way if symbol == "=" and name in along else matching).append(condition)
    if not along or not matching:
        return None
    found = case((and_(*matching), table.c.data))
    steps = bindparam("steps", type_=BigInteger())
    return select(found).where(*on_the_way).order_by(*order_of(table, shape)).limit(steps)


def walkable(source: CollectionTable[Any], shape: Shape) -> Sequence[str]:
    """The columns of an index that is in the order asked for, where all of them but that of the order are given."""
    equal = {name for name, symbol in shape.conditions if symbol == "="}
    for names in source.collection.indexes:
        if names[-1] == shape.order_by and equal.issuperset(names[:-1]):
            return names
    return ()


def copy_of(table: Table, in_source: ColumnElement[bool]) -> Insert:
    kept = [column for column in table.c if column is not table.c.namespace]
    target = bindparam("to_namespace", type_=table.c.namespace.type)
    return insert(table).from_select([table.c.namespace, *kept], select(target, *kept).where(in_source))


def page_of(table: Table, clauses: list[ColumnElement[bool]], shape: Shape) -> Select[Any]:
    return (
        select(table.c.data)
        .where(*clauses)
        .order_by(*order_of(table, shape))
        .limit(bindparam("limit", type_=BigInteger()))
        .offset(bindparam("offset", type_=BigInteger()))
    )


def order_of(table: Table, shape: Shape) -> list[ColumnElement[Any]]:
    by_id = table.c.id.asc() if shape.ascending else table.c.id.desc()
    if shape.order_by is None:
        return [by_id]
    column = table.c[shape.order_by]
    return [column.asc().nulls_last() if shape.ascending else column.desc().nulls_first(), by_id]
