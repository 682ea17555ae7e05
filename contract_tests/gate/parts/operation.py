"""An operation of a contract: what is called, and how. Webhooks and callbacks are operations that the API calls."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from contract_tests.gate.parts.servers import Server, base_paths, servers_at
from contract_tests.gate.specification import Node, Specification

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
PLACEHOLDER = re.compile(r"\{[^{}]*\}")


@dataclass(frozen=True)
class Operation:
    """`method`: in capitals. `path`: the template below the servers' paths; of a webhook, its name, and of a callback,
    the expression that gives its URL. `parent`, `callback`: whose callback it is, and how it is named.
    """

    method: str
    path: str
    node: Node
    item: Node
    specification: Specification = field(repr=False)
    is_reversed: bool = False
    order: int = 0
    parent: str = ""
    callback: str = ""

    @property
    def id(self) -> str:
        found = self.node.get("operationId")
        return str(found.value) if found is not None else ""

    @property
    def name(self) -> str:
        """As `POST /payments`, `webhook POST newPet` or `POST /orders, callback paid`."""
        if self.parent:
            return f"{self.parent}, callback {self.callback}"
        return f"{'webhook ' * self.is_reversed}{self.method} {self.path}"

    @cached_property
    def shape(self) -> str:
        """The path without the names of its parameters, which clients don't send."""
        return self.path if self.is_reversed else PLACEHOLDER.sub("{}", self.path)

    @cached_property
    def placeholders(self) -> tuple[str, ...]:
        """The names of the path's parameters, in the order of the path."""
        return tuple(each[1:-1] for each in PLACEHOLDER.findall(self.path))

    @cached_property
    def servers(self) -> tuple[Server, ...]:
        """Where the operation is offered: said by itself, else by its path, else by the contract."""
        return servers_at(self.node, self.item, self.specification.root)

    @cached_property
    def whole_path(self) -> str:
        """The shape below the host; without the servers' path where they have several."""
        bases = base_paths(self.servers)
        return f"{min(bases)}{self.shape}" if len(bases) == 1 and not self.is_reversed else self.shape

    @cached_property
    def parameters(self) -> Mapping[tuple[str, str], Node]:
        """By location and name: those of the path, each unless the operation says it anew. They may be references.

        Header names are in small letters; a path parameter has its position in the path for a name.
        """
        found: dict[tuple[str, str], Node] = {}
        for holder in (self.item, self.node):
            stated = holder.get("parameters")
            for each in stated.each() if stated is not None else ():
                found[self._key(each)] = each
        return found

    @property
    def callbacks(self) -> Iterator[Operation]:
        """What the API calls in the course of this operation."""
        named = self.node.get("callbacks")
        for name, callback in named.items() if named is not None else ():
            for expression, item in callback.items():
                for method in METHODS:
                    node = item.get(method) if not expression.startswith("x-") else None
                    if node is not None:
                        where = (method.upper(), expression, node, item, self.specification)
                        yield Operation(*where, is_reversed=True, parent=self.name, callback=name)

    def _key(self, parameter: Node) -> tuple[str, str]:
        location, name = text_of(parameter, "in"), text_of(parameter, "name")
        if location == "header":
            return location, name.lower()
        if location == "path" and name in self.placeholders:
            return location, str(self.placeholders.index(name))
        return location, name


def operations_of(specification: Specification) -> Iterator[Operation]:
    """The operations and webhooks of a contract, in its order."""
    order = 0
    for member, is_reversed in (("paths", False), ("webhooks", True), ("x-webhooks", True)):
        items = specification.root.get(member)
        for path, item in items.items() if items is not None else ():
            for method in METHODS if is_reversed or path.startswith("/") else ():
                node = item.get(method)
                if node is not None:
                    yield Operation(method.upper(), path, node, item, specification, is_reversed, order)
                    order += 1


def text_of(node: Node, member: str) -> str:
    """A member that is a text; empty where there is none."""
    found = node.get(member)
    return str(found.value) if found is not None else ""


def is_true(node: Node | None, member: str) -> bool:
    """Whether a member is there and true."""
    found = node.get(member) if node is not None else None
    return found is not None and found.value is True
