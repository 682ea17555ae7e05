"""Coverage as a JSON value: everything the contracts promise, each with how often it was met."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from openapi.diagrams import Step
from openapi.model import ABSENT, Contract, Lifecycle, Operation, Refusal, Rule

NOT_COVERED = frozenset({"control"})
"""The mock's own API stands in for nothing."""
PARTS = ("operations", "statuses", "rules", "transitions", "refusals")


@dataclass
class Tally:
    """The bare counts.

    `answers`: by group, operation and status. `rules`: refusals, by rule. `transitions`: by lifecycle, action, state
    and target, `None` where nothing was stored. `refusals`: by lifecycle, action and state.
    """

    answers: Counter[tuple[str | None, str | None, int]] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)
    transitions: Counter[tuple[str, str, str, str | None]] = field(default_factory=Counter)
    refusals: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def walked(self, lifecycle: Lifecycle) -> Counter[Step]:
        """How often each step was taken; what the table doesn't allow is left out."""
        allowed = {(each.action, each.source): each.targets for each in lifecycle.transitions}
        found: Counter[Step] = Counter()
        for (name, action, state, target), count in self.transitions.items():
            targets = allowed.get((action, state), ()) if name == lifecycle.name else ()
            arrived = arrival(state, target, targets)
            if arrived is not None:
                found[action, state, arrived] += count
        return found


def arrival(state: str, target: str | None, targets: Sequence[str]) -> str | None:
    """Where a record ended up. An accepted action that stored nothing left it where it was, or took it away."""
    if target is None:
        target = state if state in targets else ABSENT
    return target if target in targets else None


def report(tally: Tally, contracts: Mapping[str, Contract]) -> dict[str, Any]:
    """The groups in alphabetical order, and the totals of all."""
    groups = [_group(tally, contract) for name, contract in sorted(contracts.items()) if name not in NOT_COVERED]
    return {"totals": {part: _sum(each["totals"][part] for each in groups) for part in PARTS}, "groups": groups}


def _group(tally: Tally, contract: Contract) -> dict[str, Any]:
    operations = [_operation(tally, contract, each) for each in contract.operations.values()]
    rules = [_rule(tally, each) for each in contract.rules.values()]
    lifecycles = [_lifecycle(tally, each) for each in contract.lifecycles.values()]
    statuses = [status for each in operations for status in each["statuses"] if status["isDocumented"]]
    counted = {
        "operations": operations,
        "statuses": statuses,
        "rules": [each for each in rules if each["refuses"]],
        "transitions": [cell for each in lifecycles for cell in each["transitions"]],
        "refusals": [cell for each in lifecycles for cell in each["refusals"]],
    }
    return {
        "group": contract.name,
        "totals": {part: _total(counted[part]) for part in PARTS},
        "operations": operations,
        "elsewhere": _statuses(_answers(tally, contract.name, None), {}),
        "rules": rules,
        "lifecycles": lifecycles,
    }


def _operation(tally: Tally, contract: Contract, operation: Operation) -> dict[str, Any]:
    answers = _answers(tally, contract.name, operation.id)
    documented = {int(status): str(each.provenance) for status, each in operation.answers.items() if status.isdecimal()}
    return {
        "operation": operation.id,
        "method": operation.method,
        "path": contract.base_path + operation.path,
        "calls": sum(answers.values()),
        "statuses": _statuses(answers, documented),
    }


def _answers(tally: Tally, group: str, operation_id: str | None) -> dict[int, int]:
    """How often each status was answered."""
    return {
        status: count
        for (of_group, of_operation, status), count in tally.answers.items()
        if (of_group, of_operation) == (group, operation_id)
    }


def _statuses(answers: Mapping[int, int], documented: Mapping[int, str]) -> list[dict[str, Any]]:
    """What is documented or was answered. `provenance`: absent where nothing documents the status."""
    return [
        {
            "status": status,
            "isDocumented": status in documented,
            **({"provenance": documented[status]} if status in documented else {}),
            "calls": answers.get(status, 0),
        }
        for status in sorted({*answers, *documented})
    ]


def _rule(tally: Tally, rule: Rule) -> dict[str, Any]:
    return {
        "rule": rule.id,
        "says": rule.says,
        "stage": rule.stage,
        "status": rule.status,
        "provenance": str(rule.provenance),
        "refuses": rule.refuses,
        "calls": tally.rules[rule.id],
    }


def _lifecycle(tally: Tally, lifecycle: Lifecycle) -> dict[str, Any]:
    walked = tally.walked(lifecycle)
    return {
        "lifecycle": lifecycle.name,
        "transitions": list(_transitions(lifecycle, walked)),
        "refusals": [
            {**_cell(each), "calls": tally.refusals[lifecycle.name, each.action, each.state]}
            for each in lifecycle.refusals
        ],
    }


def _transitions(lifecycle: Lifecycle, walked: Counter[Step]) -> Iterator[dict[str, Any]]:
    for each in lifecycle.transitions:
        for target in each.targets:
            yield {
                "action": each.action,
                "state": each.source,
                "target": target,
                "isEvent": each.is_event,
                "provenance": str(each.provenance),
                "calls": walked[each.action, each.source, target],
            }


def _cell(refusal: Refusal) -> dict[str, Any]:
    return {
        "action": refusal.action,
        "state": refusal.state,
        "isEvent": refusal.is_event,
        "rule": refusal.rule,
        "provenance": str(refusal.provenance),
    }


def _total(entries: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return _share(sum(1 for each in entries if each["calls"]), len(entries))


def _sum(totals: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    each = list(totals)
    return _share(sum(one["exercised"] for one in each), sum(one["all"] for one in each))


def _share(exercised: int, count: int) -> dict[str, Any]:
    """Where there is nothing, nothing is missing."""
    return {"exercised": exercised, "all": count, "percent": round(100 * exercised / count, 1) if count else 100.0}
