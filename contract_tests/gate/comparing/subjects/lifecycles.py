"""Lifecycles: states, and what operations and events do in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from contract_tests.gate.change import Direction, Severity
from contract_tests.gate.comparing.found import Found
from contract_tests.gate.comparing.provenances import provenance_differences
from contract_tests.gate.comparing.schemas import shown
from contract_tests.gate.pairing import OperationPair, Pair
from contract_tests.gate.parts.lifecycle import Cell, Lifecycle, lifecycles_of
from contract_tests.gate.schemas.differences import schema_changes

_SCHEMAS = ("components", "schemas")
Step = tuple[str, str]
"""An action and a state."""


def changes(pair: Pair) -> Iterator[Found]:
    old, new = lifecycles_of(pair.old), lifecycles_of(pair.new)
    for name, lifecycle in old.items():
        if name in new:
            yield from _Lifecycles(pair, lifecycle, new[name]).differences()
        else:
            yield Found("lifecycle-removed", name, lifecycle.node, None)
    for name, lifecycle in new.items():
        if name not in old:
            severity = None if _refuses_known(lifecycle, pair) else Severity.SAFE
            yield Found("lifecycle-added", name, None, lifecycle.node, severity=severity)


def _refuses_known(lifecycle: Lifecycle, pair: Pair) -> bool:
    """Whether it refuses an operation that clients know."""
    known = {each.new.id for each in pair.operations}
    return any(cell.is_refusal and action in known for (action, _), cell in lifecycle.cells.items())


@dataclass(frozen=True)
class _Difference:
    """What has become of an action in a state. `facts`: besides the states, which are collected."""

    kind: str
    action: str
    state: str
    old: Cell | None
    new: Cell | None
    severity: Severity | None = None
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Lifecycles:
    """A lifecycle before and after."""

    pair: Pair
    old: Lifecycle
    new: Lifecycle

    def differences(self) -> Iterator[Found]:
        yield from self._members()
        yield from self._states()
        yield from self._initial()
        yield from self._actions()

    # Names

    @cached_property
    def operations(self) -> Mapping[str, OperationPair]:
        """Those in both contracts, by their old ids."""
        return {each.old.id: each for each in self.pair.operations}

    @cached_property
    def new_states(self) -> Mapping[str, str]:
        """The names of states in the new contract by those in the old one: the same, or that of the same value."""
        found = {name: name for name in self.old.states if name in self.new.states}
        free = {str(node.value): name for name, node in self.new.states.items() if name not in self.old.states}
        for name, node in self.old.states.items():
            if name not in found and node.value is not None and str(node.value) in free:
                found[name] = free.pop(str(node.value))
        return found

    def _new_step(self, step: Step) -> Step:
        action, state = step
        return self.pair.new_names.get(action, action), self.new_states.get(state, state)

    # The lifecycle itself

    def _members(self) -> Iterator[Found]:
        for member in ("property", "schema", "absent"):
            old, new = self.old.node.get(member), self.new.node.get(member)
            was, is_now = (shown(each.value) if each is not None else "nothing" for each in (old, new))
            if was != is_now and not (member == "schema" and self._is_renamed(was, is_now)):
                where = (old or self.old.node, new or self.new.node)
                facts = {"old": was, "new": is_now}
                yield Found(f"lifecycle-{member}-changed", self.old.name, *where, facts=facts)

    def _is_renamed(self, was: str, is_now: str) -> bool:
        """Whether it is the same component under another name."""
        old, new = (self.pair.old.root.at(*_SCHEMAS, was), self.pair.new.root.at(*_SCHEMAS, is_now))
        if old is None or new is None or self.pair.new.root.at(*_SCHEMAS, was) is not None:
            return False
        return not any(schema_changes(old, new, Direction.RESPONSE))

    def _states(self) -> Iterator[Found]:
        for name, node in self.old.states.items():
            now = self.new_states.get(name)
            subject = f"{self.old.name}.{name}"
            if now is None:
                yield Found("lifecycle-state-removed", subject, node, None)
            elif now != name:
                yield Found("lifecycle-state-renamed", subject, node, self.new.states[now], facts={"new": now})
            elif self.new.states[now].value != node.value:
                facts = {"old": shown(node.value), "new": shown(self.new.states[now].value)}
                yield Found("lifecycle-state-value-changed", subject, node, self.new.states[now], facts=facts)
        for name in self.new.states.keys() - set(self.new_states.values()):
            yield Found("lifecycle-state-added", f"{self.old.name}.{name}", None, self.new.states[name])

    def _initial(self) -> Iterator[Found]:
        kept = {self.new_states.get(name, name) for name in self.old.initial}
        for name, node in self.old.initial.items():
            if self.new_states.get(name, name) not in self.new.initial and name in self.new_states:
                yield Found("lifecycle-initial-removed", f"{self.old.name}.{name}", node, None)
        for name, node in self.new.initial.items():
            if name not in kept and name in self.new_states.values():
                yield Found("lifecycle-initial-added", f"{self.old.name}.{name}", None, node)

    # Actions in states

    def _actions(self) -> Iterator[Found]:
        by_cause: dict[tuple[object, ...], list[_Difference]] = {}
        for each in self._cells():
            nodes = (each.old.node if each.old else None, each.new.node if each.new else None)
            key = (each.kind, each.action, tuple(each.facts.items()), *nodes)
            by_cause.setdefault(key, []).append(each)
        for together in by_cause.values():
            yield self._found(together)
        yield from self._standings()

    def _cells(self) -> Iterator[_Difference]:
        for step, cell in self.old.cells.items():
            if self._is_known(step):
                yield from self._cell(step, cell, self.new.cells.get(self._new_step(step)))
        seen = {self._new_step(step) for step in self.old.cells}
        for step, cell in self.new.cells.items():
            if step not in seen and self._was_known(step, cell):
                yield from _came(step, cell)

    def _is_known(self, step: Step) -> bool:
        """Whether the action and the state are there on both sides; that they went is said elsewhere."""
        action, state = step
        is_there = action in self.operations or self.old.cells[step].is_event
        return is_there and (state in self.new_states or state not in self.old.states)

    def _was_known(self, step: Step, cell: Cell) -> bool:
        action, state = step
        is_there = cell.is_event or action in {each.new.id for each in self.pair.operations}
        return is_there and (state in self.new_states.values() or state not in self.new.states)

    def _cell(self, step: Step, old: Cell, new: Cell | None) -> Iterator[_Difference]:
        event = "event" if old.is_event else "transition"
        if not old.is_refusal and (new is None or new.is_refusal):
            yield _Difference(f"lifecycle-{event}-removed", *step, old, new, facts=_refused_by(new))
        elif old.is_refusal and new is None:
            yield _Difference("lifecycle-refusal-removed", *step, old, None)
        elif new is not None and old.is_refusal and not new.is_refusal:
            yield _Difference(f"lifecycle-{event}-added", *step, old, new, facts={"new": " or ".join(new.targets)})
        elif new is not None and not old.is_refusal:
            yield from self._targets(step, old, new)
        if new is not None and old.is_refusal == new.is_refusal and old.rule != new.rule:
            kind = "lifecycle-refusal-rule-changed" if old.is_refusal else "lifecycle-transition-rule-changed"
            facts = {"old": old.rule or "none", "new": new.rule or "none"}
            yield _Difference(kind, *step, old, new, facts=facts)

    def _targets(self, step: Step, old: Cell, new: Cell) -> Iterator[_Difference]:
        was = {self.new_states.get(each, each) for each in old.targets}
        is_now = set(new.targets)
        facts = {"old": " or ".join(old.targets), "new": " or ".join(new.targets)}
        if is_now - was:
            kind = "lifecycle-target-added" if was < is_now else "lifecycle-target-changed"
            yield _Difference(kind, *step, old, new, facts=facts)
        elif was - is_now:
            yield _Difference("lifecycle-target-removed", *step, old, new, facts=facts)

    def _standings(self) -> Iterator[Found]:
        for step, old in self.old.cells.items():
            new = self.new.cells.get(self._new_step(step))
            if new is not None and self._is_known(step) and old.is_refusal == new.is_refusal:
                subject = f"{self.old.name}.{step[0]} in {step[1]}"
                where = (old.node, new.node)
                yield from provenance_differences(subject, old.provenance, new.provenance, where)

    def _found(self, together: list[_Difference]) -> Found:
        first = together[0]
        facts = {"action": first.action, "states": ", ".join(each.state for each in together), **first.facts}
        cell = first.new or first.old
        return Found(
            first.kind,
            f"{self.old.name}.{first.action} in {facts['states']}",
            first.old.node if first.old else None,
            first.new.node if first.new else None,
            self.operations.get(first.action),
            severity=first.severity,
            facts={**facts, "name": facts["states"]},
            provenance=cell.provenance if cell else "",
        )


def _came(step: Step, cell: Cell) -> Iterator[_Difference]:
    """An action in a state about which nothing was said."""
    if cell.is_refusal:
        if not cell.is_event:
            yield _Difference("lifecycle-refusal-added", *step, None, cell, facts=_refused_by(cell))
        return
    kind = "lifecycle-event-added" if cell.is_event else "lifecycle-transition-added"
    yield _Difference(kind, *step, None, cell, facts={"new": " or ".join(cell.targets)})


def _refused_by(cell: Cell | None) -> Mapping[str, str]:
    return {"rule": f" ({cell.rule})" if cell is not None and cell.rule else ""}
