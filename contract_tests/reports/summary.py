"""A summary in Markdown, such as GitHub shows for a step of a build."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from contract_tests.build_server import add_to_summary
from contract_tests.escaping import markdown_block as block
from contract_tests.escaping import markdown_code as code
from contract_tests.escaping import markdown_text as text
from contract_tests.events import Outcome
from contract_tests.places import place_of
from contract_tests.results import Found, Results
from contract_tests.texts import OUTCOME_WORDS, counted, duration

FILE = "summary.md"
MOST = 30
LONGEST_STEPS = 12_000
_HEADINGS = {
    Outcome.FAILED: "Findings",
    Outcome.REFUTED: "Assumptions refuted",
    Outcome.WAIVED: "Waived",
}
_SIGN = {"good": "✅", "bad": "❌", "unsure": "⚠️"}


def render(results: Results) -> Iterator[str]:
    kind, sentence = results.verdict
    started = results.started
    yield f"## {_SIGN[kind]} {text(sentence)}\n\n"
    yield f"Target **{text(started.target)}**, {counted(results.counts)}; "
    yield f"{results.checked_rules} of {len(results.rules)} rules shown, {results.requests} requests "
    yield f"in {duration(results.seconds)}. Seed {started.seed}.\n\n"
    yield from _suites(results)
    for standing, heading in _HEADINGS.items():
        yield from _findings(heading, results.with_standing(standing), results)
    yield from _missed(results)
    yield f"\nRun again: {code(started.again)}\n"


def publish(results: Results, file: Path) -> None:
    """Add it to the summary of the step that GitHub Actions runs."""
    add_to_summary(file.read_text(encoding="utf-8"))


def _suites(results: Results) -> Iterator[str]:
    outcomes = [each for each in OUTCOME_WORDS if results.counts[each]]
    yield f"| suite | {' | '.join(OUTCOME_WORDS[each] for each in outcomes)} | time |\n"
    yield f"|---|{'---:|' * (len(outcomes) + 1)}\n"
    for suite, checks in results.suites.items():
        counts = [sum(check.outcome == each for check in checks) for each in outcomes]
        seconds = duration(sum(check.seconds for check in checks))
        yield f"| {text(suite)} | {' | '.join(str(each or '') for each in counts)} | {seconds} |\n"


def _findings(heading: str, found: Sequence[Found], results: Results) -> Iterator[str]:
    if not found:
        return
    yield f"\n### {heading}\n\n"
    for each in found[:MOST]:
        yield from _finding(each, results)
    if len(found) > MOST:
        yield f"\n… and {len(found) - MOST} more.\n"


def _finding(found: Found, results: Results) -> Iterator[str]:
    finding = found.finding
    place = place_of(finding, results.contracts)
    where = f", {place.file} line {place.line}" if place else ""
    yield f"<details><summary><b>{text(finding['rule'])}</b> {text(finding['message'])}</summary>\n\n"
    yield f"{text(finding.get('says', ''))} ({text(finding.get('provenance', ''))}{where})\n\n"
    waiver = finding.get("waiver")
    if waiver:
        yield f"Waiver of {text(waiver['owner'])} until {text(waiver['until'])}: {text(waiver['reason'])}\n\n"
    differences = finding.get("differences", ())
    if differences:
        yield "| where | expected | received |\n|---|---|---|\n"
        for each in differences[:20]:
            yield f"| {code(each['pointer'] or '/')} | {code(each['expected'])} | {code(each['received'])} |\n"
        yield "\n"
    steps = str(finding.get("curl", ""))
    if steps and len(steps) <= LONGEST_STEPS:
        yield block(steps, "sh")
    yield f"\nFingerprint {code(finding['fingerprint'])}\n\n</details>\n\n"


def _missed(results: Results) -> Iterator[str]:
    for outcome in (Outcome.ERROR, Outcome.NOT_REACHED, Outcome.NOT_RUN):
        reasons = results.missed(outcome)
        if not reasons:
            continue
        yield f"\n### {OUTCOME_WORDS[outcome].capitalize()}\n\n"
        for reason, checks in list(reasons.items())[:MOST]:
            yield f"- {text(reason or 'no reason was given')} ({len(checks)})\n"
