"""Links: what an answer says about which operation can follow it, and with what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from contract_tests.gate.comparing.found import Found
from contract_tests.gate.pairing import OperationPair, Pair
from contract_tests.gate.parts.operation import Operation, operations_of, text_of
from contract_tests.gate.parts.responding import answer_for, answers_of
from contract_tests.gate.specification import Node, Specification


def changes(pair: Pair) -> Iterator[Found]:
    sides = _Targets(pair.old), _Targets(pair.new)
    same = {each.old.node: each.new.node for each in pair.operations}
    for operation in pair.operations:
        new = answers_of(operation.new.node)
        for status, answer in answers_of(operation.old.node).items():
            there = answer_for(new, status)
            if there is not None:
                yield from _Links(operation, _links(answer), _links(there), sides, same).differences()


def _links(answer: Node) -> Mapping[str, Node]:
    found = answer.get("links")
    return {name: node.resolved() for name, node in found.items()} if found is not None else {}


class _Targets:
    """Where the links of a contract lead."""

    def __init__(self, specification: Specification) -> None:
        self._specification = specification
        self._operations = [each for each in operations_of(specification) if not each.is_reversed]

    def of(self, link: Node) -> Operation | None:
        """The operation of the same contract that a link leads to."""
        name, reference = text_of(link, "operationId"), text_of(link, "operationRef")
        node = self._specification.node(unquote(reference[1:])) if reference.startswith("#/") else None
        return next((each for each in self._operations if each.node == node or each.id == name != ""), None)

    def arguments(self, link: Node) -> Mapping[str, Any]:
        """What it hands on, by name; path parameters by their position, as their names are not sent."""
        target = self.of(link)
        positions = {name: str(index) for index, name in enumerate(target.placeholders)} if target else {}
        found = link.get("parameters")
        named = {name.removeprefix("path."): each.value for name, each in found.items()} if found is not None else {}
        body = link.get("requestBody")
        return {positions.get(name, name): value for name, value in named.items()} | {
            "the body": body.value if body is not None else None
        }


@dataclass(frozen=True)
class _Links:
    """The links of one answer on both sides. `sides`: where they lead; `same`: operations that are in both."""

    operation: OperationPair
    old: Mapping[str, Node]
    new: Mapping[str, Node]
    sides: tuple[_Targets, _Targets]
    same: Mapping[Node, Node]

    def differences(self) -> Iterator[Found]:
        for name, link in self.old.items():
            if name in self.new:
                yield from self._changed(name, link, self.new[name])
            elif not self._has_lost_target(link):
                yield Found("link-removed", f"link {name}", link, None, self.operation)
        for name, link in self.new.items():
            if name not in self.old:
                yield Found("link-added", f"link {name}", None, link, self.operation)

    def _has_lost_target(self, link: Node) -> bool:
        """Whether the operation it led to is gone, which is said elsewhere."""
        target = self.sides[0].of(link)
        return target is not None and target.node not in self.same

    def _changed(self, name: str, old: Node, new: Node) -> Iterator[Found]:
        was, is_now = self.sides[0].of(old), self.sides[1].of(new)
        expected = self.same.get(was.node) if was else None
        if expected != (is_now.node if is_now else None):
            facts = {"old": _told(was), "new": _told(is_now)}
            yield Found("link-target-changed", f"link {name}", old, new, self.operation, facts=facts)
        elif self.sides[0].arguments(old) != self.sides[1].arguments(new):
            yield Found("link-arguments-changed", f"link {name}", old, new, self.operation)


def _told(operation: Operation | None) -> str:
    return operation.name if operation is not None else "elsewhere"
