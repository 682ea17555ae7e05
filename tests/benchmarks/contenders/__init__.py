"""Who takes part: each in a file of its own, found because it is there."""

from __future__ import annotations

import importlib
import pkgutil

from tests.benchmarks.contenders.contender import Contender

NOT_ONE = "contender"


def contenders() -> list[Contender]:
    """All of them, the mock first."""
    found: list[Contender] = []
    for each in pkgutil.iter_modules(__path__):
        found.extend(getattr(importlib.import_module(f"{__name__}.{each.name}"), "CONTENDERS", ()))
    return sorted(found, key=lambda each: each.place)
