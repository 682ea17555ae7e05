"""A schema as one list of what it says: `allOf`, references and alternatives of one taken together, null set apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from contract_tests.gate.schemas.dialect import NOT_JSON_SCHEMA, ignores_siblings
from contract_tests.gate.specification import Node

MOST_PARTS = 200


@dataclass
class View:
    """What a schema says. Each keyword leads to the nodes of its values, wherever they stand.

    `choices`: the alternatives of each `anyOf` or `oneOf`, without null. `properties`: by name, all said of one.
    `choice_nodes`: the lists that the alternatives stand in. `alternatives`: all of them, the only one of a list, too.
    """

    node: Node
    keywords: dict[str, list[Node]] = field(default_factory=dict)
    properties: dict[str, list[Node]] = field(default_factory=dict)
    required: dict[str, Node] = field(default_factory=dict)
    choices: list[list[Node]] = field(default_factory=list)
    choice_nodes: list[Node] = field(default_factory=list)
    alternatives: list[Node] = field(default_factory=list)
    parts: list[Node] = field(default_factory=list)

    def values(self, keyword: str) -> list[Any]:
        """What is said by a keyword, each time it is said."""
        return [each.value for each in self.keywords.get(keyword, ())]

    def first(self, keyword: str) -> Node | None:
        """Where a keyword is said first."""
        found = self.keywords.get(keyword)
        return found[0] if found else None


def viewed(node: Node) -> View:
    """What a schema says."""
    view = View(node)
    waiting, seen = [node], set[Node]()
    while waiting and len(view.parts) < MOST_PARTS:
        part = waiting.pop(0)
        if part not in seen:
            seen.add(part)
            waiting.extend(_added(view, part))
    return view


def _added(view: View, part: Node) -> Iterator[Node]:
    """Adds what one part says, and gives the parts that hold beside it."""
    if not isinstance(part.value, dict):
        return
    if part.ref is not None:
        yield part.target()
        if ignores_siblings(part):
            return
    view.parts.append(part)
    for name in part.value:
        child = part.own(name)
        assert child is not None
        yield from _READ.get(name, _keyword)(view, child)


def _keyword(view: View, node: Node) -> Iterator[Node]:
    view.keywords.setdefault(node.name, []).append(node)
    return iter(())


def _all_of(view: View, node: Node) -> Iterator[Node]:
    return node.each()


def _properties(view: View, node: Node) -> Iterator[Node]:
    for name, each in node.items():
        view.properties.setdefault(name, []).append(each)
    return iter(())


def _required(view: View, node: Node) -> Iterator[Node]:
    for each in node.each():
        view.required.setdefault(str(each.value), each)
    return iter(())


def _alternatives(view: View, choice: Node) -> Iterator[Node]:
    kept = [each for each in choice.each() if not is_null(each)]
    view.alternatives += kept
    if len(kept) == 1:
        yield kept[0]
    elif kept:
        view.choices.append(kept)
        view.choice_nodes.append(choice)


_READ: Mapping[str, Callable[[View, Node], Iterator[Node]]] = {
    "allOf": _all_of,
    "anyOf": _alternatives,
    "oneOf": _alternatives,
    "properties": _properties,
    "required": _required,
}


def is_null(node: Node) -> bool:
    """Whether a schema allows null alone."""
    value = node.resolved().value
    if not isinstance(value, dict):
        return False
    return (
        value.get("type") in ("null", ["null"])
        or value.get("enum") == [None]
        or ("const" in value and value["const"] is None)
    )


def all_names(view: View, depth: int = 4) -> set[str]:
    """The names of all properties, those of alternatives included."""
    found = set(view.properties)
    if depth:
        for each in (alternative for choice in view.choices for alternative in choice):
            found |= all_names(viewed(each), depth - 1)
    return found


def says_anything(node: Node) -> bool:
    """Whether a schema says anything of its values."""
    value = node.resolved().value
    return value is not True and not (isinstance(value, dict) and not (value.keys() - NOT_JSON_SCHEMA))
