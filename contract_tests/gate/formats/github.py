"""Annotations as GitHub Actions reads them, at the lines of the new contract; none for what is safe or known."""

from __future__ import annotations

from collections.abc import Iterator

from contract_tests.escaping import annotation
from contract_tests.gate.report import Item, Level, Report, Standing
from contract_tests.gate.telling import witness_lines

FILE = "annotations.txt"
MOST = 50
"""GitHub shows no more than that of a run."""

_NAME = "contract-tests"
_LEVELS = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTE: "notice"}


def render(report: Report) -> str:
    return "".join(_lines(report))


def _lines(report: Report) -> Iterator[str]:
    told = sorted((each for each in report.items if _is_worth_one(each)), key=lambda each: not each.has_failed)
    most = MOST - 2
    yield from map(_annotation, told[:most])
    if len(told) > most:
        yield annotation("warning", f"and {len(told) - most} more", title=_NAME)
    yield annotation("error" if report.failed else "notice", report.verdict, title=f"{_NAME} {report.command}")


def _is_worth_one(item: Item) -> bool:
    return item.level is not Level.NOTE and item.standing is not Standing.KNOWN


def _annotation(item: Item) -> str:
    is_waived = item.standing is Standing.WAIVED
    where = {"file": item.place.file, "line": str(item.place.line)} if item.place else {}
    operation = f" {item.operation}" if item.operation else ""
    hint = [f"hint: {item.hint}"] if item.hint else []
    message = "\n".join([item.says, *witness_lines(item.witness), *hint, f"fingerprint {item.fingerprint}"])
    title = f"{'waived: ' if is_waived else ''}{item.kind}{operation}"
    return annotation("notice" if is_waived else _LEVELS[item.level], message, **where, title=title)
