"""The arrows of a state diagram: all actions that lead from one state to another are one arrow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from openapi.model import ABSENT, Lifecycle

Step = tuple[str, str, str]
"""Action, source and target; `absent` is where records come from and where deleted ones go."""


@dataclass(frozen=True)
class Action:
    """What makes a record take an arrow. `is_event`: no operation; the clock or the control API makes it happen."""

    name: str
    is_event: bool


@dataclass(frozen=True)
class Arrow:
    """From one state to another, or back to itself, with everything that leads this way. Without actions: unnamed."""

    source: str
    target: str
    actions: tuple[Action, ...]

    @property
    def is_loop(self) -> bool:
        return self.source == self.target != ABSENT

    def steps(self) -> list[Step]:
        """Each single way to take it."""
        return [(each.name, self.source, self.target) for each in self.actions]


def arrows(lifecycle: Lifecycle) -> list[Arrow]:
    """All arrows in the order of the file; an initial state that no action leads to has an unnamed one."""
    found: dict[tuple[str, str], dict[Action, None]] = {}
    for action, source, target in _taken(lifecycle):
        found.setdefault((source, target), {})[action] = None
    entered = {target for source, target in found if source == ABSENT}
    unnamed = [Arrow(ABSENT, state, ()) for state in lifecycle.initial if state not in entered]
    return [*unnamed, *(Arrow(source, target, tuple(actions)) for (source, target), actions in found.items())]


def steps(lifecycle: Lifecycle) -> list[Step]:
    """Every single step the table allows, in the order of the file, each once."""
    return [step for arrow in arrows(lifecycle) for step in arrow.steps()]


def _taken(lifecycle: Lifecycle) -> Iterator[tuple[Action, str, str]]:
    for each in lifecycle.transitions:
        for target in each.targets:
            yield Action(each.action, each.is_event), each.source, target
