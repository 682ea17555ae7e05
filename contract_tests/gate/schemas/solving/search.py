"""The search for a value that belongs to some terms and not to others: the heart of the comparison.

There is none of a recursive schema if each step towards one leads to the same question again about a part of the value:
values are finite. So a question that comes up while it is being answered is taken to have the answer "none"; what
was found out under that assumption is kept only if it turns out to be right.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from contract_tests.gate.schemas.solving import arrays, numbers, objects, strings
from contract_tests.gate.schemas.solving.cases import Cases, Known, TooMany
from contract_tests.gate.schemas.solving.outcome import EMPTY, Case, Finder, Outcome
from contract_tests.gate.schemas.terms.holding import every, holds, opposite
from contract_tests.gate.schemas.terms.term import EVERYTHING, NONE, Term, Word
from contract_tests.gate.schemas.terms.values import ARRAY, BOOLEAN, NULL, NUMBER, OBJECT, STRING, TYPES, Frozen

MOST_STEPS = 20_000
MOST_COMPARED_ONE_BY_ONE = 40
DEEPEST = 500

Question = tuple[frozenset[Term], frozenset[Term]]

FEW: Mapping[str, tuple[Frozen, ...]] = {
    NULL: ((NULL, None),),
    BOOLEAN: ((BOOLEAN, True), (BOOLEAN, False)),
}
"""The types with few values."""

SOLVERS: Mapping[str, Callable[[Finder, Case], Outcome]] = {
    NUMBER: numbers.solve,
    STRING: strings.solve,
    ARRAY: arrays.solve,
    OBJECT: objects.solve,
}


@dataclass
class Search:
    """Answers questions, and remembers the answers. `steps`: what has been done for the one that is asked now."""

    steps: int = 0
    known: dict[Question, Outcome] = field(default_factory=dict)
    assumed: dict[Question, int] = field(default_factory=dict)
    open: dict[Question, int] = field(default_factory=dict)
    lowest: int = DEEPEST
    assumptions: int = 0

    def start(self, wanted: Iterable[Term], unwanted: Iterable[Term] = ()) -> Outcome:
        """A value that belongs to all that is wanted and to nothing that is not; a new question."""
        self.steps = 0
        return self.find(wanted, unwanted)

    def find(self, wanted: Iterable[Term], unwanted: Iterable[Term] = ()) -> Outcome:
        """A value that belongs to all that is wanted and to nothing that is not; part of the question."""
        question = frozenset(wanted), frozenset(unwanted)
        if question in self.known:
            return self.known[question]
        lowest = self.open.get(question, self.assumed.get(question))
        if lowest is not None:
            self.lowest = min(self.lowest, lowest)
            self.assumptions += 1
            return EMPTY
        if self.steps > MOST_STEPS or len(self.open) >= DEEPEST:
            return Outcome(reason="there are too many cases")
        return self._answered(question)

    def _answered(self, question: Question) -> Outcome:
        depth, outer, before = len(self.open), self.lowest, len(self.assumed)
        self.open[question], self.lowest = depth, DEEPEST
        try:
            flat = _flat(*question)
            outcome = EMPTY if flat is None else self._search(*flat)
        finally:
            del self.open[question]
        if not outcome.is_empty:
            self._forget(before)
            self.known[question] = outcome
            self.lowest = min(outer, self.lowest if self.lowest < depth else DEEPEST)
            return outcome
        if self.lowest < depth:
            self.assumed[question] = self.lowest
            self.lowest = min(outer, self.lowest)
            return outcome
        for each in self._forget(before):
            self.known[each] = EMPTY
        self.known[question] = outcome
        self.lowest = outer
        return outcome

    def _forget(self, before: int) -> list[Question]:
        """Drops what was found out since then under assumptions."""
        dropped = list(self.assumed)[before:]
        for each in dropped:
            del self.assumed[each]
        return dropped

    def _search(self, wanted: frozenset[Term], unwanted: frozenset[Term]) -> Outcome:
        self.steps += 1
        if len(unwanted) > 1:
            outcome = self._one_by_one(wanted, unwanted)
            if outcome is not None:
                return outcome
        reason = ""
        for kind in TYPES:
            outcome = self._of_type(kind, wanted, unwanted)
            if outcome.value is not None:
                return outcome
            reason = reason or outcome.reason
        return Outcome(reason=reason)

    def _one_by_one(self, wanted: frozenset[Term], unwanted: frozenset[Term]) -> Outcome | None:
        """Most often one of what is not wanted already holds everything, or a value found for one does for all."""
        for each in sorted(unwanted)[:MOST_COMPARED_ONE_BY_ONE]:
            outcome = self.find(wanted, [each])
            if outcome.is_empty:
                return outcome
            if outcome.value is not None and _belongs(outcome.value, wanted, unwanted):
                return outcome
        return None

    def _of_type(self, kind: str, wanted: frozenset[Term], unwanted: frozenset[Term]) -> Outcome:
        cases = Cases(self, self._is_possible, self._step)
        reason = ""
        try:
            for case in cases.of(kind, wanted, unwanted):
                outcome = self._solved(kind, case, wanted, unwanted)
                if outcome.value is not None:
                    return outcome
                reason = reason or outcome.reason
        except TooMany as problem:
            return Outcome(reason=str(problem))
        return Outcome(reason=reason)

    def _step(self) -> None:
        self.steps += 1
        if self.steps > MOST_STEPS:
            raise TooMany("there are too many cases")

    def _is_possible(self, kind: str, case: Case) -> bool:
        """A quick look at a case that is not whole yet."""
        is_quick = kind in (NUMBER, STRING) and all(each.word is not Word.UNKNOWN for each in case)
        return not is_quick or not SOLVERS[kind](self, case).is_empty

    def _solved(self, kind: str, case: Known, wanted: frozenset[Term], unwanted: frozenset[Term]) -> Outcome:
        values = FEW.get(kind) if case.values is None else sorted(case.values, key=repr)
        if values is not None:
            return _first_of(values, wanted, unwanted)
        unknown = next((each for each in case.keywords if each.word is Word.UNKNOWN), None)
        keywords = {each: is_wanted for each, is_wanted in case.keywords.items() if each.word is not Word.UNKNOWN}
        outcome = SOLVERS[kind](self, keywords)
        is_sure = unknown is None and not case.is_on_trust and not _is_rough(keywords)
        if outcome.value is None or is_sure or _belongs(outcome.value, wanted, unwanted):
            return outcome
        return Outcome(reason=f"what {unknown.parts[0]} means" if unknown else "what was found could not be confirmed")


def _flat(wanted: Iterable[Term], unwanted: Iterable[Term]) -> Question | None:
    """The question without what goes without saying; `None` if what is wanted is plainly not wanted."""
    sides: tuple[set[Term], set[Term]] = (set(), set())
    waiting = [*((each, 0) for each in wanted), *((each, 1) for each in unwanted)]
    while waiting:
        each, side = waiting.pop()
        if each.word is Word.NOT:
            waiting.append((each.parts[0], 1 - side))
        elif each.word is (Word.ALL, Word.ANY)[side]:
            waiting.extend((part, side) for part in each.parts)
        elif each is (NONE, EVERYTHING)[side]:
            return None
        else:
            sides[side].add(each)
    return None if sides[0] & sides[1] else (frozenset(sides[0]), frozenset(sides[1]))


def _is_rough(case: Case) -> bool:
    """Whether the solver may give a value that is not quite what is asked for."""
    return any(each.word in (Word.CONTAINS, Word.CONTAINS_AT_MOST) for each in case)


def _first_of(values: Iterable[Frozen], wanted: frozenset[Term], unwanted: frozenset[Term]) -> Outcome:
    reason = ""
    for value in values:
        answer = _answer(value, wanted, unwanted)
        if answer is True:
            return Outcome(value)
        if answer is None:
            reason = "it is not known what is said of a value"
    return Outcome(reason=reason)


def _belongs(value: Frozen, wanted: Iterable[Term], unwanted: Iterable[Term]) -> bool:
    return _answer(value, wanted, unwanted) is True


def _answer(value: Frozen, wanted: Iterable[Term], unwanted: Iterable[Term]) -> bool | None:
    return every((*(holds(each, value) for each in wanted), *(opposite(holds(each, value)) for each in unwanted)))
