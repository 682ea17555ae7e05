"""Limits of rules by their meaning: whether another value lets more through or less."""

from __future__ import annotations

import re
from decimal import Decimal
from enum import Enum
from typing import Any


class Tendency(Enum):
    """LOOSER: whatever was within the limit still is. TIGHTER: something is not. UNKNOWN: the name doesn't tell."""

    LOOSER = "looser"
    TIGHTER = "tighter"
    UNKNOWN = "unknown"


_NAMES = (
    (re.compile(r"^(max|maximum|most|upTo|allowed|lifetime|skew|tolerance|kept|grace|window)(?![a-z])"), True),
    (re.compile(r"(Max|Maximum|Allowed|Lifetime)$"), True),
    (re.compile(r"^(min|minimum|least|atLeast|forbidden|denied|blocked)(?![a-z])"), False),
    (re.compile(r"(Min|Minimum|Forbidden)$"), False),
)
"""How limits are called of which more is looser (or, of the others, tighter)."""


def tendency(name: str, old: Any, new: Any) -> Tendency:
    """Which way a limit has moved; `None` is one that is not set."""
    grows_looser = next((looser for pattern, looser in _NAMES if pattern.search(name)), None)
    has_grown = _has_grown(old, new, is_unset_most=grows_looser is True)
    if grows_looser is None or has_grown is None:
        return Tendency.UNKNOWN
    return Tendency.LOOSER if has_grown == grows_looser else Tendency.TIGHTER


def _has_grown(old: Any, new: Any, *, is_unset_most: bool) -> bool | None:
    """Whether a value is more than another; `None` where they can't be compared, or each has what the other lacks."""
    if old is None or new is None:
        return (new is None) == is_unset_most
    if _is_number(old) and _is_number(new):
        return Decimal(str(new)) > Decimal(str(old))
    if isinstance(old, list) and isinstance(new, list):
        if all(each in new for each in old):
            return True
        return False if all(each in old for each in new) else None
    return None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
