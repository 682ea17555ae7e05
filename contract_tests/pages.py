"""What the page shows of a run's findings, rules and lifecycles, as plain values for its templates."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from contract_tests.places import Place, place_of, rule_place
from contract_tests.results import Found, Results
from contract_tests.texts import step_line
from openapi import Rule
from openapi.diagrams import steps, svg

ROOM = 1_400_000
"""How many characters the findings may take together; what has no room left is told in short."""

LONGEST_BODY = 1500
LONGEST_SCRIPT = 24_000
MOST_STEPS = 40
MOST_DIFFERENCES = 30
MOST_CHECKS = 12


@dataclass(frozen=True)
class Shown:
    """A finding as the page shows it."""

    finding: Mapping[str, Any]
    standing: str
    checks: Sequence[str]
    place: Place | None
    steps: Sequence[Mapping[str, Any]]
    differences: Sequence[Mapping[str, Any]]
    curl: str
    pytest: str
    steps_left_out: int = 0
    differences_left_out: int = 0
    checks_left_out: int = 0

    @property
    def size(self) -> int:
        """About how many characters of the page it takes."""
        texts = [self.curl, self.pytest, *(each["body"] + each["answer"] for each in self.steps)]
        return sum(len(escape(each)) for each in texts) + 800 * (len(self.steps) + len(self.differences)) + 2000


@dataclass(frozen=True)
class RuleRow:
    """A rule with what became of it. `checks`: how many were about it."""

    group: str
    rule: Rule
    outcome: str
    place: Place | None
    checks: int


@dataclass(frozen=True)
class WalkShown:
    """A lifecycle with the steps that were taken."""

    group: str
    name: str
    picture: str
    taken: int
    all: int
    missing: Sequence[str]


def details(found: Sequence[Found], results: Results, taken: int) -> tuple[list[Shown], list[Found], int]:
    """Findings in full as long as there is room, the others, and how much room is taken then."""
    full: list[Shown] = []
    for number, each in enumerate(found):
        one = _shown(each, results)
        if taken + one.size > ROOM:
            return full, list(found[number:]), taken
        taken += one.size
        full.append(one)
    return full, [], taken


def _shown(found: Found, results: Results) -> Shown:
    finding = found.finding
    all_steps, differences = finding.get("steps", []), finding.get("differences", [])
    last = all_steps[-MOST_STEPS:]  # those at the end show the fault
    return Shown(
        finding=finding,
        standing=found.standing,
        checks=found.checks[:MOST_CHECKS],
        place=place_of(finding, results.contracts),
        steps=[{**each, "line": step_line(each), **_bodies(each)} for each in last],
        differences=differences[:MOST_DIFFERENCES],
        curl=_script(finding.get("curl", "")),
        pytest=_script(finding.get("pytest", "")),
        steps_left_out=len(all_steps) - len(last),
        differences_left_out=max(0, len(differences) - MOST_DIFFERENCES),
        checks_left_out=max(0, len(found.checks) - MOST_CHECKS),
    )


def _bodies(step: Mapping[str, Any]) -> dict[str, str]:
    return {
        "body": _body(step.get("body", ""), step.get("body_bytes", 0)),
        "answer": _body(step.get("answer", ""), step.get("answer_bytes", 0)),
    }


def _body(text: str, size: int) -> str:
    """A body to be read by people."""
    if not text:
        return f"({size} bytes that are no text, or are not shown)" if size else ""
    with contextlib.suppress(ValueError, RecursionError):
        text = json.dumps(json.loads(text), ensure_ascii=False, indent=2)
    return text if len(text) <= LONGEST_BODY else f"{text[:LONGEST_BODY]}\n… ({size} bytes in all)"


def _script(text: str) -> str:
    return text if len(text) <= LONGEST_SCRIPT else "(too long for this page; it stands in events.ndjson)"


def rule_rows(results: Results) -> list[RuleRow]:
    """Every rule of the contracts, in their order."""
    checks: dict[str, int] = {}
    for check in results.checks:
        for rule_id in check.rules:
            checks[rule_id] = checks.get(rule_id, 0) + 1
    return [
        RuleRow(name, rule, results.rules[rule.id], rule_place(rule.id, results.contracts), checks.get(rule.id, 0))
        for name, contract in results.contracts.items()
        for rule in contract.rules.values()
    ]


def walks(results: Results) -> list[WalkShown]:
    """Every lifecycle as a picture in which the steps taken are marked."""
    found = []
    for name, contract in results.contracts.items():
        for lifecycle in contract.lifecycles.values():
            walked = {step[1:] for step in results.walked if step[0] == lifecycle.name}
            possible = steps(lifecycle)
            missing = [
                f"{action}: {source} → {target}"
                for action, source, target in possible
                if (action, source, target) not in walked
            ]
            taken = len(possible) - len(missing)
            found.append(WalkShown(name, lifecycle.name, svg(lifecycle, walked), taken, len(possible), missing))
    return found
