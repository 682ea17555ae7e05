"""What a person in front of a terminal wants to know when a run has ended."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from contract_tests.events import Outcome
from contract_tests.places import place_of
from contract_tests.results import Found, Results
from contract_tests.texts import (
    OUTCOME_WORDS,
    RULE_WORDS,
    SIGNS,
    counted,
    difference_lines,
    duration,
    shown,
    step_line,
)

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

FILE = "summary.txt"
WIDTH = 110
MOST_FINDINGS = 25
MOST_STEPS = 8
_STYLES = {
    Outcome.PASSED: "green",
    Outcome.FAILED: "bold red",
    Outcome.REFUTED: "magenta",
    Outcome.WAIVED: "yellow",
    Outcome.NOT_REACHED: "cyan",
    Outcome.NOT_RUN: "dim",
    Outcome.ERROR: "bold yellow",
}
_HEADINGS = {
    Outcome.FAILED: "Findings",
    Outcome.REFUTED: "Assumptions refuted (news about the target, no failure)",
    Outcome.WAIVED: "Waived",
}
_VERDICTS = {"good": "bold green", "bad": "bold red", "unsure": "bold yellow"}


def render(results: Results) -> Iterator[str]:
    """The summary as plain text."""
    from rich.console import Console

    out = io.StringIO()
    tell(results, Console(file=out, width=WIDTH, no_color=True, highlight=False, markup=False))
    yield from (f"{line.rstrip()}\n" for line in out.getvalue().splitlines())


def tell(results: Results, console: Console) -> None:
    """Print the summary; a terminal gets colours."""
    for each in _parts(results):
        console.print(each, highlight=False)


def _parts(results: Results) -> Iterator[RenderableType]:
    started = results.started
    for standing, heading in _HEADINGS.items():
        found = results.with_standing(standing)
        if found:
            yield _line("\n" + heading, "bold")
            yield from (_finding(each, standing, results) for each in found[:MOST_FINDINGS])
            if len(found) > MOST_FINDINGS:
                yield _line(f"  and {len(found) - MOST_FINDINGS} more", "dim")
    yield from _missed(results)
    yield _line("")
    yield _suites(results)
    yield _line("")
    yield _line("Rules: " + counted(results.rule_counts, RULE_WORDS))
    kind, sentence = results.verdict
    yield _line(f"\n{sentence}.", _VERDICTS[kind])
    told = f"{shown(started.target)} ({started.kind}): {counted(results.counts)}; {results.requests} requests"
    yield _line(f"{told} in {duration(results.seconds)}")
    yield _line(f"Seed {started.seed}. Again: {shown(started.again, 2000)}", "dim")


def _finding(found: Found, standing: Outcome, results: Results) -> RenderableType:
    from rich.text import Text

    finding = found.finding
    text = Text(f"{SIGNS[standing]} ", style=_STYLES[standing])
    text.append(shown(finding["rule"]), style="bold")
    text.append(f"  {shown(finding.get('provenance', ''))}, {_where(finding, results)}\n", style="dim")
    for line in _lines(found):
        text.append(f"    {line}\n")
    return text


def _where(finding: Any, results: Results) -> str:
    place = place_of(finding, results.contracts)
    return f"{place.file}:{place.line}" if place else "no rule of the contract"


def _lines(found: Found) -> Iterator[str]:
    finding = found.finding
    yield shown(finding["message"])
    if finding.get("says"):
        yield f"rule: {shown(finding['says'])}"
    if finding.get("source"):
        yield f"source: {shown(finding['source'])}"
    waiver = finding.get("waiver")
    if waiver:
        yield f"waiver of {shown(waiver['owner'])} until {shown(waiver['until'])}: {shown(waiver['reason'])}"
    yield from (f"  {each}" for each in difference_lines(finding.get("differences", ()), most=8))
    yield from _steps(finding.get("steps", []))
    yield f"fingerprint {shown(finding['fingerprint'])}, found by {', '.join(map(shown, found.checks[:3]))}"


def _steps(steps: Sequence[Any]) -> Iterator[str]:
    if len(steps) > MOST_STEPS:
        yield f"  ({len(steps) - MOST_STEPS} steps before)"
    first = max(0, len(steps) - MOST_STEPS)
    yield from (f"  {number}. {step_line(each)}" for number, each in enumerate(steps[first:], first + 1))


def _missed(results: Results) -> Iterator[RenderableType]:
    for outcome in (Outcome.ERROR, Outcome.NOT_REACHED, Outcome.NOT_RUN):
        reasons = results.missed(outcome)
        if not reasons:
            continue
        yield _line("\n" + OUTCOME_WORDS[outcome].capitalize(), "bold")
        for reason, checks in list(reasons.items())[:10]:
            count = f" ({len(checks)} checks)" if len(checks) > 1 else f" ({shown(checks[0].check)})"
            yield _line(f"{SIGNS[outcome]} {shown(reason or 'no reason was given', 200)}{count}", _STYLES[outcome])
        if len(reasons) > 10:
            yield _line(f"  and {len(reasons) - 10} more reasons", "dim")


def _suites(results: Results) -> RenderableType:
    from rich import box
    from rich.table import Table

    outcomes = [each for each in OUTCOME_WORDS if results.counts[each]]
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("suite")
    for each in outcomes:
        table.add_column(OUTCOME_WORDS[each], justify="right", style=_STYLES[Outcome(each)])
    table.add_column("time", justify="right")
    for suite, checks in results.suites.items():
        counts = [sum(check.outcome == each for check in checks) for each in outcomes]
        seconds = duration(sum(each.seconds for each in checks))
        table.add_row(_line(shown(suite)), *(str(each or "") for each in counts), seconds)
    return table


def _line(text: str, style: str = "") -> RenderableType:
    from rich.text import Text

    return Text(text, style=style)
