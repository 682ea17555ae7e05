"""Whether something is so, or can't be, by what is certain about a value already."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from contract_tests.gate.schemas.solving.outcome import Case, Finder
from contract_tests.gate.schemas.terms.holding import Answer, every, matches, opposite, some
from contract_tests.gate.schemas.terms.term import Term, Word

DEEPEST = 6
"""So many references are followed to settle something."""


def settled(finder: Finder, kind: str, known: Case, term: Term, is_wanted: bool, depth: int = 0) -> Answer:
    """True: it is so for every value of the case. False: for none. `None`: for some, or it is not seen."""
    if term in known:
        return known[term] is is_wanted
    if term.word.type not in (None, kind):
        return is_wanted
    match term.word:
        case Word.ALL | Word.ANY:
            answers = (settled(finder, kind, known, each, is_wanted, depth) for each in term.parts)
            return every(answers) if (term.word is Word.ALL) is is_wanted else some(answers)
        case Word.NOT:
            return settled(finder, kind, known, term.parts[0], not is_wanted, depth)
        case Word.REFERENCE:
            return (
                None if depth > DEEPEST else settled(finder, kind, known, term.parts[0].target(), is_wanted, depth + 1)
            )
        case Word.TYPES:
            return (kind in term.parts[0]) is is_wanted
        case Word.VALUES:
            return None if any(each[0] == kind for each in term.parts[0]) else not is_wanted
    return _settled_keyword(finder, known, term, is_wanted)


def _settled_keyword(finder: Finder, known: Case, term: Term, is_wanted: bool) -> Answer:
    settle = _SETTLES.get(term.word)
    if settle is None:
        return None
    answer = settle(finder, known, term)
    return answer if is_wanted else opposite(answer)


def _required(finder: Finder, known: Case, term: Term) -> Answer:
    return True if _is_there(known, term.parts[0]) else None


def _is_there(known: Case, name: str) -> bool:
    return any(
        each.word is (Word.REQUIRED if is_wanted else Word.PROPERTY) and each.parts[0] == name
        for each, is_wanted in known.items()
    )


def _property(finder: Finder, known: Case, term: Term) -> Answer:
    """True if what is known of the member is enough; false if it is there and the two have nothing in common."""
    name, inner = term.parts
    certain = [each.parts[-1] for each, is_wanted in known.items() if is_wanted and _speaks_of(each, name)]
    if any(each.word is Word.REQUIRED and each.parts[0] == name and not is_wanted for each, is_wanted in known.items()):
        return True
    return _compared(finder, certain, inner, is_there=_is_there(known, name))


def _speaks_of(term: Term, name: str) -> bool:
    if term.word is Word.PROPERTY:
        return bool(term.parts[0] == name)
    if term.word is Word.PATTERN_PROPERTIES:
        return matches(term.parts[0], name) is True
    return (
        term.word is Word.OTHER_PROPERTIES
        and name not in term.parts[0]
        and all(matches(each, name) is False for each in term.parts[1])
    )


def _others(finder: Finder, known: Case, term: Term) -> Answer:
    names, patterns, inner = term.parts
    certain = [
        each.parts[-1]
        for each, is_wanted in known.items()
        if is_wanted and each.word is Word.OTHER_PROPERTIES and each.parts[0] <= names and each.parts[1] <= patterns
    ]
    return _compared(finder, certain, inner, is_there=False)


def _pattern_properties(finder: Finder, known: Case, term: Term) -> Answer:
    certain = [
        each.parts[-1]
        for each, is_wanted in known.items()
        if is_wanted and each.word is Word.PATTERN_PROPERTIES and each.parts[0] == term.parts[0]
    ]
    return _compared(finder, certain, term.parts[1], is_there=False)


def _items(finder: Finder, known: Case, term: Term) -> Answer:
    start, inner = term.parts
    certain = [
        each.parts[-1]
        for each, is_wanted in known.items()
        if is_wanted
        and (
            (each.word is Word.ITEMS and each.parts[0] <= start)
            or (each.word is Word.ITEM and term.word is Word.ITEM and each.parts[0] == start)
        )
    ]
    return _compared(finder, certain, inner, is_there=False)


def _compared(finder: Finder, certain: Iterable[Term], inner: Term, *, is_there: bool) -> Answer:
    if finder.find(certain, [inner]).is_empty:
        return True
    return False if is_there and finder.find([*certain, inner]).is_empty else None


_SETTLES: Mapping[Word, Callable[[Finder, Case, Term], Answer]] = {
    Word.REQUIRED: _required,
    Word.PROPERTY: _property,
    Word.PATTERN_PROPERTIES: _pattern_properties,
    Word.OTHER_PROPERTIES: _others,
    Word.ITEM: _items,
    Word.ITEMS: _items,
}
"""What settles a keyword that is wanted."""
