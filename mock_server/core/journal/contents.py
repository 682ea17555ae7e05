"""What is inside of a kept message: its JSON value, and values at JSON pointers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

from mock_server.core.journal.entry import Message
from openapi.redaction.bodies import FORM_TYPE


class Absent:
    """Stands for a value that isn't there; `None` is a value."""

    def __repr__(self) -> str:
        return "nothing"


ABSENT = Absent()


def media_type(message: Message) -> str:
    """The message's media type in lower case, without parameters."""
    return message.header("content-type").partition(";")[0].strip().lower()


def text_of(message: Message) -> str | None:
    """The body as text; `None` where it is none."""
    try:
        return message.body.decode("utf-8")
    except UnicodeDecodeError:
        return None


def value_of(message: Message) -> Any:
    """The body's JSON value, numbers with a fraction as `Decimal`; a form as an object of texts; else `ABSENT`."""
    text = text_of(message)
    if not text:
        return ABSENT
    if media_type(message) == FORM_TYPE:
        return dict(parse_qsl(text, keep_blank_values=True))
    return json_value(text)


def json_value(text: str, parse_float: Callable[[str], Any] = Decimal) -> Any:
    """The JSON value a text stands for, or `ABSENT`."""
    try:
        return json.loads(text, parse_float=parse_float, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        return ABSENT


def parts_of(pointer: str) -> list[str]:
    """The members a JSON pointer names (RFC 6901). Raises `ValueError` where it is none."""
    if pointer and not pointer.startswith("/"):
        raise ValueError(f"{pointer!r} is no JSON pointer: it begins with a slash, or is empty")
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def at(value: Any, pointer: str) -> Any:
    """What stands at a JSON pointer, or `ABSENT`."""
    for part in parts_of(pointer):
        if isinstance(value, dict):
            value = value.get(part, ABSENT)
        elif isinstance(value, list) and part.isdecimal() and int(part[:9]) < len(value):
            value = value[int(part[:9])]
        else:
            return ABSENT
    return value


def is_same(one: Any, other: Any) -> bool:
    """Whether two JSON values are the same; a boolean is no number, and 1 is 1.0."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, int | float | Decimal) and isinstance(other, int | float | Decimal):
        return _number(one) == _number(other)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(is_same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(is_same(value, other[name]) for name, value in one.items())
    return type(one) is type(other) and bool(one == other)


def misses(wanted: Any, given: Any, pointer: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Where a value falls short of a partial one: pointer, what was wanted, what is there.

    Objects may have more members than wanted; lists have the same length, and each element its counterpart.
    """
    if isinstance(wanted, dict) and isinstance(given, dict):
        for name, value in wanted.items():
            yield from misses(value, given.get(name, ABSENT), f"{pointer}/{escaped(name)}")
    elif isinstance(wanted, list) and isinstance(given, list) and len(wanted) == len(given):
        for place, (one, other) in enumerate(zip(wanted, given, strict=True)):
            yield from misses(one, other, f"{pointer}/{place}")
    elif not is_same(wanted, given):
        yield pointer, wanted, given


def escaped(name: str) -> str:
    """A member's name as part of a JSON pointer."""
    return name.replace("~", "~0").replace("/", "~1")


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")


def _number(value: float | Decimal) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(str(value))
