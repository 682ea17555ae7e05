"""The report as one page that stands alone: no scripts, nothing to load, for a phone, a desk and a printer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from contract_tests.events import Outcome
from contract_tests.matrix import matrix
from contract_tests.pages import Shown, details, rule_rows, walks
from contract_tests.results import Found, Results
from contract_tests.texts import OUTCOME_WORDS, RULE_WORDS, SIGNS, duration, path_of, shown, status_text

if TYPE_CHECKING:
    from jinja2 import Environment

FILE = "report.html"
TEMPLATES = Path(__file__).parent / "templates"
MOST_REASONS = 100
SLOWEST = 12
_SECTIONS = (
    (Outcome.FAILED, "Findings", "What the target does against its contract."),
    (
        Outcome.REFUTED,
        "Assumptions refuted",
        "The contract assumes this where nothing is documented; the target decides otherwise. News, no failure.",
    ),
    (Outcome.WAIVED, "Waived", "Known findings that somebody answers for, until a day."),
)


def render(results: Results) -> Iterator[str]:
    """The page, piece by piece."""
    template = _environment().get_template("report.html.j2")
    yield from template.generate(
        results=results,
        style=(TEMPLATES / "style.css").read_text(encoding="utf-8"),
        verdict=results.verdict,
        sections=list(_sections(results)),
        matrices=[matrix(each, results) for each in results.contracts.values()],
        rules=rule_rows(results),
        walks=walks(results),
        missed=list(_missed(results)),
        suites=_suites(results),
        slowest=sorted(results.checks, key=lambda each: -each.seconds)[:SLOWEST],
        words=OUTCOME_WORDS,
        rule_words=RULE_WORDS,
        signs=SIGNS,
    )


@lru_cache(maxsize=1)
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"shown": shown, "duration": duration, "path": path_of, "came": status_text, "slug": _slug}
    made.globals |= {"compared": compared}
    return made


def _sections(results: Results) -> Iterator[tuple[str, str, str, Sequence[Shown], Sequence[Found]]]:
    """Standing, heading, explanation, findings in full, and those there is no room for."""
    room = 0
    for standing, heading, says in _SECTIONS:
        found = results.with_standing(standing)
        if found:
            full, rest, room = details(found, results, room)
            yield standing, heading, says, full, rest


def _missed(results: Results) -> Iterator[tuple[str, Sequence[tuple[str, Sequence[str]]], int]]:
    for outcome in (Outcome.ERROR, Outcome.NOT_REACHED, Outcome.NOT_RUN):
        reasons = [(reason, [each.check for each in checks]) for reason, checks in results.missed(outcome).items()]
        if reasons:
            yield outcome, reasons[:MOST_REASONS], len(reasons)


def _suites(results: Results) -> Sequence[Mapping[str, Any]]:
    """Each suite with its time, and what its checks became, as parts of a whole."""
    times = {suite: sum(each.seconds for each in checks) for suite, checks in results.suites.items()}
    longest = max(times.values(), default=0.0) or 1.0
    return [
        {
            "name": suite,
            "count": len(checks),
            "seconds": times[suite],
            "share": round(100 * times[suite] / longest, 1),
            "parts": [(name, number) for name in OUTCOME_WORDS if (number := sum(e.outcome == name for e in checks))],
        }
        for suite, checks in results.suites.items()
    ]


def compared(expected: Any, received: Any) -> tuple[list[tuple[str, bool]], list[tuple[str, bool]]]:
    """Both texts in pieces, and of each piece whether it differs; unlike texts as wholes."""
    one, other = shown(expected, 600), shown(received, 600)
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    if min(len(one), len(other)) < 4 or max(len(one), len(other)) > 600 or matcher.ratio() < 0.6:
        return [(one, False)], [(other, False)]
    blocks = matcher.get_opcodes()
    return (
        [(one[start:end], tag != "equal") for tag, start, end, _, _ in blocks if start < end],
        [(other[start:end], tag != "equal") for tag, _, _, start, end in blocks if start < end],
    )


def _slug(text: str) -> str:
    """A text as an id within the page."""
    return "".join(each if each.isalnum() and each.isascii() else "-" for each in text)
