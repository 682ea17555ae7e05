"""The catalogue: the faults of all modules in `tests/faults/catalogue`, found because they are there."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Sequence
from functools import lru_cache

from tests.faults import catalogue
from tests.faults.fault import Fault


@lru_cache(maxsize=1)
def faults() -> Sequence[Fault]:
    """Every fault, module by module."""
    names = sorted(each.name for each in pkgutil.iter_modules(catalogue.__path__))
    modules = [importlib.import_module(f"{catalogue.__name__}.{name}") for name in names]
    return [fault for module in modules for fault in module.FAULTS]


def fault_named(name: str) -> Fault:
    """The fault of this name. Raises `KeyError` where there is none."""
    return {each.name: each for each in faults()}[name]
