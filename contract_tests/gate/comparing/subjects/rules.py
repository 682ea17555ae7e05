"""Rules: added, removed, on other operations, refusing with another status, and deciding by other limits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from contract_tests.gate.change import Severity
from contract_tests.gate.comparing.found import Found
from contract_tests.gate.comparing.provenances import provenance_differences
from contract_tests.gate.comparing.schemas import shown, written
from contract_tests.gate.pairing import Pair
from contract_tests.gate.parts.lifecycle import Rule, lifecycles_of, provenance_of, rules_of
from contract_tests.gate.parts.limits import Tendency, tendency
from contract_tests.gate.parts.operation import Operation, operations_of
from contract_tests.gate.specification import Node, Specification


def changes(pair: Pair) -> Iterator[Found]:
    if {"x-rules"} & (pair.old.extensions.keys() | pair.new.extensions.keys()):
        yield from _Rules(pair).differences()


@dataclass(frozen=True)
class _Rules:
    """The rules of both contracts."""

    pair: Pair

    @cached_property
    def old(self) -> Mapping[str, Rule]:
        return rules_of(self.pair.old, _by_id(self.pair.old))

    @cached_property
    def new(self) -> Mapping[str, Rule]:
        return rules_of(self.pair.new, _by_id(self.pair.new))

    @cached_property
    def renamed(self) -> Mapping[str, str]:
        """New ids of rules by their old ones: a rule that says the same of the same under another id."""
        free = {id_: rule for id_, rule in self.new.items() if id_ not in self.old}
        found: dict[str, str] = {}
        for id_, rule in self.old.items():
            if id_ not in self.new:
                same = [other for other, each in free.items() if _content(each) == _content(rule)]
                if same:
                    found[id_] = same[0]
                    del free[same[0]]
        return found

    def differences(self) -> Iterator[Found]:
        for id_, rule in self.old.items():
            if id_ in self.new:
                yield from self._changed(rule, self.new[id_])
            elif id_ in self.renamed:
                new = self.new[self.renamed[id_]]
                yield Found("rule-renamed", id_, rule.node, new.node, facts={"new": new.id})
            elif not rule.operations or rule.operations & self.known_old:
                yield _about(rule, "rule-removed", (rule.node, None), None if rule.refuses else Severity.RISKY)
        for id_, rule in self.new.items():
            if id_ not in self.old and id_ not in self.renamed.values():
                yield _about(rule, "rule-added", (None, rule.node), self._severity_of_added(rule))

    @cached_property
    def known_old(self) -> frozenset[str]:
        """Operations, by their old ids, that are in both contracts, and all events."""
        kept = {each.old.id for each in self.pair.operations}
        return frozenset(kept | _events(self.pair.old))

    def _severity_of_added(self, rule: Rule) -> Severity | None:
        """Nobody has called what is new; what belongs to no operation is no call of a client that follows one."""
        concerned = self._before(rule) & (self.known_old | _events(self.pair.new))
        if rule.operations and not concerned:
            return Severity.SAFE
        return None if concerned and rule.refuses else Severity.RISKY

    def _before(self, rule: Rule) -> frozenset[str]:
        """The operations of a new rule by their old ids."""
        old_names = {new: old for old, new in self.pair.new_names.items()}
        return frozenset(old_names.get(name, name) for name in rule.operations)

    # One rule

    def _changed(self, old: Rule, new: Rule) -> Iterator[Found]:
        yield from self._operations(old, new)
        yield from _refusing(old, new)
        yield from _members(old, new)
        yield from _limits(old, new)
        standing = (provenance_of(old.node), provenance_of(new.node))
        yield from provenance_differences(old.id, *standing, (old.node, new.node))

    def _operations(self, old: Rule, new: Rule) -> Iterator[Found]:
        if old.selection and old.selection == new.selection:
            return  # an operation with its first parameter is one more with parameters, which is told of itself
        came = (self._before(new) - old.operations) & self.known_old
        gone = (old.operations - self._before(new)) & self.known_old
        for kind, names in (("rule-on-more-operations", came), ("rule-on-fewer-operations", gone)):
            if names:
                where = (old.node.get("on") or old.node, new.node.get("on") or new.node)
                severity = None if new.refuses else Severity.RISKY
                yield _about(new, kind, where, severity, {"name": ", ".join(sorted(names))})


def _content(rule: Rule) -> tuple[object, ...]:
    return *(_whole(rule.said(each)) for each in ("says", "status", "stage", "limits")), rule.operations


def _whole(value: Any) -> str:
    """All of it on one line. A rule's sentence is what readers need, so it is not cut as other values are."""
    return " ".join(written(value).split()).removesuffix(".")


def _by_id(specification: Specification) -> Mapping[str, Operation]:
    return {each.id: each for each in operations_of(specification) if each.id and not each.is_reversed}


def _events(specification: Specification) -> set[str]:
    lifecycles = lifecycles_of(specification).values()
    return {action for each in lifecycles for (action, _), cell in each.cells.items() if cell.is_event}


def _refusing(old: Rule, new: Rule) -> Iterator[Found]:
    if old.refuses != new.refuses:
        kind = "rule-refuses-now" if new.refuses else "rule-no-longer-refuses"
        yield _about(new, kind, (old.node, new.node))


_MEMBERS = {"status": "rule-status-changed", "stage": "rule-stage-changed", "says": "rule-says-changed"}


def _members(old: Rule, new: Rule) -> Iterator[Found]:
    for member, kind in _MEMBERS.items():
        was, is_now = old.said(member), new.said(member)
        if was != is_now:
            where = (old.node.get(member) or old.node, new.node.get(member) or new.node)
            yield _about(new, kind, where, None, {"old": _whole(was), "new": _whole(is_now)})
    for member in dict.fromkeys([*old.extra, *new.extra]):
        was, is_now = (each.extra[member].value if member in each.extra else None for each in (old, new))
        if was != is_now:
            facts = {"name": member, "old": shown(was), "new": shown(is_now)}
            yield _about(new, "rule-detail-changed", (old.node, new.node), None, facts)


_KINDS = {
    Tendency.TIGHTER: "rule-limit-tightened",
    Tendency.LOOSER: "rule-limit-loosened",
    Tendency.UNKNOWN: "rule-limit-changed",
}


def _limits(old: Rule, new: Rule) -> Iterator[Found]:
    for name in dict.fromkeys([*old.limits, *new.limits]):
        stood, stands = old.limits.get(name), new.limits.get(name)
        was, is_now = (each.value if each is not None else None for each in (stood, stands))
        if not _are_equal(was, is_now):
            facts = {"name": name, "old": shown(was), "new": shown(is_now)}
            where = (stood or old.node, stands or new.node)
            yield _about(new, _KINDS[tendency(name, was, is_now)], where, None, facts)


def _are_equal(old: Any, new: Any) -> bool:
    """Lists are sets here."""
    if isinstance(old, list) and isinstance(new, list):
        return all(each in new for each in old) and all(each in old for each in new)
    return bool(old == new)


def _about(
    rule: Rule,
    kind: str,
    where: tuple[Node | None, Node | None],
    severity: Severity | None = None,
    facts: Mapping[str, str] | None = None,
) -> Found:
    all_facts = {"says": _whole(rule.said("says")), **(facts or {})}
    subject = f"{rule.id}.{all_facts['name']}" if kind.startswith("rule-limit-") else rule.id
    return Found(kind, subject, *where, severity=severity, facts=all_facts, provenance=provenance_of(rule.node))
