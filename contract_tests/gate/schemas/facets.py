"""Keywords that say one thing about a value: which changes of them have which name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from contract_tests.gate.schemas.dialect import Dialect
from contract_tests.gate.schemas.terms.reading import Reader
from contract_tests.gate.schemas.terms.term import EVERYTHING, Term, Word, all_of
from contract_tests.gate.schemas.viewing import View
from contract_tests.gate.specification import Node


@dataclass(frozen=True)
class Facet:
    """`keywords`: what says it. `name`: takes what is said on both sides (terms) and gives the kind of the change."""

    keywords: tuple[str, ...]
    name: Callable[[Term, Term], str]

    def node(self, view: View) -> Node | None:
        """Where it is said first."""
        return next((found for each in self.keywords if (found := view.first(each))), None)

    def term(self, view: View, dialect: Dialect) -> Term:
        """All that is said of it, together."""
        return all_of(_said(view, self.keywords, dialect))


def _said(view: View, keywords: tuple[str, ...], dialect: Dialect) -> Iterator[Term]:
    for part in view.parts:
        schema = dialect.own_words(part)
        said = {name: value for name, value in schema.items() if name in keywords}
        if said:
            yield Reader({}).read(said)


def _bound(word: Word, stem: str) -> Callable[[Term, Term], str]:
    """Compares bounds. At the same number one that excludes it is the tighter one."""
    is_low = word in (Word.AT_LEAST, Word.MIN_LENGTH, Word.MIN_ITEMS, Word.MIN_PROPERTIES)

    def name(old: Term, new: Term) -> str:
        is_higher = _height(new, is_low) > _height(old, is_low)
        return f"{stem}-{'increased' if is_higher else 'decreased'}"

    return name


def _height(term: Term, is_low: bool) -> tuple[float, Fraction, int]:
    """How high a bound is; none is endlessly low or high."""
    parts = term.parts if term.word is Word.ALL else (term,)
    bounds = [(Fraction(each.parts[0]), _is_strict(each)) for each in parts]
    if not bounds:
        return (-1 if is_low else 1), Fraction(0), 0
    if is_low:
        at, is_strict = max(bounds)
        return 0, at, int(is_strict)
    at, is_strict = min(bounds, key=lambda bound: (bound[0], not bound[1]))
    return 0, at, -int(is_strict)


def _is_strict(term: Term) -> bool:
    return len(term.parts) > 1 and bool(term.parts[1])


def _presence(stem: str) -> Callable[[Term, Term], str]:
    def name(old: Term, new: Term) -> str:
        suffix = "added" if old is EVERYTHING else "removed" if new is EVERYTHING else "changed"
        return f"{stem}-{suffix}"

    return name


FACETS: tuple[Facet, ...] = (
    Facet(("pattern",), _presence("pattern")),
    Facet(("minLength",), _bound(Word.MIN_LENGTH, "min-length")),
    Facet(("maxLength",), _bound(Word.MAX_LENGTH, "max-length")),
    Facet(("minimum", "exclusiveMinimum"), _bound(Word.AT_LEAST, "minimum")),
    Facet(("maximum", "exclusiveMaximum"), _bound(Word.AT_MOST, "maximum")),
    Facet(("multipleOf",), lambda old, new: "multiple-of-changed"),
    Facet(("minItems",), _bound(Word.MIN_ITEMS, "min-items")),
    Facet(("maxItems",), _bound(Word.MAX_ITEMS, "max-items")),
    Facet(("uniqueItems",), _presence("unique-items")),
    Facet(("minProperties",), _bound(Word.MIN_PROPERTIES, "min-properties")),
    Facet(("maxProperties",), _bound(Word.MAX_PROPERTIES, "max-properties")),
)

CONTENTS: Mapping[tuple[str, Any], str] = {
    ("contentEncoding", "base64"): "byte",
    ("contentMediaType", "application/octet-stream"): "binary",
}
"""What 3.1 says instead of a format of 3.0."""

CARRIED = frozenset({"byte", "binary"})
"""Formats that say how a text stands for something else; no validator looks, but clients do."""


def format_of(view: View) -> tuple[str, Node | None]:
    """The format a schema names, in the words of 3.0."""
    node = view.first("format")
    if node is not None:
        return str(node.value), node
    for (keyword, value), name in CONTENTS.items():
        if (found := view.first(keyword)) is not None and found.value == value:
            return name, found
    return "", None
