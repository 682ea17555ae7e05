"""What the groups say of the records they keep, and what they may ask of a store.

A group describes each kind of record once, as a `Collection`; every store derives its tables from that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Generic, Protocol, TypeVar

from mock_server.core.errors import StaleRecord

ColumnValue = str | int | Decimal | datetime | None
SEARCHED = "search_text"
"""Names the searched texts among the columns of a tally."""

Contents = Mapping[str, Sequence[Mapping[str, Any]]]
"""Records as JSON values, by the names of their collections, ordered by id."""


class Stored(Protocol):
    """A frozen dataclass that can be stored: an id, and a version that the store counts up."""

    @property
    def id(self) -> str: ...
    @property
    def version(self) -> int: ...


T = TypeVar("T", bound=Stored)
U = TypeVar("U")


@dataclass(frozen=True)
class Column(Generic[T]):
    """A value derived from the record that queries may filter and order by.

    `kind`: `str` (up to a few hundred characters where it is indexed), `int` (64 bits), `Decimal` (money: up to 12
    digits before and 2 after the point, and no more) or `datetime` (aware UTC).
    Strings are compared by code point; a NUL character in them counts as absent.
    `is_abridged`: indexes have a short number in its place, made of it: for long texts that are in many indexes, asked
    for by what they equal, and never ordered by.
    """

    kind: type[str] | type[int] | type[Decimal] | type[datetime]
    value: Callable[[T], ColumnValue]
    is_abridged: bool = False


@dataclass(frozen=True)
class Collection(Generic[T]):
    """One kind of record.

    `name`: of the table, unique among all groups, snake_case. `type`: the frozen dataclass; stored and read back equal.
    `search`: the texts a search looks in, joined; `None` where there is no search.
    `indexes`: tuples of column names that are often filtered and ordered by together.
    `carried`: columns that every index holds beside its own, so that a condition on them is decided on the way along
    it: those that are often asked for, and seldom change.
    `deadlines`: columns of instants of which the `earliest` is often asked for; whoever has none takes no room.
    `tallies`: tuples of column names by which matches are often counted: by what a column equals, the days that a
    range of instants spans (one such column in each), or a searched text (`SEARCHED`); a query may leave some out. A
    store may keep their figures, which costs with each change and saves counting; the first that serves is asked.
    """

    name: str
    type: type[T]
    columns: Mapping[str, Column[T]] = field(default_factory=dict)
    search: Callable[[T], Sequence[str | None]] | None = None
    indexes: Sequence[tuple[str, ...]] = ()
    carried: Sequence[str] = ()
    deadlines: Sequence[str] = ()
    tallies: Sequence[tuple[str, ...]] = ()


@dataclass(frozen=True)
class Condition:
    """`column operator value`. `operator`: "=", "!=", ">=", "<=", ">", "<". An absent value matches no condition."""

    column: str
    operator: str
    value: str | int | Decimal | datetime


@dataclass(frozen=True)
class Query:
    """Which records, in which order, and which part of them.

    `search`: found anywhere in the searched texts, case ignored (Unicode case folding); no character is special.
    `order_by`: a column, or `None` for the order of ids. Absent values come last when ascending, first when
    descending. Equal values are ordered by id, ascending or descending like the rest.
    `limit`: `None` for all.
    """

    where: Sequence[Condition] = ()
    search: str | None = None
    order_by: str | None = None
    ascending: bool = True
    offset: int = 0
    limit: int | None = None


@dataclass(frozen=True)
class Page(Generic[U]):
    """A part of what a query matches, and how many it matches in all."""

    items: Sequence[U]
    total: int


class Records(Protocol[T]):
    """The records of one collection, seen from inside one unit of work.

    What was added, replaced or removed is seen by later reads of the same unit of work at once, and by others only
    once it is committed.
    """

    def get(self, record_id: str) -> T | None:
        """Return the record, or `None` when there is none with this id."""

    def add(self, record: T) -> None:
        """Store a new record with version 1, whatever version it carries.

        Raises:
            RecordExists: the id is taken (in this namespace).
        """

    def replace(self, record: T) -> None:
        """Store a changed record; its `version` is the one that was read, and is counted up by the store.

        Raises:
            StaleRecord: the stored version is another one, or the record is gone.
        """

    def remove(self, record: T) -> None:
        """Forget a record.

        Raises:
            StaleRecord: the stored version is another one, or the record is gone.
        """

    def find(self, query: Query) -> Page[T]:
        """Return the records that fulfil every condition, ordered and cut as asked, and the number of all matches."""

    def first(self, query: Query) -> T | None:
        """Return the first record that fulfils every condition, or `None`."""


class UnitOfWork(Protocol):
    """A transaction: all of it takes effect, or nothing."""

    def records(self, collection: Collection[T]) -> Records[T]:
        """The records of a collection, in this unit of work's namespace."""

    def clear(self) -> None:
        """Remove every record of every collection in this namespace."""

    def copy_from(self, namespace: str) -> None:
        """Make this namespace hold exactly what another one holds, versions included; what it held is gone.

        The other namespace is read as it is committed, all of it at one moment, and nobody else changes it before
        this unit of work ends. Onto itself: nothing happens. Fast: no record is decoded.

        Raises:
            StaleRecord: two units of work wait for each other's namespaces; `transact` tries again.
        """

    def contents(self) -> Contents:
        """All records as JSON values, as they are stored: what `fill` takes. Empty collections are left out."""

    def fill(self, contents: Contents) -> None:
        """Make this namespace hold exactly these records, versions included; what it held is gone.

        Members with a default may be left out, unknown ones are refused. The records may stand in any order.

        Raises:
            UnreadableContents: a collection that doesn't exist, a record that isn't one of its collection, an id
                twice; the message names collection and place, and repeats no value but the id. Nothing has been
                changed then.
        """


class Store(Protocol):
    """Where the state lives.

    `is_embedded`: calls are short and may run on the event loop; otherwise they belong on a thread.
    """

    is_embedded: bool

    def begin(self, namespace: str, *, write: bool) -> AbstractContextManager[UnitOfWork]:
        """Open a unit of work: committed when the block ends, undone when it raises.

        `write=True`: what is read stays true until the end, or the commit fails with `StaleRecord`.
        `write=False`: changes raise `StoreError`. Inside another unit of work of the same thread: `StoreError`.
        Waiting for others has an end: after that, `StoreError`.

        Raises:
            StaleRecord: at the end, where the store found out only then that somebody else was first.
        """

    def everywhere(self, collection: Collection[T]) -> Sequence[tuple[str, T]]:
        """All records of a collection in all namespaces, each with its namespace, ordered by namespace and id.

        Reads in a transaction of its own; inside a unit of work of the same thread: `StoreError`.
        """

    def describe(self) -> str:
        """One line for people: what kind of store, and where; without secrets."""

    def close(self) -> None:
        """Give back connections and files. Using the store afterwards raises `StoreError`."""


BEGINNING = datetime(1, 1, 1, tzinfo=UTC)


def earliest(records: Records[T], column: str) -> T | None:
    """The record whose instant in a column comes first; those without one don't count."""
    return records.first(Query(where=[Condition(column, ">=", BEGINNING)], order_by=column))


def transact(store: Store, namespace: str, action: Callable[[UnitOfWork], U], *, write: bool, attempts: int = 20) -> U:
    """Run `action` in a unit of work, again from the start when somebody else was first.

    So the loser of a race reads what the winner left, and gets the refusal it would have got a moment later.
    """
    while True:
        try:
            with store.begin(namespace, write=write) as work:
                return action(work)
        except StaleRecord:
            attempts -= 1
            if not attempts:
                raise
