"""Changes of single places of a text: everything else stays as it is written, comments, anchors and order included.

Each edit says twice what it does: to the text, as spans that are replaced, and to the data, so that the text that comes
out can be read again and compared.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import yaml

from contract_tests.gate.lint.yaml_tree import YamlTree
from openapi.documents import pointer_parts


@dataclass(frozen=True)
class Span:
    """A part of a text, and what comes to stand there."""

    start: int
    end: int
    new: str


class Edit(Protocol):
    """A change of a file."""

    def spans(self, tree: YamlTree) -> Sequence[Span]:
        """What of the text is replaced; nothing where it can't be done without a person."""

    def change(self, data: Any) -> None:
        """Change the data in the same way."""


@dataclass(frozen=True)
class InsertMember:
    """A new member of a mapping: behind the one called `after`, else the first."""

    pointer: str
    name: str
    value: str | bool
    after: str = ""

    def spans(self, tree: YamlTree) -> Sequence[Span]:
        node = tree.find(self.pointer)
        if not isinstance(node, yaml.MappingNode) or not node.value:
            return []
        written = _written(tree, self.name) + ": " + _written(tree, self.value)
        before = next((value for key, value in node.value if key.value == self.after), None)
        if self.after and not isinstance(before, yaml.ScalarNode):
            return []
        insert = _insert_in_flow if node.flow_style else _insert_in_block
        return [insert(tree, node, before, written)]

    def change(self, data: Any) -> None:
        _at(data, self.pointer)[self.name] = self.value


@dataclass(frozen=True)
class ReplaceScalar:
    """Another value in the place of one."""

    pointer: str
    value: str | bool

    def spans(self, tree: YamlTree) -> Sequence[Span]:
        node = tree.find(self.pointer)
        if not isinstance(node, yaml.ScalarNode):
            return []
        return [Span(node.start_mark.index, node.end_mark.index, _written(tree, self.value))]

    def change(self, data: Any) -> None:
        parent, _, _ = self.pointer.rpartition("/")
        _at(data, parent)[pointer_parts(self.pointer)[-1]] = self.value


@dataclass(frozen=True)
class RemoveItem:
    """One item less in a list of scalars."""

    pointer: str
    index: int

    def spans(self, tree: YamlTree) -> Sequence[Span]:
        node = tree.find(self.pointer)
        if not isinstance(node, yaml.SequenceNode) or self.index == 0:
            return []
        before, item = node.value[self.index - 1], node.value[self.index]
        if not isinstance(item, yaml.ScalarNode) or not isinstance(before, yaml.ScalarNode):
            return []
        end = item.end_mark.index
        if node.flow_style:
            between = tree.text[before.end_mark.index : item.start_mark.index]
            return [] if "#" in between else [Span(before.end_mark.index, end, "")]
        first, last = item.start_mark.line, _last_line(tree, item)
        has_comment = "#" in tree.text[end : _line_end(tree, last)]
        is_own_line = tree.text[tree.line_starts[first] : item.start_mark.index].strip() == "-"
        return [Span(_line_end(tree, first - 1), _line_end(tree, last), "")] if is_own_line and not has_comment else []

    def change(self, data: Any) -> None:
        del _at(data, self.pointer)[self.index]


@dataclass(frozen=True)
class Quote:
    """Quotes around a text that some readers take for something else. The data stays the same."""

    pointer: str
    is_key: bool

    def spans(self, tree: YamlTree) -> Sequence[Span]:
        node = tree.find_key(self.pointer) if self.is_key else tree.find(self.pointer)
        if not isinstance(node, yaml.ScalarNode) or node.style:
            return []
        return [Span(node.start_mark.index, node.end_mark.index, json.dumps(node.value, ensure_ascii=False))]

    def change(self, data: Any) -> None:
        """Only some readers see a difference."""


@dataclass(frozen=True)
class ReplaceText:
    """Another text at a place where no value stands."""

    start: int
    end: int
    new: str = ""

    def spans(self, tree: YamlTree) -> Sequence[Span]:
        return [Span(self.start, self.end, self.new)]

    def change(self, data: Any) -> None:
        """Blanks and line ends are no data."""


def edited(text: str, spans: Iterable[Span]) -> str:
    """The text with all spans replaced; they don't overlap."""
    pieces, at = [], 0
    for each in sorted(spans, key=lambda span: (span.start, span.end)):
        pieces += [text[at : each.start], each.new]
        at = each.end
    return "".join([*pieces, text[at:]])


def _written(tree: YamlTree, value: str | bool) -> str:
    """As the file writes it. Names and values of edits need no quotes in YAML."""
    return json.dumps(value) if tree.is_json or isinstance(value, bool) else value


def _insert_in_flow(tree: YamlTree, node: yaml.MappingNode, before: yaml.Node | None, written: str) -> Span:
    first = node.value[0][0].start_mark.index
    blank = tree.text[node.start_mark.index + 1 : first]
    blank = blank if not blank.strip() and "\n" in blank else " "
    if before is not None:
        return Span(before.end_mark.index, before.end_mark.index, f",{blank}{written}")
    return Span(first, first, f"{written},{blank}")


def _insert_in_block(tree: YamlTree, node: yaml.MappingNode, before: yaml.Node | None, written: str) -> Span:
    first = node.value[0][0].start_mark
    if before is not None:
        line = _last_line(tree, before)
    else:
        line = first.line - 1
        while line >= 0 and _is_comment(tree, line):
            line -= 1
    at = _line_end(tree, line)
    return Span(at, at, tree.line_break + " " * first.column + written)


def _is_comment(tree: YamlTree, line: int) -> bool:
    text = tree.text[tree.line_starts[line] : _line_end(tree, line)].strip()
    return not text or text.startswith("#")


def _last_line(tree: YamlTree, node: yaml.Node) -> int:
    """The line on which the text of a scalar ends; libyaml lets block scalars end at the beginning of the next."""
    end = node.end_mark
    return int(end.line) - 1 if end.column == 0 and end.line > node.start_mark.line else int(end.line)


def _line_end(tree: YamlTree, line: int) -> int:
    """Where a line (from 0) ends, before its line break."""
    starts = tree.line_starts
    end = starts[line + 1] - 1 if line + 1 < len(starts) else len(tree.text)
    return end - 1 if end > starts[line] and tree.text[end - 1] == "\r" else end


def _at(data: Any, pointer: str) -> Any:
    for part in pointer_parts(pointer):
        data = data[int(part)] if isinstance(data, list) else data[part]
    return data
