"""What each value of an OpenAPI document is: a schema, a parameter, an example; whatever is wrong with the others."""

from __future__ import annotations

from collections.abc import Iterator

from contract_tests.errors import WrongUse
from contract_tests.gate.sources.grammar import GRAMMAR, REFERABLE, member_shape
from contract_tests.gate.specification import Node


def walk(root: Node) -> Iterator[tuple[str, Node]]:
    """Every value of a kind of the grammar, each once, in the order of the files; what references lead to as well.

    A reference is given like what it leads to. What is not written as it should be is left out.
    """
    components = root.own("components")
    starts = [(root, "document"), *([(components, "components")] if components is not None else [])]
    waiting = starts[::-1]
    seen: set[tuple[str, Node]] = set()
    while waiting:
        node, shape = waiting.pop()
        if shape in GRAMMAR and (shape, node) not in seen:
            seen.add((shape, node))
            yield shape, node
            waiting.extend(reversed(list(_behind(node, shape))))
        elif shape[0] in "[{":
            waiting.extend(reversed([(each, shape[1:-1]) for each in _children(node, shape)]))


def _behind(node: Node, kind: str) -> Iterator[tuple[Node, str]]:
    if node.ref is not None and kind in REFERABLE:
        target = target_of(node)
        if target is not None:
            yield target, kind
    for name in node.value if isinstance(node.value, dict) else ():
        shape, member = member_shape(kind, name), node.own(name)
        if shape is not None and member is not None:
            yield member, shape


def _children(node: Node, shape: str) -> Iterator[Node]:
    """The members of a mapping by name, or the items of a list."""
    if isinstance(node.value, dict if shape[0] == "{" else list):
        names = node.value if isinstance(node.value, dict) else ()
        yield from (child for name in names if (child := node.own(name)) is not None)
        yield from node.each() if isinstance(node.value, list) else ()


def target_of(node: Node) -> Node | None:
    """Where a node's reference leads in one step; `None` where it leads nowhere."""
    try:
        return node.target()
    except WrongUse:
        return None


def end_of(node: Node) -> Node | None:
    """Where a node's references end; `None` where they lead nowhere."""
    try:
        return node.resolved()
    except WrongUse:
        return None
