"""A contract to be compared: every value knows where it stands, and where its references lead."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, Protocol

from contract_tests.gate.change import Place
from openapi.documents import pointer_parts, to_pointer

REFERENCES = ("$ref", "$dynamicRef")
OWN_WORDS = ("summary", "description")
"""What a 3.1 reference may say instead of what it leads to."""


class Document(Protocol):
    """One file of a source. `name`: as the user would name it."""

    @property
    def name(self) -> str: ...

    @property
    def data(self) -> Any: ...

    def line(self, pointer: str) -> int:
        """The line (from 1) on which the member at a JSON pointer is named, or that of its nearest known ancestor."""


class Library(Protocol):
    """Knows where references lead."""

    def target(self, node: Node) -> Node:
        """Where the reference of a node leads, which may be a reference again. Raises `WrongUse` if nowhere."""

    def end(self, node: Node) -> Node:
        """Where the references of a node end. Raises `WrongUse` if nowhere, or in a circle."""


@dataclass(frozen=True)
class Node:
    """A value and where it stands. Two nodes are equal if they stand at the same place of the same file.

    `value`: as it is written, references included. `pointer`: a JSON pointer (RFC 6901) in the node's own file.
    """

    value: Any = field(compare=False, repr=False)
    pointer: str
    document: Document = field(repr=False)
    library: Library = field(compare=False, repr=False)

    @property
    def place(self) -> Place:
        return Place(self.document.name, self.pointer, self.document.line(self.pointer))

    @property
    def name(self) -> str:
        """The last part of the pointer: a property's name, a path, a component's name."""
        return pointer_parts(self.pointer)[-1] if self.pointer else ""

    @property
    def ref(self) -> str | None:
        """The reference that stands here, if one does. A dynamic one is taken as the plain one it most often is."""
        value = self.value
        if not isinstance(value, dict) or ("$ref" not in value and "$dynamicRef" not in value):
            return None  # asked most often of all, and mostly so
        return next((found for word in REFERENCES if isinstance(found := value.get(word), str)), None)

    @property
    def siblings(self) -> tuple[str, ...]:
        """What is said beside the reference. 3.1 holds a schema to both; 3.0 ignores it, except in a path."""
        return () if self.ref is None else tuple(name for name in self.value if name not in REFERENCES)

    def resolved(self) -> Node:
        """Where the references end; this node itself where none stands.

        Raises:
            WrongUse: they lead nowhere or in a circle.
        """
        return self if self.ref is None else self.library.end(self)

    def target(self) -> Node:
        """Where the reference leads in one step: the named component, even if it is a reference again."""
        return self if self.ref is None else self.library.target(self)

    def get(self, name: str) -> Node | None:
        """The member of the resolved mapping, itself not resolved; `None` where there is none, or no mapping."""
        if self.ref is None:  # asked most often of all, and mostly so
            return self.own(name)
        if name in OWN_WORDS and (own := self.own(name)):
            return own
        return self.library.end(self).own(name)

    def own(self, name: str) -> Node | None:
        """The member of this very mapping: beside a reference, not behind it."""
        value = self.value
        if isinstance(value, dict) and name in value:
            return Node(value[name], self.pointer + pointer_part(name), self.document, self.library)
        return None

    def at(self, *names: str) -> Node | None:
        """The member of a member of ...: `get` for each name in turn."""
        node: Node | None = self
        for name in names:
            node = node.get(name) if node is not None else None
        return node

    def items(self) -> Iterator[tuple[str, Node]]:
        """The members of the resolved mapping by name, not resolved; nothing where it is no mapping."""
        node = self.resolved()
        if isinstance(node.value, dict):
            for name, value in node.value.items():
                yield name, node._child(name, value)

    def each(self) -> Iterator[Node]:
        """The items of the resolved list, not resolved; nothing where it is no list."""
        node = self.resolved()
        if isinstance(node.value, list):
            for index, value in enumerate(node.value):
                yield node._child(index, value)

    def _child(self, name: str | int, value: Any) -> Node:
        return Node(value, self.pointer + pointer_part(name), self.document, self.library)


@lru_cache(maxsize=20_000)
def pointer_part(name: str | int) -> str:
    """One part of a pointer; most names come up again and again."""
    return to_pointer(name)


@dataclass(frozen=True)
class Specification:
    """An OpenAPI document of a source.

    `name`: the file's without its ending. `origin`: as the user named it. `dialect`: "3.0" or "3.1".
    """

    name: str
    origin: str
    dialect: str
    root: Node

    @property
    def info_version(self) -> str:
        found = self.root.at("info", "version")
        return "" if found is None else str(found.value)

    @cached_property
    def extensions(self) -> Mapping[str, Node]:
        """What stands at the top and begins with `x-`."""
        return {name: node for name, node in self.root.items() if name.startswith("x-")}

    def node(self, pointer: str) -> Node | None:
        """What stands at a JSON pointer of the specification's own file, as it is written; references lead on."""
        node: Node | None = self.root
        for part in pointer_parts(pointer):
            if node is None:
                return None
            node = _member(node.resolved(), part)
        return node


def _member(node: Node, part: str) -> Node | None:
    if isinstance(node.value, list):
        return next((each for index, each in enumerate(node.each()) if str(index) == part), None)
    return node.own(part)
