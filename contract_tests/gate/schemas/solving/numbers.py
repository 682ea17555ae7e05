"""Numbers between bounds that are multiples of some numbers and not of others, by exact fractions."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice

from contract_tests.gate.schemas.solving.outcome import EMPTY, Case, Finder, Outcome
from contract_tests.gate.schemas.terms.term import Word
from contract_tests.gate.schemas.terms.values import NUMBER

MOST_TRIED = 2_000


@dataclass(frozen=True)
class Bound:
    """`is_strict`: the bound itself is outside."""

    at: Fraction
    is_strict: bool


@dataclass
class Numbers:
    """What is asked of a number."""

    low: Bound | None
    high: Bound | None
    multiple_of: Fraction | None
    not_multiple_of: list[Fraction]
    excluded: frozenset[Fraction]

    def allows(self, number: Fraction) -> bool:
        return (
            (self.low is None or number > self.low.at or (number == self.low.at and not self.low.is_strict))
            and (self.high is None or number < self.high.at or (number == self.high.at and not self.high.is_strict))
            and (self.multiple_of is None or (number / self.multiple_of).denominator == 1)
            and not any((number / each).denominator == 1 for each in self.not_multiple_of)
            and number not in self.excluded
        )


def solve(finder: Finder, case: Case) -> Outcome:
    """A number as the case wants it."""
    asked = _asked(case)
    is_closed = asked.low is not None and asked.high is not None
    if is_closed and asked.low.at > asked.high.at:  # type: ignore[union-attr]
        return EMPTY
    if asked.multiple_of is None:
        return _dense(asked)
    if any((asked.multiple_of / each).denominator == 1 for each in asked.not_multiple_of):
        return EMPTY
    return _stepping(asked, asked.multiple_of)


def _asked(case: Case) -> Numbers:
    lows, highs = list[Bound](), list[Bound]()
    factors, no_factors, excluded = list[Fraction](), list[Fraction](), set[Fraction]()
    for term, is_wanted in case.items():
        match term.word:
            case Word.AT_LEAST | Word.AT_MOST:
                bound = Bound(term.parts[0], term.parts[1] is is_wanted)
                (lows if (term.word is Word.AT_LEAST) is is_wanted else highs).append(bound)
            case Word.MULTIPLE_OF:
                (factors if is_wanted else no_factors).append(term.parts[0])
            case Word.VALUES:
                excluded.update(number for kind, number in term.parts[0] if kind == NUMBER)
    return Numbers(
        max(lows, key=lambda bound: (bound.at, bound.is_strict), default=None),
        min(highs, key=lambda bound: (bound.at, not bound.is_strict), default=None),
        _common_multiple(factors),
        no_factors,
        frozenset(excluded),
    )


def _common_multiple(numbers: list[Fraction]) -> Fraction | None:
    if not numbers:
        return None
    denominator = math.lcm(*(each.denominator for each in numbers))
    return Fraction(math.lcm(*(int(each * denominator) for each in numbers)), denominator)


def _found(number: Fraction) -> Outcome:
    return Outcome((NUMBER, number))


def _dense(asked: Numbers) -> Outcome:
    """Between two different bounds there are always more numbers than can be excluded one by one."""
    if asked.low is not None and asked.high is not None and asked.low.at == asked.high.at:
        return _found(asked.low.at) if asked.allows(asked.low.at) else EMPTY
    for number in islice(_decimals(asked), MOST_TRIED):
        if asked.allows(number):
            return _found(number)
    return Outcome(reason="no number was found between the bounds")


def _decimals(asked: Numbers) -> Iterator[Fraction]:
    """Numbers between the bounds, those with few digits first."""
    for digits in range(40):
        step = Fraction(1, 10**digits)
        start, stop = _steps(asked, step)
        if start is None or stop is None or start <= stop:
            yield from (number * step for number in _outwards(start, stop, 40))


def _stepping(asked: Numbers, step: Fraction) -> Outcome:
    """Only multiples of `step`.

    A multiple by k is a multiple of another number for every so many k only, and never for the k after one of all of
    them; so in an endless row there is always one that is none.
    """
    start, stop = _steps(asked, step)
    if start is not None and stop is not None and start > stop:
        return EMPTY
    period = math.lcm(*((each / step).numerator for each in asked.not_multiple_of))
    tried = [*_outwards(start, stop, MOST_TRIED), *_free(start, stop, period, len(asked.excluded) + 3)]
    for number in tried:
        if asked.allows(number * step):
            return _found(number * step)
    is_all = start is not None and stop is not None and stop - start < MOST_TRIED
    return EMPTY if is_all else Outcome(reason="no multiple was found between the bounds")


def _steps(asked: Numbers, step: Fraction) -> tuple[int | None, int | None]:
    """The first and the last multiple between the bounds; `None` where there is no bound."""
    start = stop = None
    if asked.low is not None:
        start = math.ceil(asked.low.at / step)
        start += asked.low.is_strict and start * step == asked.low.at
    if asked.high is not None:
        stop = math.floor(asked.high.at / step)
        stop -= asked.high.is_strict and stop * step == asked.high.at
    return start, stop


def _outwards(start: int | None, stop: int | None, most: int) -> Iterator[int]:
    """Whole numbers between two, from the one nearest to zero on."""
    first = max(start or 0, 0) if start is not None and start > 0 else min(stop, 0) if stop is not None else 0
    yield first
    for distance in range(1, most):
        if stop is None or first + distance <= stop:
            yield first + distance
        if start is None or first - distance >= start:
            yield first - distance


def _free(start: int | None, stop: int | None, period: int, most: int) -> Iterator[int]:
    """Whole numbers between two that are one more than a multiple of the period."""
    low = start if start is not None else (stop - (most + 2) * period if stop is not None else 0)
    first = low + (1 - low) % period
    for number in range(first, first + most * period, period):
        if stop is None or number <= stop:
            yield number
