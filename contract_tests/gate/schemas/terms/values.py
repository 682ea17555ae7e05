"""JSON values that can be compared and put into sets: 1 equals 1.0, but not true; members have no order."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Final

NULL: Final = "null"
BOOLEAN: Final = "boolean"
NUMBER: Final = "number"
STRING: Final = "string"
ARRAY: Final = "array"
OBJECT: Final = "object"
TYPES: tuple[str, ...] = (STRING, NUMBER, BOOLEAN, OBJECT, ARRAY, NULL)
"""The types of JSON values; an integer is a number. Those first that read best as examples."""

Frozen = tuple[str, Any]
"""A value with its type; arrays hold a tuple of such, objects a tuple of names and such, in the order of names."""

_PYTHON: Mapping[type, str] = {type(None): NULL, bool: BOOLEAN, int: NUMBER, float: NUMBER, str: STRING}


class NoJson(ValueError):
    """A value that JSON does not have."""


def exact(number: Any) -> Fraction | None:
    """A number as it was written: 0.1 is a tenth. `None` for what is no number."""
    if isinstance(number, bool) or not isinstance(number, int | float) or not math.isfinite(number):
        return None
    return Fraction(number) if isinstance(number, int) else Fraction(repr(number))


def frozen(value: Any) -> Frozen:
    """The value, to be compared.

    Raises:
        NoJson: there is no such JSON.
    """
    if isinstance(value, dict):
        return OBJECT, tuple((name, frozen(value[name])) for name in sorted(value, key=_name))
    if isinstance(value, list | tuple):
        return ARRAY, tuple(map(frozen, value))
    if type(value) not in _PYTHON:
        raise NoJson(f"no JSON: {type(value).__name__}")
    kind = _PYTHON[type(value)]
    number = exact(value) if kind == NUMBER else value
    if kind == NUMBER and number is None:
        raise NoJson(f"no JSON: {value}")
    return kind, number


def _name(name: Any) -> str:
    if not isinstance(name, str):
        raise NoJson(f"no name of a member: {name!r}")
    return name


def thawed(value: Frozen) -> Any:
    """The value as plain JSON."""
    kind, content = value
    if kind == OBJECT:
        return {name: thawed(each) for name, each in content}
    if kind == ARRAY:
        return [thawed(each) for each in content]
    if kind == NUMBER:
        return content.numerator if content.denominator == 1 else float(content)
    return content
