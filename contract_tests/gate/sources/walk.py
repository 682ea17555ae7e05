"""Everything that can be compared, in the order in which it is reached, and what is not as it must be."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from contract_tests.gate.sources.document import WrongDocument
from contract_tests.gate.sources.grammar import ANY_MEMBER, GRAMMAR, REFERABLE, member_shape
from contract_tests.gate.specification import Node

_WITH_SIBLINGS = frozenset({"schema", "path"})
"""The kinds where what stands beside a reference counts, too."""


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


_LEAVES: Mapping[str, tuple[str, Callable[[Any], bool]]] = {
    "text": ("a text", lambda value: isinstance(value, str)),
    "texts": ("a list of texts", _are_texts),
    "text or texts": ("a text or a list of texts", lambda value: isinstance(value, str) or _are_texts(value)),
    "flag": ("true or false", lambda value: isinstance(value, bool)),
    "number": ("a number", _is_number),
    "number or flag": ("a number, true or false", lambda value: _is_number(value) or isinstance(value, bool)),
    "list": ("a list", lambda value: isinstance(value, list)),
    "mapping": ("a mapping", lambda value: isinstance(value, dict)),
}
"""The shapes that are looked at but not into: what they are called, and whether a value is one."""


class Walk:
    """Goes through documents, following references, and visits nothing twice."""

    def __init__(self) -> None:
        self._visited: set[tuple[int, str, str]] = set()
        self._waiting: list[tuple[Node, str]] = []

    def reach(self, start: Node, kind: str, complain: Callable[[WrongDocument], None]) -> Iterator[tuple[str, Node]]:
        """The objects that a node of this kind leads to and that were not visited yet: kind and node of each.

        `complain` is called with what is wrong. It may raise it; else that branch is left.
        """
        self._waiting = [(start, kind)]
        while self._waiting:
            node, shape = self._waiting.pop()
            try:
                if self._visit(node, shape):
                    yield shape, node
            except WrongDocument as error:
                complain(error)

    def _visit(self, node: Node, shape: str) -> bool:
        """Check a node, and let wait what it leads to. Returns whether it is an object, and a new one."""
        if shape in _LEAVES:
            name, is_one = _LEAVES[shape]
            _require(is_one(node.value), node, name)
            return False
        if shape in GRAMMAR:
            return self._object(node, shape)
        if node.ref is not None:  # a mapping of names, and one of them is `$ref`: vendors mean a reference
            self._wait([(node.resolved(), shape)])
        elif shape.startswith("{"):
            _require(isinstance(node.value, dict), node, "a mapping")
            self._wait((_member(node, name), shape[1:-1]) for name in node.value)
        else:
            _require(isinstance(node.value, list), node, "a list")
            self._wait((each, shape[1:-1]) for each in node.each())
        return False

    def _object(self, node: Node, kind: str) -> bool:
        if kind == "schema" and isinstance(node.value, bool):
            return False
        _require(isinstance(node.value, dict), node, "a mapping")
        key = (id(node.document), node.pointer, kind)
        if key in self._visited:
            return False
        self._visited.add(key)
        if node.ref is not None and kind in REFERABLE:
            self._wait([(node.resolved(), kind)])
            if kind not in _WITH_SIBLINGS:
                return False
        self._wait(self._members(node, kind))
        return True

    def _members(self, node: Node, kind: str) -> Iterator[tuple[Node, str]]:
        for name, value in node.value.items():
            shape = member_shape(kind, name)
            if shape is not None and not (value is None and _may_be_null(kind, shape)):
                yield _member(node, name), shape

    def _wait(self, found: Iterable[tuple[Node, str]]) -> None:
        self._waiting.extend(reversed(list(found)))


def _may_be_null(kind: str, shape: str) -> bool:
    """Whether null is as good as nothing: for mappings of names and lists outside of schemas."""
    return kind != "schema" and (shape[0] in "{[" or ANY_MEMBER in GRAMMAR.get(shape, ()))


def _member(node: Node, name: str) -> Node:
    member = node.own(name)
    assert member is not None, "it was just seen there"
    return member


def _require(is_right: bool, node: Node, what: str) -> None:
    if not is_right:
        raise WrongDocument(node.place, f"must be {what}: {node.pointer or 'the whole document'}")
