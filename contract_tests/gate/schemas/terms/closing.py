"""Schemas as those mean them who send values: what is not described is not sent.

JSON Schema allows any member that an object's schema does not mention. Taken by the word, describing one more property
would refuse what was allowed. Nobody sends what is described nowhere; so of what is sent only the described members
count, wherever an object describes some and says nothing about others.
"""

from __future__ import annotations

from typing import Any

from contract_tests.gate.schemas.terms.describing import Described, all_names, described
from contract_tests.gate.schemas.terms.reading import Reader
from contract_tests.gate.schemas.terms.term import EVERYTHING, NONE, Term, Word, all_of, any_of, one_of, term


class ClosedReader(Reader):
    """Reads schemas as sets of values in which nothing is that is not described."""

    def __init__(self, document: Any) -> None:
        super().__init__(document)
        self._plain = Reader(document)

    def plain(self) -> Reader:
        return self._plain

    def member(self, schema: Any) -> Term:
        """The fence needs to know all that is referred to; so where anything is, it is put up when asked for."""
        return self.later(schema, lambda: all_of([self.read(schema), self.fence(schema, frozenset())]))

    def exclusive(self, schemas: list[Any]) -> Term:
        """Exactly one holds as they are written; and one holds as they are meant."""
        plain = one_of([self._plain.read(each) for each in schemas])
        return all_of([plain, any_of([self.read(each) for each in schemas])])

    def fence(self, schema: Any, around: frozenset[str]) -> Term:
        """That there are no members but those that are described. `around`: names that are described elsewhere."""
        found = described(schema, self.at)
        names = around | found.names | found.required
        if found.says_of_others:
            return EVERYTHING
        if found.choices:
            return all_of([self._fence_choice(choice, found, names) for choice in found.choices])
        if not names and not found.patterns:
            return EVERYTHING
        return term(Word.OTHER_PROPERTIES, frozenset(names), frozenset(found.patterns), NONE)

    def _fence_choice(self, choice: list[Any], found: Described, names: frozenset[str]) -> Term:
        others = (each for other in found.choices if other is not choice for each in other)
        elsewhere = names.union(*(all_names(each, self.at) for each in others))
        return any_of([all_of([self.read(each), self.fence(each, elsewhere)]) for each in choice])
