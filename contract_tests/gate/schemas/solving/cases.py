"""All-of, any-of, one-of and not taken apart into cases: keywords that must hold together, for values of one type.

Alternatives are dropped, or found to be met anyhow, by what is certain so far, before anything is tried: where a
discriminating property tells alternatives apart, only one case is left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import combinations

from contract_tests.gate.schemas.solving.outcome import Case, Finder
from contract_tests.gate.schemas.solving.settling import settled
from contract_tests.gate.schemas.terms.holding import Answer
from contract_tests.gate.schemas.terms.term import Term, Word, all_of, other_than
from contract_tests.gate.schemas.terms.values import Frozen

Said = tuple[Term, bool]
"""A term, and whether it is wanted."""

MOST_PAIRS = 1_000
"""Of so many pairs of alternatives of one-of it is looked whether both hold."""


class TooMany(Exception):
    """There are more cases than it is worth."""


@dataclass
class Known:
    """What is certain in a case so far, and between what is still to be chosen.

    `values`: if not `None`, the only values that come into question.
    """

    finder: Finder
    kind: str
    keywords: dict[Term, bool] = field(default_factory=dict)
    choices: list[list[Said]] = field(default_factory=list)
    said: set[Said] = field(default_factory=set)
    values: frozenset[Frozen] | None = None
    is_on_trust: bool = False
    """Whether something was taken to be so anyhow by an answer that was taken on trust."""

    def copy(self) -> Known:
        return replace(self, keywords=dict(self.keywords), choices=list(self.choices), said=set(self.said))

    def say(self, term: Term, is_wanted: bool) -> bool:
        """Adds what must be so; false if it can't be."""
        waiting = [(term, is_wanted)]
        while waiting:
            each = waiting.pop()
            if each not in self.said:
                self.said.add(each)
                if not _SAYS.get(each[0].word, _say_keyword)(self, *each, waiting):
                    return False
        return True


def _say_parts(known: Known, term: Term, is_wanted: bool, waiting: list[Said]) -> bool:
    parts = [(each, is_wanted) for each in term.parts]
    if (term.word is Word.ALL) is is_wanted:
        waiting.extend(parts)
    else:
        known.choices.append(parts)
    return True


def _say_one(known: Known, term: Term, is_wanted: bool, waiting: list[Said]) -> bool:
    """Alternatives that have nothing in common need not be told apart."""
    parts: tuple[Term, ...] = term.parts
    shared = _shared(known.finder, parts)
    if is_wanted:
        known.choices.append([(_only(parts, index, shared), True) for index in range(len(parts))])
        return True
    none = all_of([other_than(each) for each in parts])
    known.choices.append([(none, True), *((all_of([parts[a], parts[b]]), True) for a, b in shared)])
    return True


def _shared(finder: Finder, parts: tuple[Term, ...]) -> list[tuple[int, int]]:
    """Which alternatives may have values in common."""
    pairs = list(combinations(range(len(parts)), 2))
    if len(pairs) > MOST_PAIRS:
        raise TooMany("there are too many alternatives")
    return [(a, b) for a, b in pairs if not finder.find([parts[a], parts[b]]).is_empty]


def _only(parts: tuple[Term, ...], index: int, shared: list[tuple[int, int]]) -> Term:
    rest = [b if a == index else a for a, b in shared if index in (a, b)]
    return all_of([parts[index], *(other_than(parts[each]) for each in rest)])


def _say_not(known: Known, term: Term, is_wanted: bool, waiting: list[Said]) -> bool:
    waiting.append((term.parts[0], not is_wanted))
    return True


def _say_reference(known: Known, term: Term, is_wanted: bool, waiting: list[Said]) -> bool:
    waiting.append((term.parts[0].target(), is_wanted))
    return True


def _say_types(known: Known, term: Term, is_wanted: bool, waiting: list[Said]) -> bool:
    return (known.kind in term.parts[0]) is is_wanted


def _say_values(known: Known, term: Term, is_wanted: bool, waiting: list[Said]) -> bool:
    mine = frozenset(each for each in term.parts[0] if each[0] == known.kind)
    if not is_wanted:
        if mine:
            known.keywords[term] = False
        return True
    known.values = mine if known.values is None else known.values & mine
    return bool(known.values)


def _say_keyword(known: Known, term: Term, is_wanted: bool, waiting: list[Said]) -> bool:
    if term.word.type not in (None, known.kind):
        return is_wanted
    known.keywords[term] = is_wanted
    return (term, not is_wanted) not in known.said


_SAYS: Mapping[Word, Callable[[Known, Term, bool, list[Said]], bool]] = {
    Word.ALL: _say_parts,
    Word.ANY: _say_parts,
    Word.ONE: _say_one,
    Word.NOT: _say_not,
    Word.REFERENCE: _say_reference,
    Word.TYPES: _say_types,
    Word.VALUES: _say_values,
}


@dataclass
class Cases:
    """The cases for values of one type. `is_possible`: looks whether what is known so far allows any value."""

    finder: Finder
    is_possible: Callable[[str, Case], bool]
    step: Callable[[], None]

    def of(self, kind: str, wanted: Iterable[Term], unwanted: Iterable[Term]) -> Iterator[Known]:
        """Each case that is not seen to be impossible at once.

        Raises:
            TooMany: there are more than it is worth.
        """
        known = Known(self.finder, kind)
        said = [*((each, True) for each in sorted(wanted)), *((each, False) for each in sorted(unwanted))]
        if all(known.say(*each) for each in said):
            yield from self._chosen(known)

    def _chosen(self, known: Known) -> Iterator[Known]:
        self.step()
        if len(known.choices) == 1 and known.values is None:
            yield from self._one_after_the_other(known)
            return
        if not self._settle(known):
            return
        if not known.choices or known.values is not None:
            yield known
            return
        if not self.is_possible(known.kind, known.keywords):
            return
        index = min(range(len(known.choices)), key=lambda index: len(known.choices[index]))
        choice = known.choices.pop(index)
        for each in choice:
            branch = known.copy()
            if branch.say(*each):
                yield from self._chosen(branch)

    def _one_after_the_other(self, known: Known) -> Iterator[Known]:
        """Of a single choice it is not looked at the second before the first has been tried: it often does.

        What refers to nothing comes first, so that what differs nearby is found before anything is gone far for.
        """
        choice = sorted(known.choices.pop(), key=lambda said: said[0].leads_on)
        if any(each in known.said for each in choice):
            yield known
            return
        for each in choice:
            answer = self._settled(known, each)
            if answer is True:
                yield known
                return
            branch = known.copy()
            if answer is None and branch.say(*each):
                yield from self._chosen(branch)

    def _settled(self, known: Known, said: Said) -> Answer:
        before = self.finder.assumptions
        answer = settled(self.finder, known.kind, known.keywords, *said)
        known.is_on_trust |= answer is True and self.finder.assumptions != before
        return answer

    def _settle(self, known: Known) -> bool:
        """Leaves only what is really to be chosen; false if nothing is left of a choice."""
        while True:
            waiting, known.choices = known.choices, []
            only: list[Said] = []
            for choice in waiting:
                left = self._left(known, choice)
                if left is None:
                    continue
                if not left:
                    return False
                if len(left) == 1:
                    only += left
                else:
                    known.choices.append(left)
            if not only:
                return True
            if not all(known.say(*each) for each in only):
                return False

    def _left(self, known: Known, choice: list[Said]) -> list[Said] | None:
        """What may still be chosen; `None` if one of it is so anyhow."""
        left: list[Said] = []
        if any(each in known.said for each in choice):
            return None
        for each in choice:
            answer = self._settled(known, each)
            if answer is True:
                return None
            if answer is None:
                left.append(each)
        return left
