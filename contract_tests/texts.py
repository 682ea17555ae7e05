"""Small texts that several reports share."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from contract_tests.events import Outcome
from contract_tests.exchange import NO_ANSWER
from contract_tests.rule_coverage import UNCHECKED

OUTCOME_WORDS: Mapping[str, str] = {
    Outcome.PASSED: "passed",
    Outcome.FAILED: "failed",
    Outcome.REFUTED: "assumption refuted",
    Outcome.WAIVED: "waived",
    Outcome.NOT_REACHED: "not reached",
    Outcome.NOT_RUN: "not run",
    Outcome.ERROR: "went wrong",
}
RULE_WORDS: Mapping[str, str] = {
    Outcome.PASSED: "holds",
    Outcome.FAILED: "broken",
    Outcome.REFUTED: "assumption refuted",
    Outcome.WAIVED: "broken, waived",
    Outcome.ERROR: "not shown: its check ended on something else",
    Outcome.NOT_REACHED: "not reached",
    Outcome.NOT_RUN: "not run",
    UNCHECKED: "no check was run",
}
SIGNS: Mapping[str, str] = {
    Outcome.PASSED: "✓",
    Outcome.FAILED: "✗",
    Outcome.REFUTED: "≠",
    Outcome.WAIVED: "~",
    Outcome.ERROR: "!",
    Outcome.NOT_REACHED: "○",
    Outcome.NOT_RUN: "·",
    UNCHECKED: "·",
}
"""What stands for an outcome where there is room for one character."""


def shown(value: Any, most: int = 400) -> str:
    """A value in one line."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = "".join(each if each.isprintable() else " " if each.isspace() else "\ufffd" for each in text)
    text = " ".join(text.split()) if text else '""'
    return text if len(text) <= most else text[: most - 1] + "…"


def duration(seconds: float) -> str:
    """Such as `0.42 s`, `12.3 s`, `3 min 05 s`."""
    if seconds >= 60:
        minutes, rest = divmod(round(seconds), 60)
        return f"{minutes} min {rest:02d} s"
    return f"{seconds:.1f} s" if seconds >= 10 else f"{seconds:.2f} s"


def counted(counts: Mapping[str, int], words: Mapping[str, str] = OUTCOME_WORDS) -> str:
    """Such as `88 passed, 2 failed`; what is none is left out."""
    return ", ".join(f"{counts[name]} {word}" for name, word in words.items() if counts.get(name)) or "no checks"


def path_of(url: str) -> str:
    """What of a URL fits into a line: its path and query."""
    scheme, separator, rest = url.partition("://")
    if not separator:
        return scheme
    host, slash, path = rest.partition("/")
    return slash + path if slash else host


def step_line(step: Mapping[str, Any]) -> str:
    """A step in short: `PUT /pay-int-api/invoices/…/cancel → 200`."""
    method, path = shown(step.get("method", ""), 20), shown(path_of(str(step.get("url", ""))), 120)
    return f"{method} {path} → {status_text(step.get('status', ''))}"


def status_text(status: object) -> str:
    """The status of an answer, or that there was none."""
    return "no answer" if status == NO_ANSWER else str(status)


def difference_lines(differences: Sequence[Mapping[str, Any]], most: int = 20) -> Iterator[str]:
    """Each difference in a line."""
    for each in differences[:most]:
        expected, received = shown(each.get("expected")), shown(each.get("received"))
        yield f"{shown(each.get('pointer') or '/')}: expected {expected}, received {received}"
    if len(differences) > most:
        yield f"and {len(differences) - most} more"
