"""JSON with exact decimals, both ways."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any


def dumps(value: Any) -> str:
    """The value as JSON text; a `Decimal` as the shortest number that reads back as the same (15 digits are exact)."""
    return json.dumps(value, ensure_ascii=False, default=_number)


def loads(content: bytes) -> Any:
    """The value of a JSON text; numbers with a fraction as `Decimal`."""
    return json.loads(content, parse_float=Decimal)


def _number(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")
