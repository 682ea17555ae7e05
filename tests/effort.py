"""How much is tried of what can't be tried in full: enough for every day, more where `EFFORT` says so."""

from __future__ import annotations

import os

EFFORT = int(os.environ.get("EFFORT", "1"))


def examples(count: int) -> int:
    """How many made up examples to try, where so many are enough for every day."""
    return count * EFFORT


def one_of(count: int) -> int:
    """Of how many alike to try one, where one of so many is enough for every day."""
    return max(1, count // EFFORT)
