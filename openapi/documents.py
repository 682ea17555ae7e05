"""YAML files as data that remembers on which line each value stands."""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from openapi.plain_yaml import NotPlain, plain_data

try:
    from yaml import CSafeLoader as _FastLoader
except ImportError:  # pragma: no cover - PyYAML was built without libyaml
    from yaml import SafeLoader as _FastLoader  # type: ignore[assignment]

MAX_DEPTH = 100
_STRING, _MAPPING, _SEQUENCE = (f"tag:yaml.org,2002:{name}" for name in ("str", "map", "seq"))


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
    """A YAML file's data, and the line of every JSON pointer in it: looked for when somebody asks, for few do."""

    def __init__(self, file: Path, text: str, data: Any) -> None:
        self.file = file
        self.data = data
        self._text = text

    @cached_property
    def _root(self) -> yaml.Node:
        loader = _ContractLoader(self._text)
        try:
            root = loader.get_single_node()
            assert root is not None, "there is data, so there is something in the text"
            return root
        finally:
            loader.dispose()

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
    text = read_file(file)
    return Document(file, text, read_text(file, text))


def read_file(file: Path) -> str:
    """The text of a file.

    Raises:
        DocumentError: unreadable, or no UTF-8.
    """
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise DocumentError(file, 1, f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise DocumentError(file, 1, "is not UTF-8 text") from error


def read_text(file: Path, text: str) -> Any:
    """The data of a YAML text. `file`: where it stands, for errors.

    Raises:
        DocumentError: as `read_document`.
    """
    try:
        return plain_data(text, _ContractLoader, MAX_DEPTH)
    except NotPlain:  # something rare, or something wrong: the whole of YAML, and the line of what is wrong
        return _read_nodes(file, text)


def _read_nodes(file: Path, text: str) -> Any:
    loader = _ContractLoader(text)
    try:
        root = loader.get_single_node()
        if root is None:
            raise DocumentError(file, 1, "is empty")
        return _Builder(file, loader).value(root)
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


class _Builder:
    """Makes data of nodes in one walk; a node that several aliases lead to is made once, as aliases multiply."""

    def __init__(self, file: Path, loader: _ContractLoader) -> None:
        self._file = file
        self._loader = loader
        self._made: dict[yaml.Node, Any] = {}
        self._begun: set[yaml.Node] = set()

    def value(self, node: yaml.Node, depth: int = 0) -> Any:
        """The value of a node.

        Raises:
            DocumentError: a key twice in one mapping, an alias that leads to itself, or nested too deep.
            yaml.MarkedYAMLError: a tag that stands for no plain value.
        """
        if depth > MAX_DEPTH:
            raise self._error(node, f"is nested deeper than {MAX_DEPTH} levels")
        if isinstance(node, yaml.ScalarNode):
            return node.value if node.tag == _STRING else self._loader.construct_object(node)
        if node in self._made:
            return self._made[node]
        if node in self._begun:
            raise self._error(node, "has an alias that leads to itself")
        self._begun.add(node)
        made = self._mapping(node, depth) if isinstance(node, yaml.MappingNode) else self._sequence(node, depth)
        self._made[node] = made
        return made

    def _mapping(self, node: yaml.MappingNode, depth: int) -> Any:
        values = {str(key.value): self.value(child, depth + 1) for key, child in node.value}
        if len(values) < len(node.value):
            raise self._repeated_key(node)
        if node.tag == _MAPPING and all(key.tag == _STRING and key.id == "scalar" for key, _ in node.value):
            return values
        return self._loader.construct_object(node, deep=True)  # merged mappings, sets, numbers as keys

    def _sequence(self, node: yaml.Node, depth: int) -> Any:
        values = [self.value(child, depth + 1) for child in node.value]
        return values if node.tag == _SEQUENCE else self._loader.construct_object(node, deep=True)

    def _repeated_key(self, node: yaml.MappingNode) -> DocumentError:
        keys = [str(key.value) for key, _ in node.value]
        key = next(key for index, (key, _) in enumerate(node.value) if keys[index] in keys[:index])
        return self._error(key, f"has the key {key.value!r} twice in one mapping")

    def _error(self, node: yaml.Node, reason: str) -> DocumentError:
        return DocumentError(self._file, node.start_mark.line + 1, reason)


def _child(node: yaml.Node, part: str) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if str(key.value) == part), None)
    if isinstance(node, yaml.SequenceNode) and part.isdigit() and int(part) < len(node.value):
        child: yaml.Node = node.value[int(part)]
        return child
    return None
