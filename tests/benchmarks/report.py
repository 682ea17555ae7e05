"""The results: for people as Markdown, for programs as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tests.benchmarks.contenders import contenders
from tests.benchmarks.contenders.contender import BARE, Contender
from tests.benchmarks.lab import Lab
from tests.benchmarks.measures import Measure, Row, cpu, p50, p99, rate
from tests.benchmarks.parts.requests import AFTER_LOAD, AT_START, CANCEL, CREATE, GET, PEAK, PUBLISH_DRAFT
from tests.benchmarks.targets import TARGETS, Target

MARKS = {True: "holds", False: "**does not hold**", None: "not measured"}


@dataclass(frozen=True)
class Verdict:
    """A target, and what was measured; `None` for nothing."""

    target: Target
    measured: float | None
    by_cpu: float | None = None

    @property
    def holds(self) -> bool | None:
        """Whether it does; `None` where that can't be said."""
        return None if self.measured is None else self.target.holds(self.measured)


def verdicts(lab: Lab) -> list[Verdict]:
    """Every target, with what was measured."""
    return [Verdict(each, each.look(lab.figures), each.by_cpu(lab.figures)) for each in TARGETS]


def as_json(lab: Lab, conditions: dict[str, str]) -> dict[str, Any]:
    """Everything, with each round's value."""
    return {
        "day": date.today().isoformat(),
        "machine": conditions,
        "rounds": lab.rounds,
        "seconds": lab.seconds,
        "connections": lab.connections,
        "versions": lab.versions,
        "notes": lab.notes,
        "figures": [_row_json(row) for row in lab.figures],
        "targets": [
            {
                "says": each.target.says,
                "asks": each.target.asks,
                "measured": each.measured,
                "by_cpu": each.by_cpu,
                "holds": each.holds,
            }
            for each in verdicts(lab)
        ],
    }


def _row_json(row: Row) -> dict[str, Any]:
    measure = {"what": row.measure.what, "aspect": row.measure.aspect, "unit": row.measure.unit}
    return {"contender": row.contender, **measure, "median": row.median, "spread": row.spread, "rounds": [*row.values]}


def markdown(lab: Lab, conditions: dict[str, str]) -> str:
    """The tables."""
    how = f"{lab.rounds} rounds of {lab.seconds:g} s, {lab.connections} connections, interleaved; medians"
    parts = [
        f"Measured on {date.today().isoformat()}: {how}.",
        "\n".join(f"- {name}: {value}" for name, value in conditions.items()),
        "\n".join(f"- **{each.name}** {lab.versions[each.name]}: {each.says}" for each in _present(lab)),
        *(_rates(lab, what) for what in (GET, CREATE, PUBLISH_DRAFT, CANCEL)),
        _memory(lab),
        _others(lab),
        "\n".join(f"- {note}" for note in lab.notes),
        _targets(lab),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _present(lab: Lab) -> list[Contender]:
    return [each for each in contenders() if each.name in lab.versions]


def _rates(lab: Lab, what: str) -> str:
    rows = sorted((row for row in lab.figures if row.measure == rate(what)), key=lambda row: -row.median)
    if not rows:
        return ""
    head = [what, "requests/s", "of bare Starlette", "spread", "p50 ms", "p99 ms", "CPU ms", "share by CPU"]
    return _table(head, (_rate_cells(lab, what, row) for row in rows))


def _rate_cells(lab: Lab, what: str, row: Row) -> list[str]:
    ratio = lab.figures.ratio((row.contender, rate(what)), (BARE, rate(what)))
    by_cpu = lab.figures.ratio((BARE, cpu(what)), (row.contender, cpu(what)))
    tail = [lab.figures.median(row.contender, each(what)) for each in (p50, p99)]
    return [
        row.contender,
        f"{row.median:,.0f}",
        _shown(ratio, 2),
        f"{row.spread:.0%}",
        *(_shown(each, 1) for each in tail),
        _shown(lab.figures.median(row.contender, cpu(what)), 3),
        _shown(by_cpu, 2),
    ]


def _memory(lab: Lab) -> str:
    names = dict.fromkeys(row.contender for row in lab.figures if row.measure == PEAK)
    columns: Sequence[Measure] = (AT_START, AFTER_LOAD, PEAK)
    cells = ([name, *(_shown(lab.figures.median(name, each), 0) for each in columns)] for name in names)
    return _table(["memory in MiB", *(each.aspect for each in columns)], cells) if names else ""


def _others(lab: Lab) -> str:
    shown = {each(what) for what in (GET, CREATE, PUBLISH_DRAFT, CANCEL) for each in (rate, p50, p99, cpu)}
    shown |= {AFTER_LOAD, AT_START, PEAK}
    rows = [row for row in lab.figures if row.measure not in shown]
    if not rows:
        return ""
    cells = ([str(row.measure), row.contender, _with_unit(row), f"{row.spread:.0%}"] for row in rows)
    return _table(["measured", "of", "median", "spread"], cells)


def _with_unit(row: Row) -> str:
    return f"{row.median:,.{0 if row.median >= 1000 else 2}f} {row.measure.unit}"


def _targets(lab: Lab) -> str:
    cells = (
        [each.target.says, each.target.asks, _measured(each), _shown(each.by_cpu, 2), MARKS[each.holds]]
        for each in verdicts(lab)
    )
    return _table(["target", "asked", "measured", "by CPU", "holds"], cells)


def _measured(verdict: Verdict) -> str:
    return "" if verdict.measured is None else f"{verdict.measured:,.2f} {verdict.target.unit}".strip()


def _shown(value: float | None, places: int) -> str:
    return "" if value is None else f"{value:,.{places}f}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join(_lines(head, rows))


def _lines(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|---|{'---|' * (len(head) - 1)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"
