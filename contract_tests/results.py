"""A run as its reports see it: folded from the stream of events."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from contract_tests.events import CheckEnded, Event, Outcome, RunEnded, RunStarted, read
from contract_tests.rule_coverage import UNCHECKED, WORST_FIRST, rule_outcomes
from contract_tests.walking import Walked
from openapi import Contract, contract_file, contract_names, read_contract

_UNKNOWN = RunStarted("?", "unknown", {}, 0, "", False, "", "")
STANDINGS = (Outcome.FAILED, Outcome.REFUTED, Outcome.WAIVED)
UNREACHABLE = 3


@dataclass(frozen=True)
class Found:
    """A finding, and all the checks that have found it. `standing`: failed, refuted or waived."""

    finding: Mapping[str, Any]
    standing: str
    checks: Sequence[str]


@dataclass
class Results:
    """`ended`: `None` where the run was cut off."""

    folder: Path
    started: RunStarted = _UNKNOWN
    ended: RunEnded | None = None
    checks: Sequence[CheckEnded] = field(default_factory=list)

    @cached_property
    def contracts(self) -> Mapping[str, Contract]:
        """The contracts the target was held to, as they are now."""
        known = set(contract_names())
        return {name: _contract(name) for name in self.started.contracts if name in known}

    @cached_property
    def findings(self) -> Sequence[Found]:
        """Each fault once, as it shows in the fewest steps; those that fail the run first."""
        checks: dict[str, list[str]] = {}
        first: dict[str, Mapping[str, Any]] = {}
        for check in self.checks:
            for each in check.findings:
                checks.setdefault(each["fingerprint"], []).append(check.check)
                key = each["fingerprint"]
                first[key] = min(first.get(key, each), each, key=lambda one: len(one.get("steps", ())))
        found = [Found(each, each.get("standing", "failed"), checks[key]) for key, each in first.items()]
        return sorted(found, key=lambda each: STANDINGS.index(Outcome(each.standing)))

    def with_standing(self, standing: str) -> Sequence[Found]:
        return [each for each in self.findings if each.standing == standing]

    @cached_property
    def counts(self) -> Counter[str]:
        """Checks by outcome."""
        return Counter(each.outcome for each in self.checks)

    @cached_property
    def suites(self) -> Mapping[str, Sequence[CheckEnded]]:
        """The checks of each suite, in the order they ended."""
        found: dict[str, list[CheckEnded]] = {}
        for each in self.checks:
            found.setdefault(each.suite, []).append(each)
        return dict(sorted(found.items()))

    @cached_property
    def answers(self) -> Counter[tuple[str, str]]:
        """How often each operation gave each status."""
        total: Counter[tuple[str, str]] = Counter()
        for check in self.checks:
            for answer, count in check.answers.items():
                operation, _, status = answer.partition(" ")
                total[operation, status] += count
        return total

    @cached_property
    def walked(self) -> set[Walked]:
        """The steps of the lifecycles that were taken."""
        steps = (each for check in self.checks for each in check.walked)
        return {(lifecycle, action, source, target) for lifecycle, action, source, target in steps}

    @cached_property
    def rules(self) -> Mapping[str, str]:
        """What became of each rule."""
        return rule_outcomes(self.checks, self.contracts.values())

    @cached_property
    def rule_counts(self) -> Counter[str]:
        return Counter(self.rules.values())

    @property
    def checked_rules(self) -> int:
        """How many rules the run has said something about."""
        silent = {UNCHECKED, Outcome.ERROR, Outcome.NOT_REACHED, Outcome.NOT_RUN}
        return sum(outcome not in silent for outcome in self.rules.values())

    def missed(self, outcome: str) -> Mapping[str, Sequence[CheckEnded]]:
        """The checks of an outcome by its reason, the commonest reason first."""
        found: dict[str, list[CheckEnded]] = {}
        for each in self.checks:
            if each.outcome == outcome:
                found.setdefault(each.reason, []).append(each)
        return dict(sorted(found.items(), key=lambda pair: -len(pair[1])))

    @property
    def seconds(self) -> float:
        return self.ended.seconds if self.ended else sum(each.seconds for each in self.checks)

    @property
    def requests(self) -> int:
        return self.ended.requests if self.ended else sum(each.requests for each in self.checks)

    @property
    def verdict(self) -> tuple[str, str]:
        """In a word (good, bad, unsure) and in a sentence."""
        broken, errors = len(self.with_standing(Outcome.FAILED)), self.counts[Outcome.ERROR]
        if self.ended is not None and self.ended.exit_code == UNREACHABLE:
            return "unsure", "The target could not be examined"
        if broken:
            return "bad", f"{_some(broken, 'finding')}: the target does not keep its contract"
        if errors:
            return "unsure", f"{_some(errors, 'check')} went wrong and says nothing about the target"
        if self.ended is None:
            return "unsure", "The run was cut off; what it saw until then was as it should be"
        if not self.counts[Outcome.PASSED]:
            return "unsure", "Nothing was shown: no check has passed"
        if self.ended.exit_code:
            return "unsure", self.ended.reason or "The run did not come to its end"
        return "good", "The target keeps its contract, as far as it was examined"


@lru_cache(maxsize=4)
def _contract(name: str) -> Contract:
    return read_contract(contract_file(name))


def fold(events: Iterable[Event], folder: Path) -> Results:
    """The results of a stream. Where a check is told of twice, as when its cleaning up fails, the worse counts."""
    results = Results(folder)
    checks: dict[tuple[str, str], CheckEnded] = {}
    for event in events:
        if isinstance(event, RunStarted):
            results.started = event
        elif isinstance(event, RunEnded):
            results.ended = event
        else:
            key = (event.suite, event.check)
            checks[key] = _together(checks[key], event) if key in checks else event
    results.checks = list(checks.values())
    return results


def results_in(folder: Path) -> Results:
    """The results of the run in a folder. Raises `OSError` where there is none."""
    return fold(read(folder), folder)


def _together(one: CheckEnded, other: CheckEnded) -> CheckEnded:
    order = [Outcome.ERROR, *WORST_FIRST]
    worse = min(one, other, key=lambda each: order.index(Outcome(each.outcome)))
    return replace(
        worse,
        findings=[*one.findings, *other.findings],
        seconds=one.seconds + other.seconds,
        requests=one.requests + other.requests,
        answers=Counter(one.answers) + Counter(other.answers),
        walked=[*one.walked, *other.walked],
    )


def _some(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
