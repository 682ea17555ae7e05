"""Two sources' schemas in one direction: which values were allowed and are not any more, and the other way round.

What is compared is what may be *sent* by those who follow one side (only what is described, see `terms.closing`) with
what the other side takes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from contract_tests.gate.change import Direction
from contract_tests.gate.schemas.confirming import Refused, objection
from contract_tests.gate.schemas.dialect import Dialect, dialect, json_schema
from contract_tests.gate.schemas.guessing import guessed
from contract_tests.gate.schemas.inclusion import deep_recursion, shown
from contract_tests.gate.schemas.schema_change import Example
from contract_tests.gate.schemas.solving.outcome import Outcome
from contract_tests.gate.schemas.solving.search import Search
from contract_tests.gate.schemas.terms.reading import Reader
from contract_tests.gate.schemas.terms.term import EVERYTHING, Term, all_of
from contract_tests.gate.schemas.terms.values import thawed
from contract_tests.gate.specification import Node

LONGEST_EXAMPLE = 100_000
"""A value of more characters is shown to nobody."""

MOST_GUESSES = 20
"""For so many pairs of schemas values are made by chance; it takes up to a second each."""


@dataclass(frozen=True)
class Verdict:
    """`harms`: whether there are such values; `None` if it was not decided, for a reason."""

    harms: bool | None
    reason: str = ""


NO = Verdict(False)


def verdict(outcome: Outcome) -> Verdict:
    """What a search for values means that must not be there."""
    if outcome.is_empty:
        return NO
    return Verdict(True) if outcome.value is not None else Verdict(None, outcome.reason)


@dataclass
class Side:
    """The schemas of one side as terms. `sent`: of those who follow it; `taken`: as it is written."""

    dialect: Dialect
    _sent: dict[Node, Term] = field(default_factory=dict)
    _taken: dict[Node, Term] = field(default_factory=dict)

    def sent(self, node: Node) -> Term:
        return self._read(node, self._sent, self.dialect.closed)

    def taken(self, node: Node) -> Term:
        return self._read(node, self._taken, self.dialect.plain)

    def _read(self, node: Node, known: dict[Node, Term], reader: Reader) -> Term:
        if node not in known:
            known[node] = reader.member(self.dialect.schema(node))
        return known[node]


def _shown(value: Any, allowing: Any, refusing: Any) -> bool:
    try:
        return shown(value, allowing, refusing) is not None
    except Refused:
        return False


@dataclass
class Comparison:
    """Compares schemas of an old and a new source; each pair once."""

    old: Side
    new: Side
    search: Search = field(default_factory=Search)
    guesses_left: int = MOST_GUESSES

    def narrows(self, old: Node, new: Node) -> Verdict:
        """Whether something sent by the old schema is not taken by the new."""
        return self.ask([self.old.sent(old)], [self.new.taken(new)])

    def widens(self, old: Node, new: Node) -> Verdict:
        """Whether something sent by the new schema was not taken by the old."""
        return self.ask([self.new.sent(new)], [self.old.taken(old)])

    def guess(self, old: Node, new: Node, verdict: Verdict, *, is_lost: bool) -> Verdict:
        """The verdict; where nothing was decided, values made by chance may show it."""
        if verdict.harms is not None or self.guesses_left <= 0:
            return verdict
        self.guesses_left -= 1
        (mine, my), (other, others) = ((self.old, old), (self.new, new))[:: 1 if is_lost else -1]
        schemas = mine.dialect.whole(my), other.dialect.whole(others)
        is_shown = any(_shown(value, *schemas) for value in guessed(schemas[0]))
        return Verdict(True) if is_shown else verdict

    def is_same(self, old: Node, new: Node) -> bool:
        """Whether the two are seen at once to be the same set."""
        return self.old.taken(old) is self.new.taken(new)

    def ask(self, wanted: Iterable[Term], unwanted: Iterable[Term] = ()) -> Verdict:
        """Whether there are values that belong to all that is wanted and to nothing that is not."""
        return verdict(self.find(wanted, unwanted))

    def find(self, wanted: Iterable[Term], unwanted: Iterable[Term] = ()) -> Outcome:
        """Such a value."""
        with deep_recursion():
            try:
                return self.search.start(wanted, unwanted)
            except RecursionError:
                return Outcome(reason="the schemas are nested too deeply")


@lru_cache(maxsize=24)
def comparison(old: Hashable, new: Hashable, direction: Direction) -> Comparison:
    """The comparison of two sources, as far as it has come."""
    return Comparison(Side(dialect(old, direction)), Side(dialect(new, direction)))


@dataclass(frozen=True)
class Shower:
    """Makes examples of whole values: allowed by one schema, refused by another."""

    comparison: Comparison
    old: Node
    new: Node
    direction: Direction

    def lost(self, placed: Callable[[Term], Term], focus: Term) -> Example | None:
        """A value of the old schema that the new refuses; if possible, one of those of `focus`."""
        return self._shown(self.comparison.old, self.old, self.comparison.new, self.new, placed(focus))

    def gained(self, placed: Callable[[Term], Term], focus: Term) -> Example | None:
        """A value of the new schema that the old refuses."""
        return self._shown(self.comparison.new, self.new, self.comparison.old, self.old, placed(focus))

    def _shown(self, mine: Side, my: Node, other: Side, others: Node, focus: Term) -> Example | None:
        for sent, wanted in ((mine.sent(my), focus), (mine.taken(my), focus), (mine.sent(my), EVERYTHING)):
            value = self.comparison.find([all_of([sent, wanted])], [other.taken(others)]).value
            example = None if value is None else self._confirmed(thawed(value), my, others)
            if example is not None:
                return example
        return self._guessed(my, others)

    def _guessed(self, my: Node, others: Node) -> Example | None:
        if self.comparison.guesses_left <= 0:
            return None
        self.comparison.guesses_left -= 1
        values = guessed(json_schema(my, self.direction))
        return next((found for value in values if (found := self._confirmed(value, my, others))), None)

    def _confirmed(self, value: Any, my: Node, others: Node) -> Example | None:
        if len(json.dumps(value)) > LONGEST_EXAMPLE:
            return None
        try:
            if objection(json_schema(my, self.direction), value) is not None:
                return None
            against = objection(json_schema(others, self.direction), value)
        except Refused:
            return None
        return None if against is None else Example(value, against)
