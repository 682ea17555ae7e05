"""Values on both sides of every constraint of a schema: the last that is allowed, and the first that is not.

They are derived from the schema. A validator has the last word on which side a value is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

import jsonschema_rs

from openapi import Contract
from openapi.schemas import COMPONENT_PREFIX, INT_RANGES, json_schema

Schema = Mapping[str, Any]
Place = tuple[str | int, ...]
STEP = Decimal("0.01")
LONGEST = 2000
"""How long a text is made where the schema has no bound."""


@dataclass(frozen=True)
class Edge:
    """A value of one place in a body, or of a parameter. `what`: says what is special about it."""

    place: Place
    value: Any
    what: str
    is_allowed: bool


def edges(contract: Contract, schema: Schema) -> list[Edge]:
    """What may stand at each place of a value of this schema, and what may not; the value itself at the empty place."""
    return [
        Edge(place, value, what, is_allowed)
        for place, inner in places(contract, schema)
        for value, what in candidates(contract, inner)
        if (is_allowed := is_valid(contract, inner, value)) is not None
    ]


def places(contract: Contract, schema: Schema, place: Place = ()) -> Iterator[tuple[Place, Schema]]:
    """Each place of a value with its schema, the members of objects and the first item of arrays."""
    merged = resolved(contract, schema)
    yield place, schema
    for name, inner in merged.get("properties", {}).items():
        yield from places(contract, inner, (*place, name))
    if "items" in merged:
        yield from places(contract, merged["items"], (*place, 0))


def resolved(contract: Contract, schema: Schema) -> dict[str, Any]:
    """The schema with what it refers to and all its parts in one."""
    if "$ref" in schema:
        return resolved(contract, contract.schemas[schema["$ref"].removeprefix(COMPONENT_PREFIX)])
    merged = {name: value for name, value in schema.items() if name != "allOf"}
    for part in schema.get("allOf", ()):
        more = resolved(contract, part)
        properties = {**more.get("properties", {}), **merged.get("properties", {})}
        required = [*more.get("required", ()), *merged.get("required", ())]
        merged = {**more, **merged}
        merged |= ({"properties": properties} if properties else {}) | ({"required": required} if required else {})
    return merged


def candidates(contract: Contract, schema: Schema) -> Iterator[tuple[Any, str]]:
    """Values that are near an edge of the schema, on whichever side."""
    found = resolved(contract, schema)
    yield None, "null"
    kind = found.get("type", "object")
    yield from ((value, f"{name} for {kind}") for name, value in OTHERS.items() if name != kind)
    yield from MAKERS[kind](found)
    if "enum" in found:
        yield from ((value, f"the value {value!r}") for value in found["enum"] if value is not None)


def missing(contract: Contract, schema: Schema) -> Sequence[str]:
    """The members of an object that must be there."""
    return list(dict.fromkeys(resolved(contract, schema).get("required", ())))


def is_valid(contract: Contract, schema: Schema, value: Any) -> bool:
    """Whether the value matches the schema, formats included."""
    plain = float(value) if isinstance(value, Decimal) else value
    return _validator(contract, _Key(schema)).is_valid(plain)


def _texts(schema: Schema) -> Iterator[tuple[Any, str]]:
    least, most = schema.get("minLength", 0), schema.get("maxLength")
    yield from FORMATS.get(schema.get("format", ""), ())
    for part in schema.get("anyOf", ()):
        yield from FORMATS.get(part.get("format", ""), ())
    if "enum" in schema:
        yield "no-such-value", "a value that is not listed"
        return
    if "format" in schema or "anyOf" in schema:
        yield "", "an empty text"
        return
    filler = "0" if least > 1 else "x"
    yield filler * least, f"{least} characters"
    if least:
        yield filler * (least - 1), f"{least - 1} characters"
    if most is not None:
        yield filler * most, f"{most} characters"
        yield filler * (most + 1), f"{most + 1} characters"
        yield "\N{GRINNING FACE}" * most, f"{most} characters beyond the basic plane"
    else:
        yield filler * LONGEST, f"{LONGEST} characters"


def _numbers(schema: Schema, step: Any) -> Iterator[tuple[Any, str]]:
    low, high = INT_RANGES.get(schema.get("format", ""), (None, None)) if step == 1 else (None, None)
    low, high = schema.get("minimum", low), schema.get("maximum", high)
    if "enum" in schema:
        known = [each for each in schema["enum"] if each is not None]
        yield from ((value, f"{value}, which is not listed") for value in (min(known) - 1, max(known) + 1))
        return
    for bound, outwards in ((low, -1), (high, 1)):
        if bound is not None:
            exact = Decimal(str(bound))
            yield _plain(exact), f"{exact}, the {'least' if outwards < 0 else 'most'}"
            yield _plain(exact + outwards * step), f"{exact + outwards * step}, beyond {exact}"
            yield _plain(exact - outwards * step), f"{exact - outwards * step}, before {exact}"


def _integers(schema: Schema) -> Iterator[tuple[Any, str]]:
    yield from _numbers(schema, 1)
    yield Decimal("1.5"), "a fraction"
    yield "1", "a number as a text"


def _decimals(schema: Schema) -> Iterator[tuple[Any, str]]:
    yield from _numbers(schema, STEP)
    yield "1.5", "a number as a text"


def _flags(_: Schema) -> Iterator[tuple[Any, str]]:
    yield from ((True, "true"), (False, "false"), ("true", "true as a text"), (0, "0"))


def _lists(schema: Schema) -> Iterator[tuple[Any, str]]:
    yield [], "an empty list"
    yield [1], "a list of other things"
    most = schema.get("maxItems")
    if most is not None:
        yield [{}] * most, f"{most} items"
        yield [{}] * (most + 1), f"{most + 1} items"


def _objects(schema: Schema) -> Iterator[tuple[Any, str]]:
    yield {}, "an empty object"
    if not schema.get("required"):
        yield {"no-such-member": {"a": [1]}}, "a member that is not known"


def _plain(value: Decimal) -> Any:
    return int(value) if value == value.to_integral_value() else value


class _Key:
    """A schema as the key of a cache: the same object is the same schema."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema

    def __hash__(self) -> int:
        return id(self.schema)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and other.schema is self.schema


@lru_cache(maxsize=2000)
def _validator(contract: Contract, key: _Key) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(json_schema(key.schema, contract.schemas), validate_formats=True)


OTHERS: Mapping[str, Any] = {"string": "text", "integer": 7, "boolean": True, "array": ["x"], "object": {"a": 1}}
MAKERS: Mapping[str, Callable[[Schema], Iterator[tuple[Any, str]]]] = {
    "string": _texts,
    "integer": _integers,
    "number": _decimals,
    "boolean": _flags,
    "array": _lists,
    "object": _objects,
}
UUID = "3f8a1b2c-5d6e-4f70-8a9b-0c1d2e3f4a5b"
FORMATS: Mapping[str, Sequence[tuple[Any, str]]] = {
    "uuid": [
        (UUID, "a UUID"),
        (UUID.upper(), "a UUID in capitals"),
        (UUID[:-1], "a UUID that is too short"),
        (UUID + "0", "a UUID that is too long"),
        (UUID.replace("a", "g"), "a UUID with a letter that is no hex digit"),
        (UUID.replace("-", ""), "a UUID without hyphens"),
        ("{" + UUID + "}", "a UUID in braces"),
        ("00000000-0000-0000-0000-000000000000", "the nil UUID"),
        ("3f8a1b2c-5d6e-9f70-8a9b-0c1d2e3f4a5b", "a UUID of version 9"),
        ("3f8a1b2c-5d6e-4f70-0a9b-0c1d2e3f4a5b", "a UUID of another variant"),
        ("not-an-id", "no UUID"),
    ],
    "date-time": [
        ("2031-02-28T23:59:59Z", "a time"),
        ("2031-02-28T23:59:59.123456+05:30", "a time with a fraction and an offset"),
        ("2031-02-30T00:00:00Z", "a day that there is not"),
        ("2031-02-28T25:00:00Z", "an hour that there is not"),
        ("2031-02-28T23:59:59", "a time without an offset"),
        ("28/02/2031", "a day as people write it"),
    ],
    "date": [("2031-02-28", "a day"), ("2031-13-01", "a month that there is not"), ("tomorrow", "a word")],
    "email": [
        ("ada@example.com", "an address"),
        ("ada.byron+notes@mail.example.com", "an address with a tag"),
        ("ada", "an address without a host"),
        ("ada@", "an address without a host"),
        ("@example.com", "an address without a name"),
        ("a da@example.com", "an address with a blank"),
    ],
}
"""Texts that are of a format, and texts that nearly are."""
