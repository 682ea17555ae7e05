"""Any schemas, and any values, from few names and small numbers, so that they meet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

NAMES = ("a", "b", "c")
OTHER_NAMES = ("ab", "d", "aa")
PATTERNS = ("^a", "b$", "^[ab]{1,2}$", "^(a|bc)*$", "c", "^.$", "^(?!a)")
FORMATS = ("date", "uuid", "email", "ipv4", "uri", "uri-reference", "password")
TEXTS = ("", "a", "b", "ab", "abc", "aaaa", "2024-02-29", "c", "bc", "192.0.2.1", "/a", "a@example.com")
NUMBERS = (-2, -1, 0, 1, 2, 3, 0.5, 1.5, 2.25, 6)
TYPES = ("null", "boolean", "integer", "number", "string", "array", "object")
LEAVES: tuple[Any, ...] = (
    True,
    {"minLength": 1},
    {"type": "integer", "minimum": 1},
    *({"type": each} for each in TYPES),
)


class Maker:
    """Makes schemas and values by chance."""

    def __init__(self, random: Random) -> None:
        self.random = random

    def scalar(self) -> Any:
        return self.random.choice([None, True, False, *NUMBERS, *TEXTS])

    def value(self, depth: int = 2) -> Any:
        """Any JSON."""
        kind = self.random.random()
        if depth == 0 or kind < 0.45:
            return self.scalar()
        if kind < 0.65:
            return [self.value(depth - 1) for _ in range(self.random.randint(0, 3))]
        names = self.random.sample((*NAMES, *OTHER_NAMES), self.random.randint(0, 3))
        return {name: self.value(depth - 1) for name in names}

    def names(self, most: int = 2) -> list[str]:
        return self.random.sample(NAMES, self.random.randint(0, most))

    def schema(self, depth: int = 3) -> Any:
        """A schema that may refer to the definitions `one` and `two`."""
        if self.random.random() < 0.08:
            return self.random.choice([True, True, False])
        words = self.random.choices(
            list(KEYWORDS), [weight for weight, _ in KEYWORDS.values()], k=self.random.randint(1, 4)
        )
        schema = {word: KEYWORDS[word][1](self, depth) for word in words}
        if self.random.random() < 0.5 and schema.keys() & {"properties", "items"}:
            schema["type"] = "object" if "properties" in schema else "array"
        return schema

    def part(self, depth: int) -> Any:
        return self.schema(depth - 1) if depth > 0 else self.random.choice(LEAVES)

    def parts(self, depth: int) -> list[Any]:
        return [self.part(depth) for _ in range(self.random.randint(1, 3))]

    def type(self) -> Any:
        some = self.random.sample(TYPES, self.random.randint(1, 3))
        return self.random.choice(TYPES) if self.random.random() < 0.6 else some

    def definition(self) -> dict[str, Any]:
        """One that refers to itself only for parts of a value; others would mean nothing."""
        if self.random.random() < 0.6:
            properties = {name: self.schema(1) for name in self.names()}
            return {"type": "object", "properties": properties, "required": self.names(1)}
        return {"type": "array", "items": self.schema(1)}

    def definitions(self) -> dict[str, Any]:
        return {"one": self.definition(), "two": self.definition()}


Make = Callable[[Maker, int], Any]


def _chosen(values: tuple[Any, ...]) -> Make:
    return lambda maker, depth: maker.random.choice(values)


def _count(maker: Maker, depth: int) -> int:
    return maker.random.randint(0, 3)


def _each(words: str, weight: float, make: Make) -> dict[str, tuple[float, Make]]:
    return dict.fromkeys(words.split(), (weight, make))


KEYWORDS: Mapping[str, tuple[float, Make]] = {
    **_each("type", 6, lambda maker, depth: maker.type()),
    **_each("enum", 2, lambda maker, depth: [maker.value(1) for _ in range(maker.random.randint(1, 4))]),
    **_each("const", 1, lambda maker, depth: maker.value(1)),
    **_each("minimum maximum exclusiveMinimum exclusiveMaximum", 1, _chosen(NUMBERS)),
    **_each("multipleOf", 1, _chosen((1, 2, 3, 0.5, 1.5))),
    **_each("minLength maxLength minItems maxItems minProperties maxProperties", 1, _count),
    **_each("pattern", 2, _chosen(PATTERNS)),
    **_each("format", 1, _chosen(FORMATS)),
    **_each("uniqueItems", 1, _chosen((True, True, False))),
    **_each("items", 3, Maker.part),
    **_each("prefixItems", 1, lambda maker, depth: [maker.part(depth) for _ in range(maker.random.randint(1, 2))]),
    **_each("contains propertyNames", 1, Maker.part),
    **_each("minContains maxContains", 0.4, _count),
    **_each("required", 3, lambda maker, depth: maker.names()),
    **_each("properties", 5, lambda maker, depth: {name: maker.part(depth) for name in maker.names(3)}),
    **_each("patternProperties", 1, lambda maker, depth: {maker.random.choice(PATTERNS): maker.part(depth)}),
    **_each(
        "additionalProperties", 2, lambda maker, depth: maker.part(depth) if maker.random.random() < 0.6 else False
    ),
    **_each("dependentRequired", 0.5, lambda maker, depth: {name: maker.names() for name in maker.names(1)}),
    **_each("dependentSchemas", 0.5, lambda maker, depth: {name: maker.part(depth) for name in maker.names(1)}),
    **_each("allOf anyOf oneOf", 1.5, Maker.parts),
    **_each("not", 1.5, Maker.part),
    **_each("if then else", 0.6, Maker.part),
    **_each("$ref", 1, _chosen(("#/$defs/one", "#/$defs/two"))),
}
"""How often each keyword comes, and what it says."""


def makers() -> SearchStrategy[Maker]:
    """One for each seed; hypothesis' own draws would take longer than what is tested."""
    return st.integers(0, 10**9).map(lambda seed: Maker(Random(seed)))


def whole(schema: Any, definitions: Mapping[str, Any]) -> dict[str, Any]:
    """The schema with the definitions."""
    own = dict(schema) if isinstance(schema, dict) else {} if schema else {"not": {}}
    return {**own, "$defs": dict(definitions)}


def altered(maker: Maker, schema: Mapping[str, Any]) -> dict[str, Any]:
    """The same schema but for one keyword somewhere."""
    spots: list[dict[str, Any]] = []
    copy = _copied(schema, spots)
    spot = maker.random.choice(spots)
    if spot and maker.random.random() < 0.5:
        spot.pop(maker.random.choice(sorted(spot)))
    else:
        word = maker.random.choice(list(KEYWORDS))
        spot[word] = KEYWORDS[word][1](maker, 1)
    return {**copy, "$defs": schema["$defs"]}


_SCHEMAS = ("items", "contains", "propertyNames", "additionalProperties", "not", "if", "then", "else")
_LISTS = ("prefixItems", "allOf", "anyOf", "oneOf")
_MAPS = ("properties", "patternProperties", "dependentSchemas")


def _copied(schema: Any, spots: list[dict[str, Any]]) -> Any:
    if not isinstance(schema, dict):
        return schema
    copy = {}
    for word, value in schema.items():
        if word in _SCHEMAS:
            copy[word] = _copied(value, spots)
        elif word in _LISTS:
            copy[word] = [_copied(each, spots) for each in value]
        elif word in _MAPS:
            copy[word] = {name: _copied(each, spots) for name, each in value.items()}
        else:
            copy[word] = value
    spots.append(copy)
    return copy
