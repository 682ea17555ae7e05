"""Schemas of two small contracts, to be compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from contract_tests.gate.change import Direction
from contract_tests.gate.schemas.differences import SchemaChange, schema_changes
from contract_tests.gate.specification import Node
from openapi.documents import pointer_parts


@dataclass(frozen=True, eq=False)
class Text:
    """A document in memory; it has no lines."""

    name: str
    data: Any

    def line(self, pointer: str) -> int:
        return 1


class Local:
    """References into the same document."""

    def target(self, node: Node) -> Node:
        at = Node(node.document.data, "", node.document, self)
        for part in pointer_parts(str(node.ref).removeprefix("#")):
            found = at.own(part)
            assert found is not None, node.ref
            at = found
        return at

    def end(self, node: Node) -> Node:
        while node.ref is not None:
            node = self.target(node)
        return node


def schema_node(schema: Any, components: Mapping[str, Any] | None = None, version: str = "3.1.0") -> Node:
    """A schema of a contract with some components."""
    data = {"openapi": version, "schema": schema, "components": {"schemas": dict(components or {})}}
    node = Node(data, "", Text("contract.yaml", data), Local()).own("schema")
    assert node is not None
    return node


def changes(old: Node, new: Node, direction: Direction = Direction.REQUEST) -> list[SchemaChange]:
    """What has changed from one to the other."""
    return list(schema_changes(old, new, direction))
