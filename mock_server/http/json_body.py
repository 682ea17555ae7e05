"""JSON as strictly as RFC 8259 allows to be: what two parsers could read differently is refused."""

from __future__ import annotations

import json
import math
from decimal import Decimal
from typing import Any

MAX_NUMBER_LENGTH = 400
"""Longer than any double written out in full; Python would spend quadratic time on much longer ones."""


class MalformedJson(Exception):
    """The bytes are not one unambiguous JSON value; the message says why, without repeating the bytes."""


def parse(content: bytes) -> Any:
    """Return the value; numbers with a fraction or exponent as `Decimal`, so that no amount is ever a binary float.

    Raises:
        MalformedJson: not UTF-8, not JSON, a member twice in one object, NaN or Infinity, a number no double can
            hold, a lone surrogate, or nesting no parser should follow.
    """
    try:
        text = content.decode("utf-8")
        value = _DECODER.decode(text)
        if "\\u" in text:
            # Only an escape can smuggle in half a surrogate pair; nothing that holds one can be written as UTF-8.
            json.dumps(value, ensure_ascii=False, default=str).encode("utf-8")
        return value
    except UnicodeDecodeError as error:
        raise MalformedJson(f"not UTF-8 at byte {error.start}") from error
    except UnicodeEncodeError as error:
        raise MalformedJson("a text holds half of a surrogate pair") from error
    except json.JSONDecodeError as error:
        raise MalformedJson(f"{error.msg} at line {error.lineno}, column {error.colno}") from error
    except RecursionError as error:
        raise MalformedJson("nested too deeply") from error


def _no_constant(name: str) -> Any:
    raise MalformedJson(f"{name} is not a JSON number")


def _integer(digits: str) -> int:
    if len(digits) > MAX_NUMBER_LENGTH or not math.isfinite(float(digits)):
        raise MalformedJson(f"a number of {len(digits)} characters is out of range")
    return int(digits)


def _fraction(digits: str) -> Decimal:
    if len(digits) > MAX_NUMBER_LENGTH or not math.isfinite(float(digits)):
        raise MalformedJson(f"a number of {len(digits)} characters is out of range")
    return Decimal(digits)


def _unambiguous(members: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(members)
    if len(found) != len(members):
        raise MalformedJson("an object has the same member twice")
    return found


_DECODER = json.JSONDecoder(
    parse_float=_fraction,
    parse_int=_integer,
    parse_constant=_no_constant,
    object_pairs_hook=_unambiguous,
)
