"""What a check is. Each module of `checks` has some, found because they are there."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from contract_tests.discovery import module_names
from contract_tests.gate.specification import Node

if TYPE_CHECKING:
    from contract_tests.gate.lint.editing import Edit
    from contract_tests.gate.lint.subject import Subject

PREFIX = "lint-"
CHECKS = "contract_tests.gate.lint.checks"


class Profile(StrEnum):
    """TOOLKIT: a contract with rules and lifecycles as data. GENERAL: any OpenAPI document, such as a vendor's."""

    TOOLKIT = "toolkit"
    GENERAL = "general"


class Weight(StrEnum):
    """How bad it is. ESSENTIAL: tools can't work with it. STRICT: an error in a contract of this kind, advice for
    everybody else. ADVICE: a warning. TOOLKIT: an error, and looked for in contracts of this kind alone.
    """

    ESSENTIAL = "essential"
    STRICT = "strict"
    ADVICE = "advice"
    TOOLKIT = "toolkit"


ERROR, WARNING = "error", "warning"
SEVERITIES: Mapping[Weight, Mapping[Profile, str]] = {
    Weight.ESSENTIAL: {Profile.TOOLKIT: ERROR, Profile.GENERAL: ERROR},
    Weight.STRICT: {Profile.TOOLKIT: ERROR, Profile.GENERAL: WARNING},
    Weight.ADVICE: {Profile.TOOLKIT: WARNING, Profile.GENERAL: WARNING},
    Weight.TOOLKIT: {Profile.TOOLKIT: ERROR},
}
"""The severity of what a check finds; a profile that is missing is not checked."""


@dataclass(frozen=True)
class Found:
    """`says`: one sentence about what is wrong. `edit`: what of the text would mend it, if that needs no thought.

    `line`: where it is, if that is not where the node is named.
    """

    node: Node
    says: str
    edit: Edit | None = None
    line: int = 0


Find = Callable[["Subject"], Iterable[Found]]


@dataclass(frozen=True)
class Check:
    """`demands`: what has to be so, as a sentence. `mend`: how to make it so. `fixes`: what `--fix` does, if it can."""

    id: str
    weight: Weight
    demands: str
    mend: str
    find: Find
    fixes: str = ""

    def severity(self, profile: Profile) -> str | None:
        """How bad what it finds is; `None` where the profile does not ask for it."""
        return SEVERITIES[self.weight].get(profile)


def check(name: str, weight: Weight, demands: str, mend: str, fixes: str = "") -> Callable[[Find], Check]:
    """Makes a check of a function. `name`: its id without the prefix."""
    return lambda find: Check(PREFIX + name, weight, demands, mend, find, fixes)


@lru_cache(maxsize=1)
def checks() -> Mapping[str, Check]:
    """All checks by their id, in the order of their modules."""
    return {each.id: each for each in _found()}


def _found() -> Iterator[Check]:
    for name in module_names(CHECKS):
        module = importlib.import_module(f"{CHECKS}.{name}")
        yield from (each for each in vars(module).values() if isinstance(each, Check))
