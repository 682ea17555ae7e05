"""Whether a value belongs to a term; by the same rules as the validator that confirms what is found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any

import jsonschema_rs

from contract_tests.gate.schemas.terms.term import Term, Word
from contract_tests.gate.schemas.terms.values import ARRAY, OBJECT, STRING, Frozen, frozen
from contract_tests.gate.schemas.texts.formats import FORMATS, HINTS

Answer = bool | None
"""`None`: can't be known."""


Ask = Callable[[Term, Frozen], Answer]
"""Whether a value belongs to a term."""


def holds(term: Term, value: Frozen) -> Answer:
    """Whether the value belongs to the term."""
    return _Question().holds(term, value)


class _Question:
    """Asks the same of the same part of a value once: alternatives within alternatives ask it again and again."""

    def __init__(self) -> None:
        self.known: dict[tuple[Term, int], Answer] = {}

    def holds(self, term: Term, value: Frozen) -> Answer:
        kind = term.word.type
        if kind is not None and kind != value[0]:
            return True
        if value[0] not in (ARRAY, OBJECT):
            return _HOLDS[term.word](term, value, self.holds)
        key = term, id(value)
        if key not in self.known:
            self.known[key] = _HOLDS[term.word](term, value, self.holds)
        return self.known[key]


def every(answers: Iterable[Answer]) -> Answer:
    """Whether all are so."""
    is_known = True
    for answer in answers:
        if answer is False:
            return False
        is_known = is_known and answer is not None
    return True if is_known else None


def some(answers: Iterable[Answer]) -> Answer:
    """Whether any is so."""
    return opposite(every(map(opposite, answers)))


def opposite(answer: Answer) -> Answer:
    return None if answer is None else not answer


def count(answers: Iterable[Answer]) -> tuple[int, int]:
    """How many are so for certain, and how many more may be."""
    found = list(answers)
    return found.count(True), found.count(None)


def matches(pattern: str, text: str) -> Answer:
    """Whether a pattern is found in a text; `None` for a pattern that the validator does not take."""
    validator = _validator("pattern", pattern)
    return None if validator is None else validator.is_valid(text)


def has_format(name: str, text: str) -> Answer:
    """Whether a text is of a format; `None` for one that nobody defines."""
    if name in HINTS:
        return True
    validator = _validator("format", name) if name in FORMATS else None
    return None if validator is None else validator.is_valid(text)


@lru_cache(maxsize=4096)
def _validator(keyword: str, value: str) -> jsonschema_rs.Draft202012Validator | None:
    try:
        return jsonschema_rs.Draft202012Validator({keyword: value}, validate_formats=True)
    except (jsonschema_rs.ValidationError, ValueError):
        return None


def _one(term: Term, value: Frozen, ask: Ask) -> Answer:
    certain, possible = count(ask(each, value) for each in term.parts)
    if certain > 1 or certain + possible == 0:
        return False
    return None if possible else True


def _is_beyond(term: Term, distance: Fraction) -> bool:
    """Whether a number this far on the right side of a bound is allowed by it."""
    return distance > 0 or (distance == 0 and not term.parts[1])


def _multiple(term: Term, value: Frozen, ask: Ask) -> Answer:
    quotient: Fraction = value[1] / term.parts[0]
    return quotient.denominator == 1


def _is_unique(term: Term, value: Frozen, ask: Ask) -> Answer:
    return len(set(value[1])) == len(value[1])


def _item(term: Term, value: Frozen, ask: Ask) -> Answer:
    index, inner = term.parts
    return len(value[1]) <= index or ask(inner, value[1][index])


def _contains(term: Term, value: Frozen, ask: Ask) -> Answer:
    certain, possible = count(ask(term.parts[1], each) for each in value[1])
    if certain >= term.parts[0]:
        return True
    return None if certain + possible >= term.parts[0] else False


def _contains_at_most(term: Term, value: Frozen, ask: Ask) -> Answer:
    certain, possible = count(ask(term.parts[1], each) for each in value[1])
    if certain > term.parts[0]:
        return False
    return None if certain + possible > term.parts[0] else True


def _property(term: Term, value: Frozen, ask: Ask) -> Answer:
    return every(ask(term.parts[1], each) for name, each in value[1] if name == term.parts[0])


def _pattern_properties(term: Term, value: Frozen, ask: Ask) -> Answer:
    pattern, inner = term.parts
    return every(some((opposite(matches(pattern, name)), ask(inner, each))) for name, each in value[1])


def _other_properties(term: Term, value: Frozen, ask: Ask) -> Answer:
    names, patterns, inner = term.parts
    return every(
        some((*(matches(pattern, name) for pattern in sorted(patterns)), ask(inner, each)))
        for name, each in value[1]
        if name not in names
    )


_HOLDS: Mapping[Word, Callable[[Term, Frozen, Ask], Answer]] = {
    Word.ALL: lambda term, value, ask: every(ask(each, value) for each in term.parts),
    Word.ANY: lambda term, value, ask: some(ask(each, value) for each in term.parts),
    Word.ONE: _one,
    Word.NOT: lambda term, value, ask: opposite(ask(term.parts[0], value)),
    Word.REFERENCE: lambda term, value, ask: ask(term.parts[0].target(), value),
    Word.TYPES: lambda term, value, ask: value[0] in term.parts[0],
    Word.VALUES: lambda term, value, ask: value in term.parts[0],
    Word.UNKNOWN: lambda term, value, ask: None,
    Word.AT_LEAST: lambda term, value, ask: _is_beyond(term, value[1] - term.parts[0]),
    Word.AT_MOST: lambda term, value, ask: _is_beyond(term, term.parts[0] - value[1]),
    Word.MULTIPLE_OF: _multiple,
    Word.MIN_LENGTH: lambda term, value, ask: len(value[1]) >= term.parts[0],
    Word.MAX_LENGTH: lambda term, value, ask: len(value[1]) <= term.parts[0],
    Word.PATTERN: lambda term, value, ask: matches(term.parts[0], value[1]),
    Word.FORMAT: lambda term, value, ask: has_format(term.parts[0], value[1]),
    Word.MIN_ITEMS: lambda term, value, ask: len(value[1]) >= term.parts[0],
    Word.MAX_ITEMS: lambda term, value, ask: len(value[1]) <= term.parts[0],
    Word.UNIQUE: _is_unique,
    Word.ITEM: _item,
    Word.ITEMS: lambda term, value, ask: every(ask(term.parts[1], each) for each in value[1][term.parts[0] :]),
    Word.CONTAINS: _contains,
    Word.CONTAINS_AT_MOST: _contains_at_most,
    Word.REQUIRED: lambda term, value, ask: any(name == term.parts[0] for name, _ in value[1]),
    Word.PROPERTY: _property,
    Word.PATTERN_PROPERTIES: _pattern_properties,
    Word.OTHER_PROPERTIES: _other_properties,
    Word.NAMES: lambda term, value, ask: every(ask(term.parts[0], (STRING, name)) for name, _ in value[1]),
    Word.MIN_PROPERTIES: lambda term, value, ask: len(value[1]) >= term.parts[0],
    Word.MAX_PROPERTIES: lambda term, value, ask: len(value[1]) <= term.parts[0],
}
"""When a value of the type that a word speaks of belongs to its term."""


def holds_of(term: Term, value: Any) -> Answer:
    """Whether plain JSON belongs to the term."""
    return holds(term, frozen(value))
