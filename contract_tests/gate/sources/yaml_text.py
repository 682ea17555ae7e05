"""YAML as data: the types of JSON, every name once, and aliases that end.

Built from libyaml's events: PyYAML's composer, which asks for the type of every value in Python, takes three times
as long. The reader of our own contracts (`openapi.plain_yaml`) shares nothing but that: it remembers no lines, counts
nothing, and leaves aliases, tags and all that is wrong to PyYAML, so that a server starts sooner.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import yaml

from contract_tests.errors import WrongUse
from contract_tests.gate.sources.document import MAX_DEPTH, MAX_VALUES, TextDocument, wrong
from contract_tests.gate.sources.yaml_scalars import plain_value

try:
    from yaml import CSafeLoader as _Parser
except ImportError:  # pragma: no cover - PyYAML was built without libyaml
    from yaml import SafeLoader as _Parser  # type: ignore[assignment]

MERGE = "<<"
_TAGS = "tag:yaml.org,2002:"
_RARE = "\x85\u2028\u2029"
_RARE_BREAK = re.compile(f"[{_RARE}]")
_BREAK = re.compile(f"\r\n|[\r\n{_RARE}]")


def read_yaml(name: str, text: str) -> TextDocument:
    """The data of a YAML text; keys are texts, as in JSON.

    Raises:
        WrongUse: with the line; not YAML, empty, a key twice, an alias that leads to itself, too deep, too many values
            once aliases are followed, or something JSON has no word for.
    """
    try:
        return _Reading(name, text).document()
    except yaml.MarkedYAMLError as error:
        line = _Lines(text)(error.problem_mark) if error.problem_mark else 1
        raise wrong(name, line, f"is not YAML: {error.problem}") from error
    except yaml.reader.ReaderError as error:
        line = text.encode()[: error.position].count(b"\n") + 1  # libyaml counts bytes
        raise wrong(name, line, f"is not YAML: {error.reason}") from error


class _Lines:
    """The line (from 1) of a mark: libyaml begins new ones at breaks that no editor counts (NEL, LS, PS)."""

    def __init__(self, text: str) -> None:
        self._numbers = _numbers(text) if _RARE_BREAK.search(text) else None

    def __call__(self, mark: Any) -> int:
        line = int(mark.line)
        if self._numbers is None:
            return line + 1
        return self._numbers[min(line, len(self._numbers) - 1)]  # an error may be behind the end


def _numbers(text: str) -> list[int]:
    numbers = [1]
    for found in _BREAK.findall(text):
        numbers.append(numbers[-1] + (found not in _RARE))
    return numbers


class _Begun:
    """Stands for a value whose anchor has been read and whose end has not."""


_BEGUN = _Begun()


class _Reading:
    """One walk over the events of a text."""

    def __init__(self, name: str, text: str) -> None:
        self._name = name
        self._text = text
        self._line = _Lines(text)
        self._next: Callable[[], Any] = _Parser(text).get_event
        self._anchors: dict[str, Any] = {}
        self._lines: dict[int, dict[str, int]] = {}
        self._sizes: dict[int, tuple[int, int]] = {}
        """Of what has an anchor: how many values are in it, and how many levels."""
        self._count = 0
        self._deepest = 0
        self._build: Mapping[type, Callable[[Any, int], Any]] = {
            yaml.ScalarEvent: self._scalar,
            yaml.MappingStartEvent: self._mapping,
            yaml.SequenceStartEvent: self._sequence,
            yaml.AliasEvent: self._alias,
        }

    def document(self) -> TextDocument:
        self._next()  # the stream begins
        if isinstance(self._next(), yaml.StreamEndEvent):
            raise wrong(self._name, 1, "is empty")
        data = self._value(self._next(), 0)
        self._next()  # the document ends
        after = self._next()
        if not isinstance(after, yaml.StreamEndEvent):
            raise self._error(after, "has a second document; only one is read")
        lines = self._lines
        return TextDocument(self._name, data, lambda: lines, self._text)

    def _value(self, event: Any, depth: int) -> Any:
        self._grow(event, 1, depth)
        return self._build[type(event)](event, depth)

    def _grow(self, event: Any, values: int, depth: int) -> None:
        """Take note of more values, and of how deep they are."""
        self._count += values
        self._deepest = max(self._deepest, depth)
        if self._count > MAX_VALUES:
            raise self._error(event, f"has more than {MAX_VALUES:,} values, with those that aliases stand for")
        if depth > MAX_DEPTH:
            raise self._error(event, f"is nested deeper than {MAX_DEPTH} levels")

    def _scalar(self, event: Any, depth: int) -> Any:
        value = self._plain(event) if event.implicit[0] else self._tagged(event)
        if event.anchor is not None:
            self._anchors[event.anchor] = value
        return value

    def _mapping(self, event: Any, depth: int) -> dict[str, Any]:
        self._require_tag(event, "map")
        before = self._begin(event, depth)
        values: dict[str, Any] = {}
        lines: dict[str, int] = {}
        merged: list[Any] = []
        while not isinstance(event_of_key := self._next(), yaml.MappingEndEvent):
            key, is_merge = self._key(event_of_key)
            if key in lines:
                raise self._error(event_of_key, f"has the key {key!r} twice in one mapping")
            lines[key] = self._line(event_of_key.start_mark)
            value = self._value(self._next(), depth + 1)
            if is_merge:
                merged += self._to_merge(event_of_key, value)
            else:
                values[key] = value
        if merged:
            values, lines = self._merge(values, lines, merged)
        self._end(event, values, lines, depth, before)
        return values

    def _sequence(self, event: Any, depth: int) -> list[Any]:
        self._require_tag(event, "seq")
        before = self._begin(event, depth)
        values: list[Any] = []
        lines: dict[str, int] = {}
        while not isinstance(event_of_item := self._next(), yaml.SequenceEndEvent):
            lines[str(len(values))] = self._line(event_of_item.start_mark)
            values.append(self._value(event_of_item, depth + 1))
        self._end(event, values, lines, depth, before)
        return values

    def _alias(self, event: Any, depth: int) -> Any:
        if event.anchor not in self._anchors:
            raise self._error(event, f"has the alias *{event.anchor}, but nothing before it has that anchor")
        value = self._anchors[event.anchor]
        if value is _BEGUN:
            raise self._error(event, f"has the alias *{event.anchor} that leads to itself")
        values, levels = self._sizes.get(id(value), (0, 0))
        self._grow(event, values, depth + levels)
        return value

    def _begin(self, event: Any, depth: int) -> tuple[int, int]:
        """How many values there were before, and how deep they were."""
        if event.anchor is not None:
            self._anchors[event.anchor] = _BEGUN
        before = (self._count, self._deepest)
        self._deepest = depth
        return before

    def _end(self, event: Any, made: Any, lines: dict[str, int], depth: int, before: tuple[int, int]) -> None:
        count, deepest = before
        self._lines[id(made)] = lines
        if event.anchor is not None:
            self._anchors[event.anchor] = made
            self._sizes[id(made)] = (self._count - count, self._deepest - depth)
        self._deepest = max(self._deepest, deepest)

    def _key(self, event: Any) -> tuple[str, bool]:
        """A key as it is written, and whether it says that mappings are merged."""
        if isinstance(event, yaml.AliasEvent) and isinstance(found := self._anchors.get(event.anchor or ""), str):
            return found, False
        if not isinstance(event, yaml.ScalarEvent):
            raise self._error(event, "has a key that is no text")
        if event.anchor is not None:
            self._anchors[event.anchor] = event.value
        return event.value, event.value == MERGE and event.implicit[0]

    def _to_merge(self, event: Any, value: Any) -> list[dict[str, Any]]:
        found = value if isinstance(value, list) else [value]
        if not all(isinstance(each, dict) for each in found):
            raise self._error(event, "merges something that is no mapping")
        return found

    def _merge(
        self, values: dict[str, Any], lines: dict[str, int], merged: list[dict[str, Any]]
    ) -> tuple[dict[str, Any], dict[str, int]]:
        """Own members win, then the first that has one; a merged member stands where it was written."""
        all_values: dict[str, Any] = {}
        all_lines: dict[str, int] = {}
        for each in reversed(merged):
            all_values |= each
            all_lines |= self._lines[id(each)]
        return all_values | values, all_lines | lines

    def _plain(self, event: Any) -> Any:
        try:
            return plain_value(event.value)
        except ValueError as error:
            raise self._error(event, str(error)) from None

    def _tagged(self, event: Any) -> Any:
        """A quoted text, or a value whose tag says what it is."""
        if event.tag in {None, "!", _TAGS + "str"}:
            return event.value
        value = self._plain(event)
        if type(value) not in _SCALAR_TAGS.get(event.tag, ()):
            raise self._error(event, f"has the tag {_shown(event.tag)}, which is no value of JSON here")
        return value

    def _require_tag(self, event: Any, kind: str) -> None:
        if event.tag not in {None, "!", _TAGS + kind}:
            raise self._error(event, f"has the tag {_shown(event.tag)}, which is no value of JSON here")

    def _error(self, event: Any, reason: str) -> WrongUse:
        return wrong(self._name, self._line(event.start_mark), reason)


_SCALAR_TAGS: Mapping[str, tuple[type, ...]] = {
    _TAGS + "int": (int,),
    _TAGS + "float": (float, int),
    _TAGS + "bool": (bool,),
    _TAGS + "null": (type(None),),
}


def _shown(tag: str) -> str:
    return tag.replace(_TAGS, "!!")
