"""Numbers as JSON has them: those that others can read, too."""

from __future__ import annotations

import math

MAX_DIGITS = 4_300
"""Python reads no longer integers, as that takes long."""


def integer(text: str) -> int:
    """The integer. Raises `ValueError`, to be shown, where it has too many digits."""
    if len(text) > MAX_DIGITS:
        raise ValueError(f"has an integer of more than {MAX_DIGITS:,} digits")
    return int(text)


def real(text: str) -> float:
    """The number. Raises `ValueError`, to be shown, where a double can't hold it."""
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"has the number {text[:20]}, which is too large")
    return number
