"""What the comparison of one pair of schemas finds, before it is known where in a value they stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from contract_tests.gate.schemas.comparison import NO, Verdict
from contract_tests.gate.schemas.terms.term import EVERYTHING, Term, Word, all_of, of_types, term
from contract_tests.gate.schemas.terms.values import ARRAY, OBJECT
from contract_tests.gate.specification import Node


class Weight(Enum):
    """What keeps a finding from being dropped where no value shows it."""

    VALUES = "it is about values: where the sets are equal it is nothing"
    WORDS = "it is about what is said, whatever values are allowed"


@dataclass(frozen=True)
class Finding:
    """`is_open`: it is about members that are not described, so all of those count, or about what no validator sees.

    `explains_all`: however else the sets differ, it is by this. `lost`: what values that are lost by it have in common;
    `gained`: those that are gained.
    """

    kind: str
    old: Node | None
    new: Node | None
    narrows: Verdict = NO
    widens: Verdict = NO
    facts: Mapping[str, Any] = field(default_factory=dict)
    weight: Weight = Weight.VALUES
    is_open: bool = False
    explains_all: bool = False
    lost: Term = EVERYTHING
    gained: Term = EVERYTHING


@dataclass(frozen=True)
class Step:
    """From a value to a part of it: a member of a name, one of any name (`None`), or an item (from an index on)."""

    name: str | None = None
    index: int | None = None
    is_item: bool = False

    def text(self, before: str) -> str:
        """The path with this step."""
        if self.is_item:
            return f"{before}[{'' if self.index is None else self.index}]"
        name = "*" if self.name is None else self.name
        return f"{before}.{name}" if before else name

    def around(self, inner: Term) -> Term:
        """The values whose part is one of `inner`."""
        if self.is_item:
            index = self.index or 0
            parts = [term(Word.MIN_ITEMS, index + 1), term(Word.ITEM, index, inner)]
            return all_of([of_types([ARRAY]), *parts])
        name = "name" if self.name is None else self.name
        return all_of([of_types([OBJECT]), term(Word.REQUIRED, name), term(Word.PROPERTY, name, inner)])


Path = tuple[Step, ...]


def path_text(path: Path) -> str:
    """A path as `customer.emails[].kind`."""
    text = ""
    for step in path:
        text = step.text(text)
    return text


def placed(path: Path, inner: Term) -> Term:
    """The values in which `inner` stands at a path."""
    for step in reversed(path):
        inner = step.around(inner)
    return inner


@dataclass(frozen=True)
class Pair:
    """Two schemas that say something of the same part of a value."""

    step: Step | None
    old: Node
    new: Node
