"""YAML files as data that remembers on which line each value stands."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

try:
    from yaml import CSafeLoader as _FastLoader
except ImportError:  # pragma: no cover - PyYAML was built without libyaml
    from yaml import SafeLoader as _FastLoader  # type: ignore[assignment]

MAX_DEPTH = 100


class DocumentError(Exception):
    """A file that can't be read as a contract: which file, on which line, and why."""

    def __init__(self, file: Path, line: int, reason: str) -> None:
        super().__init__(f"{file}:{line}: {reason}")
        self.file = file
        self.line = line
        self.reason = reason


class _ContractLoader(_FastLoader):
    """Safe YAML with the scalars of JSON: `on` is a word and a date is a text, as in YAML 1.2's core schema."""


_ContractLoader.yaml_implicit_resolvers = {
    first: [
        (tag, pattern)
        for tag, pattern in resolvers
        if tag not in {"tag:yaml.org,2002:bool", "tag:yaml.org,2002:timestamp"}
    ]
    for first, resolvers in _FastLoader.yaml_implicit_resolvers.items()
}
_ContractLoader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))


class Document:
    """A YAML file's data, and the line of every JSON pointer in it."""

    def __init__(self, file: Path, data: Any, root: yaml.Node) -> None:
        self.file = file
        self.data = data
        self._root = root

    def line(self, pointer: str) -> int:
        """The line (from 1) where the value at a JSON pointer stands, or that of its nearest known ancestor."""
        node = self._root
        for part in pointer_parts(pointer):
            child = _child(node, part)
            if child is None:
                break
            node = child
        return int(node.start_mark.line) + 1

    def error(self, pointer: str, reason: str) -> DocumentError:
        """An error about the value at a JSON pointer."""
        return DocumentError(self.file, self.line(pointer), reason)


def read_document(file: Path) -> Document:
    """Read a YAML file.

    Raises:
        DocumentError: unreadable, not YAML, a key twice in one mapping, or nested deeper than any contract is.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise DocumentError(file, 1, f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise DocumentError(file, 1, "is not UTF-8 text") from error
    loader = _ContractLoader(text)
    try:
        root = loader.get_single_node()
        if root is None:
            raise DocumentError(file, 1, "is empty")
        _refuse_ambiguity(file, root)
        return Document(file, loader.construct_document(root), root)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise DocumentError(file, line, f"is not YAML: {error.problem}") from error
    except (yaml.YAMLError, ValueError) as error:
        raise DocumentError(file, 1, f"is not YAML: {error}".splitlines()[0]) from error
    finally:
        loader.dispose()


def pointer_parts(pointer: str) -> list[str]:
    """The unescaped parts of a JSON pointer (RFC 6901)."""
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def to_pointer(*parts: str | int) -> str:
    """The JSON pointer (RFC 6901) made of these parts."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def _refuse_ambiguity(file: Path, root: yaml.Node) -> None:
    """Each node is looked at once, however many aliases lead to it: aliases of aliases multiply."""
    looked_at: set[int] = set()
    waiting = [(root, 0)]
    while waiting:
        node, depth = waiting.pop()
        if id(node) in looked_at:
            continue
        looked_at.add(id(node))
        line = node.start_mark.line + 1
        if depth > MAX_DEPTH:
            raise DocumentError(file, line, f"is nested deeper than {MAX_DEPTH} levels")
        if isinstance(node, yaml.MappingNode):
            _refuse_repeated_keys(file, node)
        waiting.extend((child, depth + 1) for child in _children(node))
    _refuse_loops(file, root, ancestors=set(), done=set())


def _refuse_repeated_keys(file: Path, node: yaml.MappingNode) -> None:
    seen: set[str] = set()
    for key, _ in node.value:
        if str(key.value) in seen:
            raise DocumentError(file, key.start_mark.line + 1, f"has the key {key.value!r} twice in one mapping")
        seen.add(str(key.value))


def _refuse_loops(file: Path, node: yaml.Node, ancestors: set[int], done: set[int]) -> None:
    if id(node) in ancestors:
        raise DocumentError(file, node.start_mark.line + 1, "has an alias that leads to itself")
    if id(node) not in done:
        for child in _children(node):
            _refuse_loops(file, child, ancestors | {id(node)}, done)
        done.add(id(node))


def _children(node: yaml.Node) -> list[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        return [value for _, value in node.value]
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def _child(node: yaml.Node, part: str) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if str(key.value) == part), None)
    if isinstance(node, yaml.SequenceNode) and part.isdigit() and int(part) < len(node.value):
        child: yaml.Node = node.value[int(part)]
        return child
    return None
