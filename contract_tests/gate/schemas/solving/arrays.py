"""Arrays by length, items at their places, items that must be somewhere, and items that must differ or not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain, combinations, islice, product

from contract_tests.gate.schemas.solving.outcome import EMPTY, Case, Finder, Outcome
from contract_tests.gate.schemas.terms.holding import holds
from contract_tests.gate.schemas.terms.term import Term, Word, of_values
from contract_tests.gate.schemas.terms.values import ARRAY, NUMBER, STRING, Frozen

MOST_WAYS = 400
LONGEST = 100_000
LONGEST_UNIQUE = 2_000
MOST_TOLD_APART = 60
"""A longer array is not made to decide anything; the second is for those whose items must differ, and the third for
those of which each has to be looked for."""


@dataclass(frozen=True)
class Demand:
    """An item from `start` on (or the one at it) must belong to some terms and not to others."""

    wanted: frozenset[Term] = frozenset()
    unwanted: frozenset[Term] = frozenset()
    start: int = 0
    is_there: bool = False
    group: int = -1
    """Demands of one group must be met by different items."""


@dataclass
class Arrays:
    """What is asked of an array."""

    least: int = 0
    most: int | None = None
    at: dict[int, set[Term]] = field(default_factory=dict)
    after: list[tuple[int, Term]] = field(default_factory=list)
    nowhere: set[Term] = field(default_factory=set)
    demands: list[Demand] = field(default_factory=list)
    limits: list[tuple[int, Term]] = field(default_factory=list)
    is_unique: bool = False
    is_repeating: bool = False
    excluded: set[Frozen] = field(default_factory=set)
    unclear: str = ""

    @property
    def tail(self) -> int:
        """From here on all items are asked the same, but for demands."""
        places = [place + 1 for place in self.at] + [start for start, _ in self.after]
        return max(places + [each.start + each.is_there for each in self.demands], default=0)

    def shorten(self, most: int) -> None:
        self.most = most if self.most is None else min(self.most, most)

    def wanted_at(self, place: int) -> set[Term]:
        return {*self.at.get(place, ()), *(term for start, term in self.after if start <= place)}


def solve(finder: Finder, case: Case) -> Outcome:
    """An array as the case wants it."""
    asked = Arrays()
    for index, (term, is_wanted) in enumerate(case.items()):
        _ask(asked, term, is_wanted, index)
    if (asked.most is not None and asked.least > asked.most) or (asked.is_unique and asked.is_repeating):
        return EMPTY
    if any(_demanded(asked, inner) > limit for limit, inner in asked.limits):
        return EMPTY
    if asked.least > (LONGEST_UNIQUE if asked.is_unique else LONGEST):
        return Outcome(reason="an array would be very long")
    return _ways(finder, asked)


def _demanded(asked: Arrays, inner: Term) -> int:
    """How many items at least must be of some kind, by what is said of just that kind."""
    groups = [each.group for each in asked.demands if inner in each.wanted]
    return max(map(groups.count, groups), default=0)


def _ask(asked: Arrays, term: Term, is_wanted: bool, index: int) -> None:
    match term.word, is_wanted:
        case (Word.MIN_ITEMS, True) | (Word.MAX_ITEMS, False):
            asked.least = max(asked.least, term.parts[0] if is_wanted else term.parts[0] + 1)
        case (Word.MAX_ITEMS, True) | (Word.MIN_ITEMS, False):
            asked.shorten(term.parts[0] if is_wanted else term.parts[0] - 1)
        case Word.UNIQUE, True:
            asked.is_unique = True
        case Word.UNIQUE, False:
            asked.is_repeating = True
        case Word.ITEM, True:
            asked.at.setdefault(term.parts[0], set()).add(term.parts[1])
        case Word.ITEMS, True:
            asked.after.append((term.parts[0], term.parts[1]))
        case (Word.ITEM | Word.ITEMS, False):
            start, inner = term.parts
            asked.demands.append(Demand(frozenset(), frozenset({inner}), start, term.word is Word.ITEM))
        case (Word.CONTAINS | Word.CONTAINS_AT_MOST, _):
            _ask_contains(asked, term, is_wanted, index)
        case Word.VALUES, _:
            asked.excluded.update(each for each in term.parts[0] if each[0] == ARRAY)
        case _:
            asked.unclear = f"what {term.parts[0]} means"


def _ask_contains(asked: Arrays, term: Term, is_wanted: bool, index: int) -> None:
    times, inner = term.parts
    is_least = (term.word is Word.CONTAINS) is is_wanted
    limit = times if is_wanted else times - 1 if term.word is Word.CONTAINS else times + 1
    if is_least:
        asked.demands.extend(Demand(frozenset({inner}), frozenset(), 0, False, index) for _ in range(min(limit, 50)))
    elif limit == 0:
        asked.nowhere.add(inner)
    else:
        asked.limits.append((limit, inner))


def _ways(finder: Finder, asked: Arrays) -> Outcome:
    """Tries each way to put what must be somewhere at some places."""
    reason = asked.unclear
    for tried, (placing, same) in enumerate(_placings(asked)):
        if tried == MOST_WAYS:
            return Outcome(reason="there are too many ways to order the items")
        outcome = _Way(finder, asked, placing, same).fill()
        if outcome.value is not None:
            return outcome
        reason = reason or outcome.reason
    return Outcome(reason=reason)


Placing = Sequence[tuple[Demand, int]]


def _placings(asked: Arrays) -> Iterator[tuple[Placing, tuple[int, int] | None]]:
    """Where the demands are met, and which two items are equal; none where it does not matter."""
    last = asked.tail + len(asked.demands)
    groups: dict[int, list[Demand]] = {}
    for index, each in enumerate(asked.demands):
        groups.setdefault(each.group if each.group >= 0 else -1 - index, []).append(each)
    choices = [[*islice(_places(group, last), MOST_WAYS + 1)] for group in groups.values()]
    pairs: Sequence[tuple[int, int] | None] = [None]
    if asked.is_repeating:
        pairs = [(first, second) for second in range(1, last + 2) for first in range(second)]
    for placing in product(*choices):
        yield from (([*chain.from_iterable(placing)], same) for same in pairs)


def _places(group: Sequence[Demand], last: int) -> Iterator[Placing]:
    """Different places for all that must be met by different items."""
    start = group[0].start
    places = [start] if group[0].is_there else range(start, last)
    for chosen in combinations(places, len(group)):
        yield [*zip(group, chosen, strict=True)]


@dataclass
class _Way:
    """One way to meet the demands. `same`: two places with equal items."""

    finder: Finder
    asked: Arrays
    placing: Placing
    same: tuple[int, int] | None
    values: list[Frozen] = field(default_factory=list)
    is_greedy: bool = False

    def fill(self) -> Outcome:
        """An array; the shortest that there is this way."""
        least = max([self.asked.least, *(place + 1 for _, place in self.placing), *(p + 1 for p in self.same or ())])
        if self.asked.most is not None and least > self.asked.most:
            return EMPTY
        for place in range(least):
            if self._is_as_before(place):
                self.values.append(self.values[-1])
                continue
            outcome = self._item(place)
            if outcome.value is None:
                return self._without(outcome)
            self.values.append(outcome.value)
        return self._avoid_excluded(Outcome((ARRAY, tuple(self.values))))

    def _is_as_before(self, place: int) -> bool:
        """Whether the same is asked of an item as of the one before."""
        return not self.asked.is_unique and place > self.last_special

    @cached_property
    def last_special(self) -> int:
        """After this place all items are asked the same."""
        places: list[int] = [*(place for _, place in self.placing), *(self.same or ())]
        return max([self.asked.tail, *(place + 1 for place in places)])

    def _item(self, place: int) -> Outcome:
        if self.same and place == self.same[1]:
            return Outcome(self.values[self.same[0]])
        places = {place, *(self.same if self.same and place == self.same[0] else ())}
        wanted, unwanted = set[Term](), set(self.asked.nowhere)
        for each in places:
            wanted |= self.asked.wanted_at(each)
        for demand, at in self.placing:
            if at in places:
                wanted |= demand.wanted
                unwanted |= demand.unwanted
        plain = self._sparing(wanted, unwanted)
        if not self.asked.is_unique or plain.value is None or plain.value not in self.values:
            return plain
        self.is_greedy = True
        return self._unlike_before(wanted, unwanted)

    def _unlike_before(self, wanted: set[Term], unwanted: set[Term]) -> Outcome:
        """An item that is none of those before: a variation of one of them where that will do."""
        for each in _variations(self.values):
            if each not in self.values and _belongs(each, wanted, unwanted):
                return Outcome(each)
        if len(self.values) > MOST_TOLD_APART:
            return Outcome(reason="so many items could not be told apart")
        return self.finder.find(wanted, {*unwanted, of_values(self.values)})

    def _sparing(self, wanted: set[Term], unwanted: set[Term]) -> Outcome:
        """An item; if possible, none of those of which there may be few."""
        limited = {inner for _, inner in self.asked.limits}
        rare = self.finder.find(wanted, unwanted | limited)
        return rare if rare.value is not None or not limited else self.finder.find(wanted, unwanted)

    def _without(self, outcome: Outcome) -> Outcome:
        """Where items must differ, others before might have left one for this place, unless all are asked the same."""
        is_proof = outcome.is_empty and (not self.is_greedy or self._is_even())
        return outcome if is_proof or outcome.reason else Outcome(reason="the items could not be told apart")

    def _is_even(self) -> bool:
        return not self.asked.demands and self.asked.tail == 0

    def _avoid_excluded(self, outcome: Outcome) -> Outcome:
        """One more item, if just this array is not wanted."""
        if outcome.value not in self.asked.excluded:
            return outcome
        longer = replace(self.asked, least=len(self.values) + 1, excluded=set())
        other = _Way(self.finder, longer, self.placing, self.same).fill()
        is_only = other.is_empty and not self.values
        return other if other.value is not None or is_only else Outcome(reason="other arrays were not looked for")


def _variations(values: Sequence[Frozen]) -> Iterator[Frozen]:
    """The first text with a number, or a neighbour of the last number."""
    (first, text), (last, number) = values[0], values[-1]
    if first == STRING:
        yield STRING, f"{text}{len(values)}"
    if last == NUMBER:
        yield from ((NUMBER, number + 1), (NUMBER, number - 1))


def _belongs(value: Frozen, wanted: set[Term], unwanted: set[Term]) -> bool:
    return all(holds(each, value) is True for each in wanted) and all(holds(each, value) is False for each in unwanted)
