"""JSON Schema 2020-12 as terms.

What has no bearing on values (titles, examples, `x-` keywords) is left out. A keyword whose meaning is not known here
is kept as a term that equals only itself.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from functools import cache, lru_cache
from typing import Any
from urllib.parse import unquote

from contract_tests.gate.schemas.closures import Closures, digest_of
from contract_tests.gate.schemas.terms.describing import described
from contract_tests.gate.schemas.terms.term import (
    EVERYTHING,
    NONE,
    Reference,
    Term,
    Word,
    all_of,
    any_of,
    of_types,
    of_values,
    one_of,
    other_than,
    term,
)
from contract_tests.gate.schemas.terms.values import NUMBER, OBJECT, TYPES, NoJson, exact, frozen
from openapi.documents import pointer_parts

NO_BEARING = frozenset(
    (
        *("$comment", "$defs", "$id", "$schema", "default", "definitions", "deprecated", "description"),
        *("contentEncoding", "contentMediaType", "contentSchema", "discriminator", "example", "examples"),
        *("externalDocs", "readOnly", "title", "writeOnly", "xml"),
    )
)
"""Keywords that say nothing about which values are allowed."""

Schema = Mapping[str, Any]
Reading = Callable[["Reader", Schema, Any], Term]


class UnknownReference(ValueError):
    """A reference to nothing that is there."""


class Reader:
    """Reads the schemas of one document; each that is referred to once."""

    def __init__(self, document: Any) -> None:
        self.document = document
        self._terms: dict[str, Term] = {}
        self._targets: dict[str, Term] = {}
        self._digests: dict[str, bytes] = {}
        self._closures = Closures(self._own_digest, self._mentioned)
        self._reached: dict[str, frozenset[str]] = {}

    def read(self, schema: Any) -> Term:
        """The term of a schema that stands in the document.

        Raises:
            UnknownReference: a reference leads nowhere.
        """
        if isinstance(schema, bool):
            return EVERYTHING if schema else NONE
        if not isinstance(schema, dict):
            return term(Word.UNKNOWN, "schema", _text(schema))
        return all_of([self._keyword(schema, name, value) for name, value in schema.items()])

    def member(self, schema: Any) -> Term:
        """The term of a schema for a part of the value: a member, an item."""
        return self.read(schema)

    def plain(self) -> Reader:
        """Reads what must not hold, or only in some cases."""
        return self

    def exclusive(self, schemas: list[Any]) -> Term:
        """The term of one-of."""
        return one_of([self.read(each) for each in schemas])

    def _keyword(self, schema: Schema, name: str, value: Any) -> Term:
        if name in NO_BEARING or name.startswith("x-"):
            return EVERYTHING
        if name not in _READINGS:
            return term(Word.UNKNOWN, name, _text(value))
        try:
            return _READINGS[name](self, schema, value)
        except (TypeError, NoJson, AttributeError):
            return term(Word.UNKNOWN, name, _text(value))

    def referred(self, pointer: str) -> Term:
        """What a reference leads to; a reference again, unless what it leads to has none.

        Whoever refers to it then gets the same term, and what is recursive ends.
        """
        if pointer not in self._terms:
            is_leaf = not self._mentioned(pointer)
            reference = Reference(self._closure_digest(pointer), lambda: self._read_at(pointer))
            self._terms[pointer] = self._read_at(pointer) if is_leaf else term(Word.REFERENCE, reference)
        return self._terms[pointer]

    def _read_at(self, pointer: str) -> Term:
        if pointer not in self._targets:
            self._targets[pointer] = self.read(self.at(pointer))
        return self._targets[pointer]

    def at(self, pointer: str) -> Any:
        """What stands where a reference leads.

        Raises:
            UnknownReference: nothing.
        """
        found = self.document
        try:
            for part in pointer_parts(unquote(pointer.removeprefix("#"))):
                found = found[int(part)] if isinstance(found, list) else found[part]
        except (KeyError, IndexError, ValueError, TypeError):
            raise UnknownReference(pointer) from None
        return found

    def later(self, schema: Any, read: Callable[[], Term]) -> Term:
        """What is read of a schema, when it is asked for if it refers to anything; what is recursive ends so."""
        targets = sorted(set(_targets(schema)))
        if not targets:
            return read()
        told = [_text(schema).encode(), *(self._closure_digest(each) for each in targets)]
        return term(Word.REFERENCE, Reference(self._digest_of(told), _once(read)))

    def _closure_digest(self, pointer: str) -> bytes:
        """Of all that can be reached from there, as it is written."""
        return self._digest_of([self._closures.digest(pointer)])

    def _digest_of(self, told: Iterable[bytes]) -> bytes:
        return digest_of(type(self).__name__.encode(), *told)

    def _own_digest(self, pointer: str) -> bytes:
        if pointer not in self._digests:
            self._digests[pointer] = digest_of(pointer.encode(), _text(self.at(pointer)).encode())
        return self._digests[pointer]

    def _mentioned(self, pointer: str) -> frozenset[str]:
        if pointer not in self._reached:
            self._reached[pointer] = frozenset(_targets(self.at(pointer)))
        return self._reached[pointer]


def _once(read: Callable[[], Term]) -> Callable[[], Term]:
    """Reads when it is called first."""
    return cache(read)


def _targets(value: Any) -> Iterator[str]:
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            waiting.extend(each.values())
            if isinstance(each.get("$ref"), str):
                yield each["$ref"]
        elif isinstance(each, list):
            waiting.extend(each)


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str)


def _read_type(reader: Reader, schema: Schema, value: Any) -> Term:
    return _typed(frozenset([value] if isinstance(value, str) else value))


@lru_cache(maxsize=256)
def _typed(names: frozenset[str]) -> Term:
    types = {NUMBER if each == "integer" else each for each in names}
    if not types <= set(TYPES):
        raise NoJson("no type of JSON")
    is_whole = "integer" in names and NUMBER not in names
    return all_of([of_types(types), term(Word.MULTIPLE_OF, Fraction(1)) if is_whole else EVERYTHING])


def _read_reference(reader: Reader, schema: Schema, value: Any) -> Term:
    if not value.startswith("#") or (len(value) > 1 and value[1] != "/"):
        raise NoJson("a reference to elsewhere, or to an anchor")
    return reader.referred(value)


def _read_each(combine: Callable[[list[Term]], Term]) -> Reading:
    def read(reader: Reader, schema: Schema, value: Any) -> Term:
        return combine([reader.read(each) for each in value])

    return read


def _read_one(reader: Reader, schema: Schema, value: Any) -> Term:
    return reader.exclusive(list(value))


def _read_not(reader: Reader, schema: Schema, value: Any) -> Term:
    return other_than(reader.plain().read(value))


def _read_if(reader: Reader, schema: Schema, value: Any) -> Term:
    when = reader.plain().read(value)
    then, otherwise = (reader.read(schema.get(name, True)) for name in ("then", "else"))
    return all_of([any_of([other_than(when), then]), any_of([when, otherwise])])


def _read_enum(reader: Reader, schema: Schema, value: Any) -> Term:
    return of_values(map(frozen, value))


def _read_const(reader: Reader, schema: Schema, value: Any) -> Term:
    return of_values([frozen(value)])


def _read_bound(word: Word, *, is_strict: bool) -> Reading:
    def read(reader: Reader, schema: Schema, value: Any) -> Term:
        return term(word, _number(value), is_strict)

    return read


def _number(value: Any) -> Fraction:
    number = exact(value)
    if number is None:
        raise NoJson("no number")
    return number


def _read_multiple_of(reader: Reader, schema: Schema, value: Any) -> Term:
    number = _number(value)
    if number <= 0:
        raise NoJson("no divisor")
    return term(Word.MULTIPLE_OF, number)


def _count(value: Any) -> int:
    number = _number(value)
    if number.denominator != 1:
        raise NoJson("no count")
    return number.numerator


def _read_least(word: Word) -> Reading:
    def read(reader: Reader, schema: Schema, value: Any) -> Term:
        count = _count(value)
        return term(word, count) if count > 0 else EVERYTHING

    return read


def _read_most(word: Word) -> Reading:
    def read(reader: Reader, schema: Schema, value: Any) -> Term:
        return term(word, max(_count(value), -1))

    return read


def _read_text(word: Word) -> Reading:
    def read(reader: Reader, schema: Schema, value: Any) -> Term:
        if not isinstance(value, str):
            raise NoJson("no text")
        return term(word, value)

    return read


def _read_unique(reader: Reader, schema: Schema, value: Any) -> Term:
    return term(Word.UNIQUE) if value is True else EVERYTHING


def _read_prefix_items(reader: Reader, schema: Schema, value: Any) -> Term:
    return all_of([_holding(Word.ITEM, index, reader.member(each)) for index, each in enumerate(value)])


def _read_items(reader: Reader, schema: Schema, value: Any) -> Term:
    return _holding(Word.ITEMS, len(schema.get("prefixItems", ())), reader.member(value))


def _read_contains(reader: Reader, schema: Schema, value: Any) -> Term:
    least, most = _count(schema.get("minContains", 1)), schema.get("maxContains")
    at_least = term(Word.CONTAINS, least, reader.member(value)) if least > 0 else EVERYTHING
    if most is None:
        return at_least
    return all_of([at_least, term(Word.CONTAINS_AT_MOST, _count(most), reader.plain().read(value))])


def _read_required(reader: Reader, schema: Schema, value: Any) -> Term:
    return all_of([term(Word.REQUIRED, name) for name in value])


def _read_properties(reader: Reader, schema: Schema, value: Any) -> Term:
    return all_of([_holding(Word.PROPERTY, name, reader.member(each)) for name, each in value.items()])


def _read_pattern_properties(reader: Reader, schema: Schema, value: Any) -> Term:
    return all_of([_holding(Word.PATTERN_PROPERTIES, name, reader.member(each)) for name, each in value.items()])


def _read_additional_properties(reader: Reader, schema: Schema, value: Any) -> Term:
    names, patterns = (frozenset(schema.get(each, ())) for each in ("properties", "patternProperties"))
    return _holding(Word.OTHER_PROPERTIES, names, patterns, reader.member(value))


def _holding(word: Word, *parts: Any) -> Term:
    """The term of a keyword whose last part says what the members are; nothing where they may be anything."""
    return EVERYTHING if parts[-1] is EVERYTHING else term(word, *parts)


def _read_unevaluated_properties(reader: Reader, schema: Schema, value: Any) -> Term:
    """Members that nothing beside it describes; where that depends on the value, it is not known here."""
    beside = {name: each for name, each in schema.items() if name != "unevaluatedProperties"}
    found = described(beside, reader.at)
    if found.choices or found.is_conditional:
        raise NoJson("what is described depends on the value")
    if found.says_of_others:
        return EVERYTHING
    return _holding(Word.OTHER_PROPERTIES, frozenset(found.names), frozenset(found.patterns), reader.member(value))


def _read_names(reader: Reader, schema: Schema, value: Any) -> Term:
    return _holding(Word.NAMES, reader.read(value))


def _read_dependent_required(reader: Reader, schema: Schema, value: Any) -> Term:
    return all_of([any_of([_absent(name), _read_required(reader, schema, each)]) for name, each in value.items()])


def _read_dependent_schemas(reader: Reader, schema: Schema, value: Any) -> Term:
    no_object = of_types(set(TYPES) - {OBJECT})
    return all_of([any_of([no_object, _absent(name), reader.read(each)]) for name, each in value.items()])


def _absent(name: str) -> Term:
    return other_than(term(Word.REQUIRED, name))


def _read_nothing(reader: Reader, schema: Schema, value: Any) -> Term:
    """What another keyword has read already."""
    return EVERYTHING


_READINGS: Mapping[str, Reading] = {
    "type": _read_type,
    "$ref": _read_reference,
    "allOf": _read_each(all_of),
    "anyOf": _read_each(any_of),
    "oneOf": _read_one,
    "not": _read_not,
    "if": _read_if,
    "then": _read_nothing,
    "else": _read_nothing,
    "enum": _read_enum,
    "const": _read_const,
    "minimum": _read_bound(Word.AT_LEAST, is_strict=False),
    "exclusiveMinimum": _read_bound(Word.AT_LEAST, is_strict=True),
    "maximum": _read_bound(Word.AT_MOST, is_strict=False),
    "exclusiveMaximum": _read_bound(Word.AT_MOST, is_strict=True),
    "multipleOf": _read_multiple_of,
    "minLength": _read_least(Word.MIN_LENGTH),
    "maxLength": _read_most(Word.MAX_LENGTH),
    "pattern": _read_text(Word.PATTERN),
    "format": _read_text(Word.FORMAT),
    "minItems": _read_least(Word.MIN_ITEMS),
    "maxItems": _read_most(Word.MAX_ITEMS),
    "uniqueItems": _read_unique,
    "prefixItems": _read_prefix_items,
    "items": _read_items,
    "contains": _read_contains,
    "minContains": _read_nothing,
    "maxContains": _read_nothing,
    "required": _read_required,
    "properties": _read_properties,
    "patternProperties": _read_pattern_properties,
    "additionalProperties": _read_additional_properties,
    "unevaluatedProperties": _read_unevaluated_properties,
    "propertyNames": _read_names,
    "dependentRequired": _read_dependent_required,
    "dependentSchemas": _read_dependent_schemas,
    "minProperties": _read_least(Word.MIN_PROPERTIES),
    "maxProperties": _read_most(Word.MAX_PROPERTIES),
}
"""How each keyword is read."""
