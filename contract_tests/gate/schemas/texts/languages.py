"""Regular languages as expressions that are derived by a character (Brzozowski), with intersection and complement.

Of the libraries that work on regular languages greenery (MIT, kept) makes whole automata first: `[a-z]{1,64}` and its
like took it minutes and gigabytes; interegular (MIT, last release 2024) has no complement. Derivatives are made as they
are needed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from functools import cache, lru_cache
from itertools import pairwise
from typing import Any

from contract_tests.gate.schemas.texts.code_points import LAST, SURROGATES, as_ranges


class Shape(Enum):
    """What an expression is made of."""

    CHARACTER = "one character of a class"
    CHAIN = "one after the other"
    EITHER = "one of"
    BOTH = "all of"
    BUT = "anything else"
    REPEAT = "the same some times"


@dataclass(frozen=True, eq=False)
class Language:
    """Equal expressions are one object. `has_empty`: the empty text belongs to it."""

    shape: Shape
    parts: tuple[Any, ...]
    has_empty: bool


@cache
def _made(shape: Shape, parts: tuple[Any, ...] | frozenset[Language], has_empty: bool) -> Language:
    return Language(shape, tuple(parts), has_empty)


def characters(ranges: Iterable[tuple[int, int]]) -> Language:
    """The texts of one character out of some ranges of code points."""
    kept = as_ranges(ranges)
    return _made(Shape.CHARACTER, kept, False) if kept else NOTHING


def either(*languages: Language) -> Language:
    """The texts of any of them."""
    found = _flat(Shape.EITHER, languages) - {NOTHING}
    if ANYTHING in found:
        return ANYTHING
    if len(found) == 1:
        return next(iter(found))
    return _made(Shape.EITHER, found, any(each.has_empty for each in found)) if found else NOTHING


def both(*languages: Language) -> Language:
    """The texts of all of them."""
    found = _flat(Shape.BOTH, languages) - {ANYTHING}
    if NOTHING in found or (EMPTY in found and not all(each.has_empty for each in found)):
        return NOTHING
    if EMPTY in found:
        return EMPTY
    if len(found) == 1:
        return next(iter(found))
    return _made(Shape.BOTH, found, all(each.has_empty for each in found)) if found else ANYTHING


def other_than(language: Language) -> Language:
    """All other texts."""
    if language.shape is Shape.BUT:
        inner: Language = language.parts[0]
        return inner
    return _made(Shape.BUT, (language,), not language.has_empty)


def chain(*languages: Language) -> Language:
    """A text of the first, then one of the next, and so on."""
    result = EMPTY
    for each in reversed(languages):
        result = _followed(each, result)
    return result


def repeated(language: Language, least: int = 0, most: int | None = None) -> Language:
    """Texts of the language, one after the other, `least` to `most` of them (without end if `None`)."""
    if language in (EMPTY, NOTHING) or most == 0:
        return EMPTY if language is EMPTY or least == 0 else NOTHING
    if (least, most) == (1, 1):
        return language
    return _made(Shape.REPEAT, (language, least, most), least == 0 or language.has_empty)


def _followed(first: Language, rest: Language) -> Language:
    if NOTHING in (first, rest):
        return NOTHING
    if first is EMPTY or rest is EMPTY:
        return rest if first is EMPTY else first
    if first.shape is Shape.CHAIN:
        return _followed(first.parts[0], _followed(first.parts[1], rest))
    return _made(Shape.CHAIN, (first, rest), first.has_empty and rest.has_empty)


def _flat(shape: Shape, languages: Iterable[Language]) -> frozenset[Language]:
    found: set[Language] = set()
    for each in languages:
        found.update(each.parts if each.shape is shape else (each,))
    return frozenset(found)


EMPTY = _made(Shape.CHAIN, (), True)
NOTHING = _made(Shape.EITHER, (), False)
ANY_CHARACTER = characters([(0, LAST)])
ANYTHING = _made(Shape.REPEAT, (ANY_CHARACTER, 0, None), True)


@lru_cache(maxsize=200_000)
def derived(language: Language, code: int) -> Language:
    """What may follow a character for the whole to be a text of the language."""
    parts = language.parts
    match language.shape:
        case Shape.CHARACTER:
            return EMPTY if any(low <= code <= high for low, high in parts) else NOTHING
        case Shape.EITHER:
            return either(*(derived(each, code) for each in parts))
        case Shape.BOTH:
            return both(*(derived(each, code) for each in parts))
        case Shape.BUT:
            return other_than(derived(parts[0], code))
        case Shape.REPEAT:
            return _derived_repeat(language, code)
        case Shape.CHAIN:
            return _derived_chain(parts, code)


def _derived_chain(parts: tuple[Any, ...], code: int) -> Language:
    if not parts:
        return NOTHING
    first, rest = parts
    result = chain(derived(first, code), rest)
    return either(result, derived(rest, code)) if first.has_empty else result


def _derived_repeat(language: Language, code: int) -> Language:
    inner, least, most = language.parts
    left = repeated(inner, max(least - 1, 0), None if most is None else most - 1)
    return chain(derived(inner, code), left)


@cache
def cuts(language: Language) -> frozenset[int]:
    """Where character classes begin or have ended: between two neighbours all characters are treated alike."""
    if language.shape is Shape.CHARACTER:
        return frozenset(edge for low, high in language.parts for edge in (low, high + 1))
    inner = (each for each in language.parts if isinstance(each, Language))
    return frozenset().union(*(cuts(each) for each in inner))


def letters(languages: Iterable[Language]) -> tuple[int, ...]:
    """One character of each kind that the languages tell apart, those that read well first."""
    edges = sorted(frozenset({0, *_READABLE_CUTS, *SURROGATE_CUTS, LAST + 1}).union(*map(cuts, languages)))
    found = [low for low, high in pairwise(edges) if not SURROGATES[0] <= low <= SURROGATES[1]]
    return tuple(sorted(found, key=_readability))


SURROGATE_CUTS = (SURROGATES[0], SURROGATES[1] + 1)
_READABLE = (
    (ord("a"), ord("z")),
    (ord("0"), ord("9")),
    (ord("A"), ord("Z")),
    (0x21, 0x7E),
    (0x20, 0x20),
    (0x0A, 0x0A),
    (0xA1, 0xD7FF),
)
_READABLE_CUTS = frozenset(edge for low, high in _READABLE for edge in (low, high + 1))


def _readability(code: int) -> tuple[int, int]:
    rank = next((rank for rank, (low, high) in enumerate(_READABLE) if low <= code <= high), len(_READABLE))
    return rank, code
