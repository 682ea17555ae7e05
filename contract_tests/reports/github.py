"""Annotations as GitHub Actions reads them: a line for each finding, at its rule in the contract."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from contract_tests.events import Outcome
from contract_tests.places import place_of
from contract_tests.results import Found, Results
from contract_tests.texts import difference_lines

FILE = "annotations.txt"
LEVELS: Mapping[str, str] = {Outcome.FAILED: "error", Outcome.REFUTED: "notice", Outcome.WAIVED: "notice"}
MOST = 50
"""GitHub shows no more than that of a run."""

_ESCAPES = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_ESCAPES_IN_PROPERTIES = {**_ESCAPES, ":": "%3A", ",": "%2C"}


def render(results: Results) -> Iterator[str]:
    shown = results.findings[:MOST]
    yield from (_annotation(each, results) for each in shown)
    if len(results.findings) > len(shown):
        yield f"::warning title=contract-tests::and {len(results.findings) - len(shown)} more findings\n"
    kind, sentence = results.verdict
    level = {"good": "notice", "bad": "error"}.get(kind, "warning")
    yield f"::{level} title=contract-tests::{_escaped(sentence, _ESCAPES)}\n"


def publish(results: Results, file: Path) -> None:
    """Print them where GitHub Actions reads them."""
    if os.environ.get("GITHUB_ACTIONS") == "true":
        sys.stdout.write("\n" + file.read_text(encoding="utf-8"))
        sys.stdout.flush()


def _annotation(found: Found, results: Results) -> str:
    finding = found.finding
    place = place_of(finding, results.contracts)
    where = {"file": place.file, "line": str(place.line)} if place else {}
    word = {Outcome.REFUTED: "assumption refuted: ", Outcome.WAIVED: "waived: "}.get(Outcome(found.standing), "")
    properties = {**where, "title": f"{word}{finding['rule']}"}
    shown = ",".join(f"{name}={_escaped(value, _ESCAPES_IN_PROPERTIES)}" for name, value in properties.items())
    lines = [str(finding["message"]), *difference_lines(finding.get("differences", ()), most=5)]
    message = _escaped("\n".join([*lines, f"fingerprint {finding['fingerprint']}"]), _ESCAPES)
    return f"::{LEVELS[found.standing]} {shown}::{message}\n"


def _escaped(text: str, escapes: Mapping[str, str]) -> str:
    return "".join(escapes.get(each, each) for each in text)
