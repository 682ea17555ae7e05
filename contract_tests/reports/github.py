"""Annotations as GitHub Actions reads them: a line for each finding, at its rule in the contract."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from contract_tests.build_server import is_github
from contract_tests.escaping import annotation
from contract_tests.events import Outcome
from contract_tests.places import place_of
from contract_tests.results import Found, Results
from contract_tests.texts import difference_lines

FILE = "annotations.txt"
LEVELS: Mapping[str, str] = {Outcome.FAILED: "error", Outcome.REFUTED: "notice", Outcome.WAIVED: "notice"}
MOST = 50
"""GitHub shows no more than that of a run."""


def render(results: Results) -> Iterator[str]:
    shown = results.findings[:MOST]
    yield from (_annotation(each, results) for each in shown)
    if len(results.findings) > len(shown):
        yield annotation("warning", f"and {len(results.findings) - len(shown)} more findings", title="contract-tests")
    kind, sentence = results.verdict
    level = {"good": "notice", "bad": "error"}.get(kind, "warning")
    yield annotation(level, sentence, title="contract-tests")


def publish(results: Results, file: Path) -> None:
    """Print them where GitHub Actions reads them."""
    if is_github():
        sys.stdout.write("\n" + file.read_text(encoding="utf-8"))
        sys.stdout.flush()


def _annotation(found: Found, results: Results) -> str:
    finding = found.finding
    place = place_of(finding, results.contracts)
    where = {"file": place.file, "line": str(place.line)} if place else {}
    word = {Outcome.REFUTED: "assumption refuted: ", Outcome.WAIVED: "waived: "}.get(Outcome(found.standing), "")
    lines = [str(finding["message"]), *difference_lines(finding.get("differences", ()), most=5)]
    message = "\n".join([*lines, f"fingerprint {finding['fingerprint']}"])
    return annotation(LEVELS[found.standing], message, **where, title=f"{word}{finding['rule']}")
