"""What a search for a value comes to, and what the solvers of the single types need of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from contract_tests.gate.schemas.terms.term import Term
from contract_tests.gate.schemas.terms.values import Frozen


@dataclass(frozen=True)
class Outcome:
    """`value`: one that was found. Without one, `reason` says why none could be; none of both: there is none at all."""

    value: Frozen | None = None
    reason: str = ""

    @property
    def is_empty(self) -> bool:
        return self.value is None and not self.reason


EMPTY = Outcome()
"""Proven: there is no such value."""

Case = Mapping[Term, bool]
"""Keywords about one type of values, and whether each is wanted or must not hold."""


class Finder(Protocol):
    """Looks for values of members and items. `assumptions`: how many answers so far were taken on trust."""

    assumptions: int

    def find(self, wanted: Iterable[Term], unwanted: Iterable[Term] = ()) -> Outcome:
        """A value that belongs to all that is wanted and to nothing that is not."""
