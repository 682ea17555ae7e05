"""A specification as checks look at it: its values by their kind, its operations, and its text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from contract_tests.gate.lint.check import Profile
from contract_tests.gate.lint.roles import end_of, walk
from contract_tests.gate.sources.grammar import METHODS
from contract_tests.gate.specification import Node, Specification
from openapi.documents import pointer_parts

if TYPE_CHECKING:
    from contract_tests.gate.lint.yaml_tree import YamlTree

EXTENSIONS = ("x-rules", "x-lifecycle")
"""What only contracts of this kind have at their top."""


@dataclass(frozen=True)
class Operation:
    """`template`: the path as it stands in the document; empty in a callback. `item`: the path's entry."""

    node: Node
    item: Node
    method: str
    template: str

    @property
    def id(self) -> str:
        """Its operationId, else method and path."""
        found = self.node.own("operationId")
        return str(found.value) if found is not None and found.value else f"{self.method.upper()} {self.template}"

    @property
    def parameters(self) -> list[Node]:
        """Its parameters with those of its path, resolved; its own win."""
        found: dict[tuple[str, str], Node] = {}
        for owner in (self.item, self.node):
            for each in _each(owner, "parameters"):
                end = end_of(each)
                if end is not None and isinstance(end.value, dict):
                    found[str(end.value.get("name")), str(end.value.get("in"))] = end
        return list(found.values())

    @property
    def responses(self) -> Mapping[str, Node]:
        """Its answers by status, resolved."""
        member = self.node.get("responses")
        found = {name: end_of(each) for name, each in member.items()} if member is not None else {}
        return {name: each for name, each in found.items() if each is not None and not name.startswith("x-")}

    @property
    def body(self) -> Node | None:
        """Its request body, resolved."""
        member = self.node.get("requestBody")
        return end_of(member) if member is not None else None


@dataclass(frozen=True)
class Subject:
    """`tree`: the text of the specification's own file, where it is a file that can be written."""

    specification: Specification
    profile: Profile
    tree: YamlTree | None = None

    @property
    def root(self) -> Node:
        return self.specification.root

    @cached_property
    def _by_kind(self) -> Mapping[str, Sequence[Node]]:
        found: dict[str, list[Node]] = {}
        for kind, node in walk(self.root):
            found.setdefault(kind, []).append(node)
        found["tag"] = _each(self.root, "tags")
        return found

    def of(self, kind: str) -> Iterator[Node]:
        """All values of a kind of the grammar, or tags, that are no references, each once."""
        return (each for each in self._by_kind.get(kind, ()) if each.ref is None and isinstance(each.value, dict))

    @cached_property
    def references(self) -> Sequence[Node]:
        """All references that stand where something of a kind is expected, each once."""
        found = {each: None for nodes in self._by_kind.values() for each in nodes if each.ref is not None}
        return list(found)

    @cached_property
    def operations(self) -> Sequence[Operation]:
        """Those of the paths, in the order of the file."""
        return [*_operations(self.root.get("paths"))]

    def nearest(self, pointer: str) -> Node:
        """What stands at a pointer, or the nearest thing around it that is there."""
        while pointer:
            found = self.specification.node(pointer)
            if found is not None:
                return found
            pointer = pointer.rpartition("/")[0]
        return self.root

    @cached_property
    def rules(self) -> Sequence[Node]:
        """The entries of `x-rules`."""
        return _each(self.root, "x-rules")

    def components(self, kind: str) -> Iterator[tuple[str, Node]]:
        """The components of a kind, by name."""
        found = self.root.at("components", kind)
        return found.items() if found is not None else iter(())


def profile_of(specification: Specification) -> Profile:
    """Which profile a specification asks for by what it has."""
    is_ours = any(name in specification.extensions for name in EXTENSIONS)
    return Profile.TOOLKIT if is_ours else Profile.GENERAL


def operation_at(pointer: str) -> str:
    """The operation at a pointer, as `GET /things`; empty where it is in none."""
    parts = pointer_parts(pointer)
    if len(parts) >= 3 and parts[0] == "paths" and parts[2] in METHODS:
        return f"{parts[2].upper()} {parts[1]}"
    return ""


def _operations(paths: Node | None) -> Iterator[Operation]:
    for template, raw_item in paths.items() if paths is not None else ():
        item = end_of(raw_item)
        if item is not None and template.startswith("/"):
            for method in METHODS:
                node = item.own(method)
                if node is not None and isinstance(node.value, dict):
                    yield Operation(node, item, method, template)


def _each(owner: Node, name: str) -> list[Node]:
    found = owner.get(name)
    return list(found.each()) if found is not None else []
