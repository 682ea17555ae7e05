"""What differs between two contracts. Each module of `subjects` knows one subject, and is found by its being there."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from functools import lru_cache
from typing import Protocol, cast

from contract_tests.gate.comparing import subjects
from contract_tests.gate.comparing.found import Found
from contract_tests.gate.pairing import Pair


class Subject(Protocol):
    """What a module of `subjects` offers."""

    def changes(self, pair: Pair) -> Iterator[Found]:
        """What has changed in this subject, in the order of the old contract."""


@lru_cache(maxsize=1)
def all_subjects() -> dict[str, Subject]:
    """The subjects by their names."""
    names = sorted(each.name for each in pkgutil.iter_modules(subjects.__path__))
    return {name: cast("Subject", importlib.import_module(f"{subjects.__name__}.{name}")) for name in names}


def differences(pair: Pair) -> Iterator[Found]:
    """Whatever differs between the two contracts of a pair."""
    for subject in all_subjects().values():
        yield from subject.changes(pair)
