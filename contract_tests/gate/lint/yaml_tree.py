"""The text of a YAML or JSON file with the place of every value in it, so that single places can be changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import yaml

from openapi.documents import pointer_parts, to_pointer

try:
    from yaml import CSafeLoader as _Loader
except ImportError:  # pragma: no cover - PyYAML was built without libyaml
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]

TEXT = "tag:yaml.org,2002:str"
_BLOCKS = ("|", ">")


@dataclass(frozen=True)
class Scalar:
    """A text, number or constant as it is written. `is_key`: it names the value at the pointer. `tag`: of YAML 1.1."""

    pointer: str
    node: yaml.ScalarNode
    is_key: bool

    @property
    def is_plain(self) -> bool:
        """Whether it stands without quotes."""
        return not self.node.style

    @property
    def tag(self) -> str:
        return str(self.node.tag)

    @property
    def line(self) -> int:
        return int(self.node.start_mark.line) + 1


class YamlTree:
    """`name`: of the file. Everything in it is found by its JSON pointer; what an alias or a merge brings stands at its
    anchor.
    """

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.text = text

    @property
    def is_json(self) -> bool:
        return self.name.lower().endswith(".json")

    @property
    def line_break(self) -> str:
        return "\r\n" if "\r\n" in self.text else "\n"

    @cached_property
    def root(self) -> yaml.Node:
        loader = _Loader(self.text)
        try:
            found = loader.get_single_node()
        finally:
            loader.dispose()
        assert found is not None, "the file was read before"
        return found

    @cached_property
    def line_starts(self) -> list[int]:
        """Where each line begins."""
        return [0, *(index + 1 for index, each in enumerate(self.text) if each == "\n")]

    def find(self, pointer: str) -> yaml.Node | None:
        """The node of a value; `None` where it is not written there."""
        node: yaml.Node | None = self.root
        for part in pointer_parts(pointer):
            node = _child(node, part)
        return node

    def find_key(self, pointer: str) -> yaml.ScalarNode | None:
        """The node of a value's name."""
        parent, _, _ = pointer.rpartition("/")
        node = self.find(parent)
        pairs = node.value if isinstance(node, yaml.MappingNode) else []
        name = pointer_parts(pointer)[-1]
        return next((key for key, _ in pairs if isinstance(key, yaml.ScalarNode) and key.value == name), None)

    @cached_property
    def scalars(self) -> Sequence[Scalar]:
        """All scalars, keys included, each where it is written."""
        return list(_scalars(self.root))

    @cached_property
    def block_lines(self) -> set[int]:
        """The lines (from 0) of texts in which blanks at the end count."""
        found: set[int] = set()
        for each in self.scalars:
            if each.node.style in _BLOCKS:
                found.update(range(each.node.start_mark.line + 1, each.node.end_mark.line + 1))
        return found


def _child(node: yaml.Node | None, part: str) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        return next(
            (value for key, value in node.value if isinstance(key, yaml.ScalarNode) and key.value == part), None
        )
    if isinstance(node, yaml.SequenceNode) and part.isdigit() and int(part) < len(node.value):
        found: yaml.Node = node.value[int(part)]
        return found
    return None


def _scalars(root: yaml.Node) -> Iterator[Scalar]:
    waiting = [("", root)]
    seen: set[int] = set()
    while waiting:
        pointer, node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        for key, step, child in _members(node):
            place = pointer + to_pointer(step)
            if key is not None:
                yield Scalar(place, key, is_key=True)
            if isinstance(child, yaml.ScalarNode):
                yield Scalar(place, child, is_key=False)
            else:
                waiting.append((place, child))


def _members(node: yaml.Node) -> Iterator[tuple[yaml.ScalarNode | None, Any, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        yield from ((key, key.value, value) for key, value in node.value if isinstance(key, yaml.ScalarNode))
    elif isinstance(node, yaml.SequenceNode):
        yield from ((None, index, value) for index, value in enumerate(node.value))
