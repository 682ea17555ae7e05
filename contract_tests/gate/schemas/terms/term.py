"""Terms: sets of JSON values made of the keywords of JSON Schema by all-of, any-of, one-of and not.

A term that was made twice is one object, so that equal parts of two schemas are seen to be equal at once. A keyword
that speaks about one type of values (`maxLength`) holds for all values of other types, as in JSON Schema.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any
from weakref import WeakValueDictionary

from contract_tests.gate.schemas.terms.values import ARRAY, NUMBER, OBJECT, STRING, Frozen


class Word(Enum):
    """What a term says, and of which type of values; `None` for those that speak of all."""

    ALL = "all", None
    ANY = "any", None
    ONE = "one", None
    NOT = "not", None
    REFERENCE = "reference", None
    TYPES = "types", None
    VALUES = "values", None
    UNKNOWN = "unknown", None
    AT_LEAST = "at least", NUMBER
    AT_MOST = "at most", NUMBER
    MULTIPLE_OF = "multiple of", NUMBER
    MIN_LENGTH = "min length", STRING
    MAX_LENGTH = "max length", STRING
    PATTERN = "pattern", STRING
    FORMAT = "format", STRING
    MIN_ITEMS = "min items", ARRAY
    MAX_ITEMS = "max items", ARRAY
    UNIQUE = "unique", ARRAY
    ITEM = "item", ARRAY
    ITEMS = "items", ARRAY
    CONTAINS = "contains", ARRAY
    CONTAINS_AT_MOST = "contains at most", ARRAY
    REQUIRED = "required", OBJECT
    PROPERTY = "property", OBJECT
    PATTERN_PROPERTIES = "pattern properties", OBJECT
    OTHER_PROPERTIES = "other properties", OBJECT
    NAMES = "names", OBJECT
    MIN_PROPERTIES = "min properties", OBJECT
    MAX_PROPERTIES = "max properties", OBJECT

    def __init__(self, label: str, kind: str | None) -> None:
        self.label = label
        self.type = kind


@dataclass(frozen=True, eq=False, slots=True, weakref_slot=True)
class Term:
    """`parts`: terms, or what the keyword says. `digest`: the same for the same term, in any process.

    `leads_on`: whether it refers to other terms, which may lead far.
    """

    word: Word
    parts: tuple[Any, ...]
    digest: bytes
    leads_on: bool

    def __lt__(self, other: Term) -> bool:
        return self.digest < other.digest

    def __repr__(self) -> str:
        return f"{self.word.label}{self.parts}"


_TERMS: WeakValueDictionary[bytes, Term] = WeakValueDictionary()


def term(word: Word, *parts: Any) -> Term:
    """The term of a keyword, or of terms whose order counts."""
    digest = _digest(word, parts)
    found = _TERMS.get(digest)
    if found is None:
        leads_on = word is Word.REFERENCE or any(isinstance(each, Term) and each.leads_on for each in parts)
        found = _TERMS[digest] = Term(word, parts, digest, leads_on)
    return found


def _digest(word: Word, parts: Iterable[Any]) -> bytes:
    return hashlib.blake2b(b"\0".join([word.name.encode(), *map(_bytes, parts)]), digest_size=16).digest()


def _bytes(part: Any) -> bytes:
    kind = type(part)
    if kind is Term or kind is Reference:
        found: bytes = part.digest
        return found
    if kind is frozenset:
        return repr(sorted(part, key=repr)).encode()
    return repr(part).encode(errors="surrogatepass")


@dataclass(frozen=True, eq=False)
class Reference:
    """Leads to a term when it is asked for. `digest`: the same where all that can be reached is the same."""

    digest: bytes
    target: Callable[[], Term]


def all_of(terms: Iterable[Term]) -> Term:
    """The values of all of them."""
    found = _flat(Word.ALL, terms)
    _merged(found, Word.TYPES, frozenset.intersection, of_types)
    _merged(found, Word.VALUES, frozenset.intersection, of_values)
    return NONE if NONE in found else _one_or(Word.ALL, found)


def any_of(terms: Iterable[Term]) -> Term:
    """The values of any of them."""
    found = _flat(Word.ANY, terms)
    _merged(found, Word.TYPES, frozenset.union, of_types)
    _merged(found, Word.VALUES, frozenset.union, of_values)
    return EVERYTHING if EVERYTHING in found else _one_or(Word.ANY, found)


def one_of(terms: Iterable[Term]) -> Term:
    """The values of exactly one of them."""
    found = sorted(each for each in terms if each is not NONE)
    return found[0] if len(found) == 1 else term(Word.ONE, *found) if found else NONE


def other_than(one: Term) -> Term:
    """All other values."""
    if one.word is Word.NOT:
        inner: Term = one.parts[0]
        return inner
    if one in (EVERYTHING, NONE):
        return NONE if one is EVERYTHING else EVERYTHING
    return term(Word.NOT, one)


def of_types(types: Iterable[str]) -> Term:
    """The values of some types."""
    found = frozenset(types)
    return EVERYTHING if len(found) == 6 else term(Word.TYPES, found) if found else NONE


def of_values(values: Iterable[Frozen]) -> Term:
    """These values."""
    found = frozenset(values)
    return term(Word.VALUES, found) if found else NONE


def _flat(word: Word, terms: Iterable[Term]) -> set[Term]:
    found: set[Term] = set()
    for each in terms:
        found.update(each.parts if each.word is word else (each,))
    return found


def _merged(terms: set[Term], word: Word, merge: Callable[..., frozenset[Any]], make: Callable[..., Term]) -> None:
    """Makes all terms of a word that lists something one of them."""
    found = [each for each in terms if each.word is word]
    if len(found) > 1:
        terms.difference_update(found)
        terms.add(make(merge(*(each.parts[0] for each in found))))


def _one_or(word: Word, terms: set[Term]) -> Term:
    return next(iter(terms)) if len(terms) == 1 else term(word, *sorted(terms))


EVERYTHING = term(Word.ALL)
NONE = term(Word.ANY)
