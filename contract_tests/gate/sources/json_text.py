"""JSON as data: every name once, and the line of every member, found when somebody asks for one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NoReturn

from contract_tests.gate.sources.document import MAX_DEPTH, MAX_VALUES, Lines, TextDocument, wrong
from contract_tests.gate.sources.json_numbers import integer, real

_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"(?P<colon>\s*:)?|[{}\[\]\n]|[^\s"{}\[\],:]+')
_MAY_BE_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


def read_json(name: str, text: str) -> TextDocument:
    """The data of a JSON text (RFC 8259).

    Raises:
        WrongUse: with the line; not JSON, a name twice, nested too deep, too many values, or one others can't read.
    """
    try:
        data = _DECODER.decode(text)
        _require_bounds(data)
        _require_unicode(text, data)
    except json.JSONDecodeError as error:
        raise wrong(name, error.lineno, f"is not JSON: {error.msg}") from error
    except RecursionError as error:
        raise wrong(name, _line_of_depth(text), f"is nested deeper than {MAX_DEPTH} levels") from error
    except _Repeated as error:
        raise wrong(name, _line_of_repeated(text), str(error)) from error
    except ValueError as error:
        raise wrong(name, 1, str(error)) from error
    return TextDocument(name, data, lambda: _lines(text, data), text)


class _Repeated(ValueError):
    """A name stands twice in one object."""


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        names = [name for name, _ in pairs]
        name = next(name for index, name in enumerate(names) if name in names[:index])
        raise _Repeated(f"has the key {name!r} twice in one object")
    return members


def _no_constant(word: str) -> NoReturn:
    raise ValueError(f"has {word}, which is no value of JSON")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_members, parse_constant=_no_constant, parse_float=real, parse_int=integer
)


def _require_bounds(data: Any) -> None:
    """Raises `RecursionError` (as `json` does where it is much too deep) or `ValueError`."""
    level, depth, count = [data] if isinstance(data, dict | list) else [], 0, 1
    while level:
        children = [child for each in level for child in (each.values() if isinstance(each, dict) else each)]
        if children and depth >= MAX_DEPTH:
            raise RecursionError
        depth, count = depth + 1, count + len(children)
        level = [child for child in children if isinstance(child, dict | list)]
    if count > MAX_VALUES:
        raise ValueError(f"has more than {MAX_VALUES:,} values")


def _require_unicode(text: str, data: Any) -> None:
    """Half of a pair (`\\ud800`) can be neither printed nor sent."""
    if _MAY_BE_SURROGATE.search(text):
        try:
            json.dumps(data, ensure_ascii=False).encode()
        except UnicodeEncodeError as error:
            raise ValueError("has an escape \\ud... that is no character") from error


def _tokens(text: str) -> Iterator[tuple[str, bool, int]]:
    """Every token with the line it stands on, and whether it is a member's name; no commas, no colons."""
    line = 1
    for found in _TOKEN.finditer(text):
        if found[0] == "\n":
            line += 1
            continue
        colon = found["colon"]
        yield found[0], colon is not None, line
        if colon is not None:
            line += colon.count("\n")


def _lines(text: str, data: Any) -> Lines:
    lines: dict[int, dict[str, int]] = {}
    walked: list[Any] = []
    key: str | int = ""
    for word, is_name, line in _tokens(text):
        if word in "}]":
            walked.pop()
            continue
        container = walked[-1] if walked else None
        if is_name:
            key = _name(word)
        elif isinstance(container, list):
            key = len(lines[id(container)])
        if is_name or isinstance(container, list):
            lines[id(container)][str(key)] = line
        if word in "{[":
            value = data if container is None else container[key]
            lines[id(value)] = {}
            walked.append(value)
    return lines


def _name(word: str) -> str:
    quoted = word[: word.rindex('"') + 1]
    return str(json.loads(quoted)) if "\\" in quoted else quoted[1:-1]


def _line_of_repeated(text: str) -> int:
    open_names: list[set[str]] = []
    for word, is_name, line in _tokens(text):
        if word in "{[":
            open_names.append(set())
        elif word in "}]":
            open_names.pop()
        elif is_name:
            if (name := _name(word)) in open_names[-1]:
                return line
            open_names[-1].add(name)
    return 1


def _line_of_depth(text: str) -> int:
    depth = 0
    for word, _, line in _tokens(text):
        depth += (word in "{[") - (word in "}]")
        if depth > MAX_DEPTH:
            return line
    return 1
