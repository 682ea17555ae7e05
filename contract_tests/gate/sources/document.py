"""A file of a source as data, with the line of every member."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from contract_tests.errors import WrongUse
from contract_tests.gate.change import Place
from openapi.documents import MAX_DEPTH, pointer_parts

__all__ = ["MAX_BYTES", "MAX_DEPTH", "MAX_VALUES", "Lines", "TextDocument", "WrongDocument", "in_one_line", "wrong"]

MAX_BYTES = 50_000_000
IDENTIFIERS = ("$id", "$anchor", "$dynamicAnchor")
MAX_VALUES = 2_000_000
"""So many values a file may have once its aliases are followed."""

Lines = Mapping[int, Mapping[str, int]]
"""By the identity of a mapping or list: the lines (from 1) on which its members are named."""


class WrongDocument(WrongUse):
    """A file that can't be compared. `place`: why it can't stands there."""

    def __init__(self, place: Place, reason: str) -> None:
        super().__init__(in_one_line(f"{place}: {reason}"))
        self.place = place
        self.reason = in_one_line(reason)


def in_one_line(text: str) -> str:
    """A text without what would end a line or steer a terminal: names in files are anybody's."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)


def wrong(name: str, line: int, reason: str) -> WrongDocument:
    """An error at a line of a file."""
    return WrongDocument(Place(name, "", line), reason)


class TextDocument:
    """A file that was read. `find_lines` is called when somebody asks for a line for the first time.

    `text`: what was read, without a byte order mark.
    """

    def __init__(self, name: str, data: Any, find_lines: Callable[[], Lines], text: str) -> None:
        self.name = name
        self.data = data
        self.text = text
        self._find_lines = find_lines

    def __repr__(self) -> str:
        return f"TextDocument({self.name!r})"

    def line(self, pointer: str) -> int:
        """The line (from 1) on which the member at a JSON pointer is named, or that of its nearest known ancestor."""
        value, line = self.data, 1
        for part in pointer_parts(pointer):
            lines = self._lines.get(id(value), {}) if isinstance(value, dict | list) else {}
            if part not in lines:
                break
            line = lines[part]
            value = value[int(part)] if isinstance(value, list) else value[part]
        return line

    @property
    def has_identifiers(self) -> bool:
        """Whether the text has the words by which schemas of 3.1 can be found (`$id`, `$anchor`)."""
        return any(word in self.text for word in IDENTIFIERS)

    @cached_property
    def _lines(self) -> Lines:
        return self._find_lines()
