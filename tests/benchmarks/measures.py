"""What was measured, round by round, and what is made of it."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Measure:
    """Something that can be measured of a contender. `what` is done, `aspect` of it is looked at, in `unit`."""

    what: str
    aspect: str
    unit: str

    def __str__(self) -> str:
        return f"{self.what}, {self.aspect}"


def rate(what: str) -> Measure:
    return Measure(what, "rate", "requests/s")


def p50(what: str) -> Measure:
    return Measure(what, "p50", "ms")


def p99(what: str) -> Measure:
    return Measure(what, "p99", "ms")


def cpu(what: str) -> Measure:
    """Of the server. It hardly depends on what else the machine has to do, as rates do."""
    return Measure(what, "CPU", "ms a request")


@dataclass(frozen=True)
class Row:
    """One measure of one contender, all rounds together."""

    contender: str
    measure: Measure
    values: Sequence[float]

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def spread(self) -> float:
        """How far the rounds lie apart: the largest less the smallest, as a share of the median."""
        return (max(self.values) - min(self.values)) / self.median if self.median else 0.0


@dataclass
class Figures:
    """All that was measured. Rounds count: the first value of each contender is from the first round, and so on."""

    _values: dict[tuple[str, Measure], list[float]] = field(default_factory=dict)

    def add(self, contender: str, measure: Measure, value: float) -> None:
        """Note what a round gave."""
        self._values.setdefault((contender, measure), []).append(value)

    def __iter__(self) -> Iterator[Row]:
        return (Row(contender, measure, values) for (contender, measure), values in self._values.items())

    def row(self, contender: str, measure: Measure) -> Row | None:
        """What was measured of it, if anything was."""
        values = self._values.get((contender, measure))
        return Row(contender, measure, values) if values else None

    def median(self, contender: str, measure: Measure) -> float | None:
        """The middle of the rounds; `None` where there were none."""
        row = self.row(contender, measure)
        return row.median if row else None

    def ratio(self, one: tuple[str, Measure], other: tuple[str, Measure]) -> float | None:
        """How many times the other the one is: the middle of the rounds, each compared with itself.

        What slows a whole round down, as other programs on the machine do, slows both.
        """
        pairs = zip(self._values.get(one, ()), self._values.get(other, ()), strict=False)
        ratios = [mine / theirs for mine, theirs in pairs if theirs]
        return statistics.median(ratios) if ratios else None


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that `share` of the values don't exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
