"""What a run has shown of every rule of the contracts, as a whole and operation by operation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from contract_tests.events import Outcome
from openapi import Contract

UNCHECKED = "unchecked"
WORST_FIRST = (
    Outcome.FAILED,
    Outcome.REFUTED,
    Outcome.WAIVED,
    Outcome.PASSED,
    Outcome.ERROR,
    Outcome.NOT_REACHED,
    Outcome.NOT_RUN,
)
"""What decides where several checks prove one rule: a broken one is broken, and one that held somewhere has held."""

_OF_FINDINGS = frozenset({Outcome.FAILED, Outcome.REFUTED, Outcome.WAIVED})


class Shown(Protocol):
    """What a check has shown: a `CheckEnded`, or as much of it."""

    @property
    def outcome(self) -> str: ...
    @property
    def rules(self) -> Sequence[str]: ...
    @property
    def operations(self) -> Sequence[str]: ...
    @property
    def findings(self) -> Sequence[Mapping[str, object]]: ...
    @property
    def answers(self) -> Mapping[str, int]: ...


def rule_outcomes(checks: Iterable[Shown], contracts: Iterable[Contract]) -> dict[str, str]:
    """For every rule what became of it; `unchecked` where no check was about it."""
    shown: dict[str, set[str]] = {}
    for check in checks:
        for rule, outcome in _shown(check):
            shown.setdefault(rule, set()).add(outcome)
    rules = [rule for contract in contracts for rule in contract.rules]
    return {rule: _worst(shown.get(rule, set())) for rule in dict.fromkeys([*rules, *shown])}


def cell_outcomes(checks: Iterable[Shown], contract: Contract) -> dict[tuple[str, str], str]:
    """For every operation and rule that bears on it what became of them together.

    A check that does not say which operations it is about stands for those it has called.
    """
    shown: dict[tuple[str, str], set[str]] = {}
    for check in checks:
        called = {answer.partition(" ")[0] for answer in check.answers}
        about = set(check.operations) or called
        for rule, outcome in _shown(check):
            named = {str(each["operation"]) for each in check.findings if each.get("rule") == rule}
            for operation in (named & set(contract.operations)) or about:
                shown.setdefault((operation, rule), set()).add(outcome)
    return {
        (operation, rule.id): _worst(shown.get((operation, rule.id), set()))
        for operation in contract.operations
        for rule in contract.rules_for(operation)
    }


def _shown(check: Shown) -> Iterable[tuple[str, str]]:
    """What a check says of which rule. One that ended with a finding of one rule says nothing of its others."""
    found = {str(each.get("rule")): str(each.get("standing", check.outcome)) for each in check.findings}
    rest = Outcome.ERROR if check.outcome in _OF_FINDINGS else check.outcome
    return [*found.items(), *((rule, rest) for rule in check.rules if rule not in found)]


def _worst(outcomes: set[str]) -> str:
    return next((str(each) for each in WORST_FIRST if each in outcomes), UNCHECKED)
