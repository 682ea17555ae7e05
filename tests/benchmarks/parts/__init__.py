"""The parts of a benchmark: each in a file of its own, found because it is there. One has `SAYS` and `run(lab)`."""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType


def parts() -> dict[str, ModuleType]:
    """All of them by name."""
    names = sorted(each.name for each in pkgutil.iter_modules(__path__))
    return {name: importlib.import_module(f"{__name__}.{name}") for name in names}
