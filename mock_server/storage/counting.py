"""What the tallies know of the number of records that a query matches."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import Dialect

from mock_server.storage.asking import SHAPES, Asked, Shape
from mock_server.storage.prepared import Prepared
from mock_server.storage.tallies import LAST_DAY, Tally, day_of, first_of
from mock_server.storage.transactions import Transaction
from mock_server.storage.values import BEYOND


class Known(NamedTuple):
    """How many records match: `most` of them, or fewer where that `is_exact` not."""

    most: int
    is_exact: bool


class Bounds(NamedTuple):
    """Whole numbers from one to another, both included."""

    low: int
    high: int

    @property
    def is_empty(self) -> bool:
        return self.low > self.high


CALENDAR = Bounds(first_of(0), first_of(LAST_DAY + 1) - 1)
BOUNDS: Mapping[str, Callable[[int], Bounds]] = {
    "=": lambda value: Bounds(value, value),
    ">=": lambda value: Bounds(value, BEYOND),
    "<=": lambda value: Bounds(-BEYOND, value),
    ">": lambda value: Bounds(value + 1, BEYOND),
    "<": lambda value: Bounds(-BEYOND, value - 1),
}


@dataclass(frozen=True)
class Plan:
    """How the matches of one shape of queries are counted.

    `equal`: columns, each with the number of its value. `ranges`: operators on the tally's days, likewise. `covers`:
    whether these are all conditions. `whole`: counts by the tally; `part`: the records of a part of a day.
    """

    equal: Sequence[tuple[str, int]]
    ranges: Sequence[tuple[str, int]]
    covers: bool
    whole: Prepared
    part: Prepared

    def known(self, transaction: Transaction, question: Asked) -> Known:
        is_exact = self.covers and "0" not in question.values.get("masked", "")
        if not self.ranges:
            return Known(transaction.rows(self.whole, question.values)[0][0], is_exact)
        days, parts = divided(self._bounds(question))
        count = sum(self._in_part(transaction, question, part) for part in parts)
        if not days.is_empty:
            values = question.values | {"first_day": days.low, "last_day": days.high}
            count += transaction.rows(self.whole, values)[0][0]
        return Known(count, is_exact)

    def _bounds(self, question: Asked) -> Bounds:
        ranges = [BOUNDS[symbol](question.values[f"value_{n}"]) for symbol, n in self.ranges]
        return Bounds(max(CALENDAR.low, *(each.low for each in ranges)), min(CALENDAR.high, *(e.high for e in ranges)))

    def _in_part(self, transaction: Transaction, question: Asked, part: Bounds) -> int:
        numbers = [n for _, n in self.equal]
        values = [*(question.values[f"value_{n}"] for n in numbers), part.low, part.high]
        named = {f"value_{n}": value for n, value in enumerate(values)}
        named |= {f"key_{n}": question.values.get(f"key_{number}") for n, number in enumerate(numbers)}
        count: int = transaction.rows(self.part, question.values | named)[0][0]
        return count


class Counts:
    """Counts records of one collection. `counting`: the statement that counts in the records' own table."""

    def __init__(self, tallies: Sequence[Tally], counting: Callable[[Shape], Prepared], dialect: Dialect) -> None:
        self._tallies = tallies
        self._counting = counting
        self._dialect = dialect
        self._plan = lru_cache(SHAPES)(self._planned)

    def known(self, transaction: Transaction, question: Asked) -> Known | None:
        """What is known without counting the records themselves; `None` for nothing."""
        plan = self._plan(question.shape) if self._tallies else None
        return plan.known(transaction, question) if plan else None

    def _planned(self, shape: Shape) -> Plan | None:
        for tally in self._tallies:
            if covers(tally, shape):
                return self._by(tally, shape, covers=True)
        if shape.is_searched:  # however many more conditions there are, what is sought has to be there
            for tally in self._tallies:
                if tally.is_searched:
                    return self._by(tally, shape, covers=False)
        return None

    def _by(self, tally: Tally, shape: Shape, *, covers: bool) -> Plan:
        conditions = list(enumerate(shape.conditions))
        ranges = [(symbol, n) for n, (name, symbol) in conditions if name == tally.by_day and symbol in BOUNDS]
        equal = equalities(tally, shape)
        is_searched = shape.is_searched and tally.is_searched
        whole = tally.total(equal, is_searched=is_searched, has_days=bool(ranges))
        days = ((tally.by_day, ">="), (tally.by_day, "<=")) if tally.by_day else ()
        part = Shape((*((name, "=") for name, _ in equal), *days), is_searched, None, True)
        return Plan(equal, ranges, covers, Prepared(whole, self._dialect), self._counting(part))


def equalities(tally: Tally, shape: Shape) -> list[tuple[str, int]]:
    """The conditions of which a tally knows the value: columns, each with the number of its value."""
    known = tally.columns - {tally.by_day}
    return [(name, n) for n, (name, symbol) in enumerate(shape.conditions) if symbol == "=" and name in known]


def covers(tally: Tally, shape: Shape) -> bool:
    """Whether a tally knows how many records fulfil all conditions."""
    if shape.is_searched and not tally.is_searched:
        return False
    return all(
        name in tally.columns and symbol in (BOUNDS if name == tally.by_day else {"="})
        for name, symbol in shape.conditions
    )


def divided(bounds: Bounds) -> tuple[Bounds, Sequence[Bounds]]:
    """The whole days in a range of instants, and what is left of it."""
    days = Bounds(day_of(bounds.low - 1) + 1, day_of(bounds.high + 1) - 1)
    if days.is_empty:
        return days, [] if bounds.is_empty else [bounds]
    parts = [Bounds(bounds.low, first_of(days.low) - 1), Bounds(first_of(days.high + 1), bounds.high)]
    return days, [part for part in parts if not part.is_empty]
