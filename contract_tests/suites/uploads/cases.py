"""Cases and checks as tables, and how pytest is given them: each with its name and the rules it proves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import pytest

from contract_tests.uploads import Uploads


@dataclass(frozen=True)
class Case:
    """`body`: what is sent, a value or bytes as they are. `rule`: the one it is about."""

    name: str
    body: Any
    rule: str


@dataclass(frozen=True)
class Check:
    """`run`: raises `Broken` where one of the rules does not hold. `about`: the operations called for their sake."""

    name: str
    rules: Sequence[str]
    run: Callable[[Uploads], None]
    about: Sequence[str] = ()


class _Named(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def rule(self) -> str: ...


def of_rules(cases: Iterable[_Named]) -> list[Any]:
    """The cases with the rule each proves."""
    return [pytest.param(each, id=_id(each.name), marks=pytest.mark.proves(each.rule)) for each in cases]


def of_checks(checks: Iterable[Check]) -> list[Any]:
    return [
        pytest.param(each, id=_id(each.name), marks=[pytest.mark.proves(*each.rules), pytest.mark.about(*each.about)])
        for each in checks
    ]


def of_operations(operation_ids: Iterable[str]) -> list[Any]:
    return [pytest.param(each, marks=pytest.mark.about(each)) for each in operation_ids]


def _id(name: str) -> str:
    return name.replace(" ", "-").replace("::", "-")
