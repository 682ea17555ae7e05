"""Lifecycles and rules as a document states them, with where each statement stands.

More tolerant than `openapi.reading`: what is not said as ours say it is left out, because a vendor's document may use
the same names for something else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from contract_tests.gate.parts.operation import Operation, text_of
from contract_tests.gate.specification import Node, Specification
from openapi.reading import SAME

RULES, LIFECYCLES = "x-rules", "x-lifecycle"

_SELECTIONS: Mapping[str, Callable[[Operation], bool]] = {
    "*": lambda operation: True,
    "*with-body": lambda operation: operation.node.get("requestBody") is not None,
    "*with-parameters": lambda operation: bool(operation.parameters),
    "*with-security": lambda operation: True,
}
"""What a rule may be on instead of a list of names, as `openapi.reading` has it."""

_RULE_WORDS = frozenset({"id", "says", "status", "stage", "on", "provenance", "source", "refuses", "limits"})


@dataclass(frozen=True)
class Cell:
    """What an action does in a state. `targets`: where it leads; nowhere where it is refused."""

    targets: tuple[str, ...]
    rule: str
    is_event: bool
    provenance: str
    node: Node = field(compare=False)

    @property
    def is_refusal(self) -> bool:
        return not self.targets


@dataclass(frozen=True)
class Lifecycle:
    """The states of one kind of record, and what every action does in every one of them."""

    name: str
    node: Node

    @cached_property
    def states(self) -> Mapping[str, Node]:
        """By name; the node has the value on the wire."""
        found = self.node.get("states")
        return dict(found.items()) if found is not None else {}

    @cached_property
    def initial(self) -> Mapping[str, Node]:
        found = self.node.get("initial")
        return {str(each.value): each for each in _one_or_more(found)}

    @cached_property
    def cells(self) -> Mapping[tuple[str, str], Cell]:
        """By action and state."""
        return {**dict(self._of("transitions", "from")), **dict(self._of("refusals", "in"))}

    def _of(self, member: str, states: str) -> Iterator[tuple[tuple[str, str], Cell]]:
        entries = self.node.get(member)
        for entry in entries.each() if entries is not None else ():
            action = text_of(entry, "on") or text_of(entry, "event")
            targets = [str(each.value) for each in _one_or_more(entry.get("to"))]
            if action and bool(targets) == (member == "transitions"):
                for state in (str(each.value) for each in _one_or_more(entry.get(states))):
                    yield (action, state), _cell(entry, tuple(state if each == SAME else each for each in targets))


def _cell(entry: Node, targets: tuple[str, ...]) -> Cell:
    return Cell(targets, text_of(entry, "rule"), entry.get("event") is not None, provenance_of(entry), entry)


def _one_or_more(node: Node | None) -> Iterator[Node]:
    if node is not None:
        yield from node.each() if isinstance(node.value, list) else iter([node])


def lifecycles_of(specification: Specification) -> Mapping[str, Lifecycle]:
    found = specification.root.get(LIFECYCLES)
    return {name: Lifecycle(name, node) for name, node in found.items()} if found is not None else {}


@dataclass(frozen=True)
class Rule:
    """One entry of `x-rules`. `operations`: the ids it is on, events among them."""

    id: str
    node: Node
    operations: frozenset[str]

    def said(self, member: str) -> Any:
        found = self.node.get(member)
        return found.value if found is not None else None

    @property
    def selection(self) -> str:
        """What it is on by what operations have, as `*with-body`; empty where it names them."""
        on = str(_on(self.node))
        return on if on in _SELECTIONS else ""

    @property
    def refuses(self) -> bool:
        return self.said("refuses") is not False

    @property
    def limits(self) -> Mapping[str, Node]:
        found = self.node.get("limits")
        return dict(found.items()) if found is not None else {}

    @property
    def extra(self) -> Mapping[str, Node]:
        """Members that only some rules have, such as the code an error has."""
        return {name: node for name, node in self.node.items() if name not in _RULE_WORDS}


def rules_of(specification: Specification, operations: Mapping[str, Operation]) -> Mapping[str, Rule]:
    """The rules by their ids. `operations`: those of the contract, by their ids."""
    stated = specification.root.get(RULES)
    found = (each for each in (stated.each() if stated is not None else ()) if text_of(each, "id"))
    return {text_of(each, "id"): Rule(text_of(each, "id"), each, _selected(each, operations)) for each in found}


def _selected(rule: Node, operations: Mapping[str, Operation]) -> frozenset[str]:
    value = _on(rule)
    if isinstance(value, list):
        return frozenset(map(str, value))
    selects = _SELECTIONS.get(str(value))
    return frozenset(name for name, each in operations.items() if selects(each)) if selects else frozenset({str(value)})


def _on(rule: Node) -> Any:
    found = rule.get("on")
    return found.value if found is not None else "*"


def provenance_of(entry: Node) -> str:
    return text_of(entry, "provenance") or "documented"
