"""Modules that are found because they are there."""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType

from contract_tests.errors import WrongUse


def module_names(package: str) -> list[str]:
    """The names of the modules of a package, in order."""
    return sorted(each.name for each in pkgutil.iter_modules(importlib.import_module(package).__path__))


def module_named(package: str, name: str, noun: str) -> ModuleType:
    """A module of a package. Raises `WrongUse` where there is none of that name; `noun`: what a person calls it."""
    known = module_names(package)
    if name not in known:
        raise WrongUse(f"no {noun} is called {name!r}; possible: {', '.join(known)}")
    return importlib.import_module(f"{package}.{name}")
