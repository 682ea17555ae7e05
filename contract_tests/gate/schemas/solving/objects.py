"""Objects by the members they must have, may have and must not have, and by what the members are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, combinations, islice

from contract_tests.gate.schemas.solving.outcome import EMPTY, Case, Finder, Outcome
from contract_tests.gate.schemas.terms.holding import holds, matches
from contract_tests.gate.schemas.terms.term import Term, Word, of_types, of_values, term
from contract_tests.gate.schemas.terms.values import OBJECT, STRING, Frozen

MOST_WAYS = 400
MOST_PATTERNS = 5
MOST_MEMBERS = 2_000


@dataclass(frozen=True)
class Demand:
    """Some member whose name is none of `names` and of no pattern in `without`, but of each in `patterns`.

    Its value must not belong to `unwanted`, its name not to `unwanted_name`.
    """

    names: frozenset[str] = frozenset()
    patterns: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()
    unwanted: frozenset[Term] = frozenset()
    unwanted_name: frozenset[Term] = frozenset()

    def concerns(self, name: str) -> bool | None:
        """Whether a member of this name would do; `None` if it can't be known."""
        answers = [matches(each, name) for each in self.patterns]
        answers += [_opposite(matches(each, name)) for each in self.without]
        answers += [_opposite(holds(each, (STRING, name))) for each in self.unwanted_name]
        if name in self.names or False in answers:
            return False
        return None if None in answers else True


def _opposite(answer: bool | None) -> bool | None:
    return None if answer is None else not answer


@dataclass
class Objects:
    """What is asked of an object."""

    least: int = 0
    most: int | None = None
    required: set[str] = field(default_factory=set)
    absent: set[str] = field(default_factory=set)
    universal: list[Term] = field(default_factory=list)
    names: set[Term] = field(default_factory=set)
    not_member: dict[str, set[Term]] = field(default_factory=dict)
    demands: list[Demand] = field(default_factory=list)
    excluded: set[Frozen] = field(default_factory=set)
    unclear: str = ""

    def known(self) -> list[str]:
        """All names that anything says something about."""
        found = {*self.required, *self.absent, *self.not_member}
        for each in self.universal:
            if each.word is Word.PROPERTY:
                found.add(each.parts[0])
            elif each.word is Word.OTHER_PROPERTIES:
                found |= each.parts[0]
        return sorted(found.union(*(each.names for each in self.demands)))

    def patterns(self) -> list[str]:
        """All patterns of names."""
        found = set[str]()
        for each in self.universal:
            if each.word is Word.PATTERN_PROPERTIES:
                found.add(each.parts[0])
            elif each.word is Word.OTHER_PROPERTIES:
                found |= each.parts[1]
        return sorted(found.union(*(each.patterns | each.without for each in self.demands)))


def solve(finder: Finder, case: Case) -> Outcome:
    """An object as the case wants it."""
    asked = Objects()
    for each, is_wanted in case.items():
        _ask(asked, each, is_wanted)
    if (asked.most is not None and asked.least > asked.most) or asked.required & asked.absent:
        return EMPTY
    if asked.least > MOST_MEMBERS:
        return Outcome(reason="an object would be very large")
    return _Filling(finder, asked).fill()


def _ask(asked: Objects, said: Term, is_wanted: bool) -> None:
    match said.word, is_wanted:
        case (Word.MIN_PROPERTIES, True) | (Word.MAX_PROPERTIES, False):
            asked.least = max(asked.least, said.parts[0] if is_wanted else said.parts[0] + 1)
        case (Word.MAX_PROPERTIES, True) | (Word.MIN_PROPERTIES, False):
            limit = said.parts[0] if is_wanted else said.parts[0] - 1
            asked.most = limit if asked.most is None else min(asked.most, limit)
        case Word.REQUIRED, _:
            (asked.required if is_wanted else asked.absent).add(said.parts[0])
        case (Word.PROPERTY | Word.PATTERN_PROPERTIES | Word.OTHER_PROPERTIES, True):
            asked.universal.append(said)
        case Word.NAMES, True:
            asked.names.add(said.parts[0])
        case Word.PROPERTY, False:
            asked.required.add(said.parts[0])
            asked.not_member.setdefault(said.parts[0], set()).add(said.parts[1])
        case (Word.PATTERN_PROPERTIES | Word.OTHER_PROPERTIES | Word.NAMES, False):
            asked.demands.append(_demand(said))
        case Word.VALUES, _:
            asked.excluded.update(each for each in said.parts[0] if each[0] == OBJECT)
        case _:
            asked.unclear = f"what {said.parts[0]} means"


def _demand(said: Term) -> Demand:
    inner = frozenset({said.parts[-1]})
    if said.word is Word.NAMES:
        return Demand(unwanted_name=inner)
    if said.word is Word.PATTERN_PROPERTIES:
        return Demand(patterns=frozenset({said.parts[0]}), unwanted=inner)
    return Demand(names=said.parts[0], without=said.parts[1], unwanted=inner)


Members = dict[str, frozenset[Term]]
"""The names of members that are there, and what their values must not belong to."""


@dataclass
class _Filling:
    """Finds members. `doubt`: why something that was not found may be there all the same."""

    finder: Finder
    asked: Objects
    doubt: str = ""

    def fill(self) -> Outcome:
        self.doubt = self.asked.unclear
        start: Members = {name: frozenset(self.asked.not_member.get(name, ())) for name in sorted(self.asked.required)}
        if any(not self._may_be(name, unwanted) for name, unwanted in start.items()):
            return Outcome(reason=self.doubt)
        ways = islice(self._ways(start, self.asked.demands), MOST_WAYS)
        for tried, members in enumerate(ways, 1):
            found = self._complete(members)
            if found is not None:
                return Outcome(found)
            if tried == MOST_WAYS:
                self.doubt = "there are too many ways to name the members"
        return Outcome(reason=self.doubt)

    def _ways(self, members: Members, demands: list[Demand]) -> Iterator[Members]:
        """Each way to meet the demands: by members that are there, by ones that are known, by ones of other names."""
        if not demands:
            yield members
            return
        first, rest = demands[0], demands[1:]
        names = [*members, *(each for each in self.asked.known() if each not in members)]
        for name in names:
            if self._would_do(first, name):
                yield from self._with(members, name, first, rest)
        for name in self._new_names(members, first):
            yield from self._with(members, name, first, rest)

    def _with(self, members: Members, name: str, demand: Demand, rest: list[Demand]) -> Iterator[Members]:
        unwanted = members.get(name, frozenset()) | demand.unwanted
        if name not in self.asked.absent and self._may_be(name, unwanted):
            yield from self._ways({**members, name: unwanted}, rest)

    def _would_do(self, demand: Demand, name: str) -> bool:
        answer = demand.concerns(name)
        if answer is None:
            self.doubt = self.doubt or "names could not be compared"
        return answer is True

    def _value(self, name: str, unwanted: Iterable[Term]) -> Outcome:
        wanted = []
        for said in self.asked.universal:
            answer = _speaks_of(said, name)
            if answer is None:
                self.doubt = self.doubt or "names could not be compared"
            elif answer:
                wanted.append(said.parts[-1])
        return self.finder.find(wanted, unwanted)

    def _may_be(self, name: str, unwanted: Iterable[Term]) -> bool:
        """Whether there can be a member of this name with such a value."""
        answers = [holds(each, (STRING, name)) for each in self.asked.names]
        if False in answers:
            return False
        outcome = self._value(name, unwanted)
        if None in answers:
            self.doubt = self.doubt or "names could not be compared"
        self.doubt = self.doubt or outcome.reason
        return outcome.value is not None and None not in answers

    def _new_names(self, members: Members, demand: Demand) -> Iterator[str]:
        """A name for each way to match some of the patterns and not the others, none of which is known."""
        patterns = self.asked.patterns()
        if len(patterns) > MOST_PATTERNS:
            self.doubt = self.doubt or "there are too many patterns of names"
            return
        known = of_values((STRING, name) for name in {*self.asked.known(), *members})
        subsets = chain.from_iterable(combinations(patterns, size) for size in range(len(patterns) + 1))
        for matched in map(frozenset, subsets):
            if matched >= demand.patterns and not matched & demand.without:
                wanted = [of_types([STRING]), *self.asked.names, *(term(Word.PATTERN, each) for each in matched)]
                unmatched = (term(Word.PATTERN, each) for each in patterns if each not in matched)
                outcome = self.finder.find(wanted, [known, *unmatched, *demand.unwanted_name])
                self.doubt = self.doubt or outcome.reason
                if outcome.value is not None:
                    yield outcome.value[1]

    def _complete(self, members: Members) -> Frozen | None:
        """The object, with as many members more as are asked for."""
        filled = dict(members)
        for name in self._more(filled):
            filled[name] = frozenset()
        if not self._fits(filled):
            return None
        found = self._object(filled)
        return found if found not in self.asked.excluded else self._another(filled)

    def _fits(self, members: Members) -> bool:
        return self.asked.least <= len(members) and (self.asked.most is None or len(members) <= self.asked.most)

    def _more(self, members: Members) -> Iterator[str]:
        """Names of members to add until there are enough."""
        known = (each for each in self.asked.known() if each not in members and each not in self.asked.absent)
        for name in known:
            if len(members) >= self.asked.least:
                return
            if self._may_be(name, ()):
                yield name
        yield from self._more_new(members)

    def _more_new(self, members: Members) -> Iterator[str]:
        while len(members) < self.asked.least:
            name = next((each for each in self._new_names(members, Demand()) if self._may_be(each, ())), None)
            if name is None:
                return
            yield name

    def _object(self, members: Members) -> Frozen:
        pairs = []
        for name in sorted(members):
            value = self._value(name, members[name]).value
            assert value is not None
            pairs.append((name, value))
        return OBJECT, tuple(pairs)

    def _another(self, members: Members) -> Frozen | None:
        """Other than those that are excluded: with a member more, or with another value of one."""
        for name in [*self.asked.known(), *self._new_names(members, Demand())]:
            more = {**members, name: frozenset[Term]()}
            if name not in members and name not in self.asked.absent and self._fits(more) and self._may_be(name, ()):
                return self._object(more)
        excluded = {
            name: {each for whole in self.asked.excluded for at, each in whole[1] if at == name} for name in members
        }
        for name, values in excluded.items():
            unwanted = members[name] | {of_values(values)}
            if values and self._may_be(name, unwanted):
                return self._object({**members, name: unwanted})
        if members:
            self.doubt = self.doubt or "other objects were not looked for"
        return None


def _speaks_of(said: Term, name: str) -> bool | None:
    """Whether what a term says of members concerns the one of this name."""
    if said.word is Word.PROPERTY:
        return bool(said.parts[0] == name)
    if said.word is Word.PATTERN_PROPERTIES:
        return matches(said.parts[0], name)
    if name in said.parts[0]:
        return False
    answers = [matches(each, name) for each in said.parts[1]]
    return False if True in answers else None if None in answers else True
