"""Values to try schemas with: made from the words of the schemas themselves, and from a pool of common ones."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import Any

from tests.contract_tests.gate.corpus.references import pointed_to

Json = Any

STRINGS = (
    *("", "a", "b", "c", "z", "A", "_", "1", "ä", "ab", "aa", "aab", "abc", "abcd", "ABCD", "a1", "a123", "123", "a/b"),
    *("1234", "1234567", "12345678", "INV-1", "1-INV", "root", "admin", "cat", "dog", "abab", "x" * 6, "x" * 9),
    *("x" * 21, "x" * 40, "x" * 41, "x" * 50, "x" * 51, "x" * 256, "-" * 36, "2027-03-01", "2027-03-01T00:00:00Z"),
    *("a@example.com", "3fa85f64-5717-4562-b3fc-2c963f66afa6", "unlimited", "few"),
)
NUMBERS = (
    0,
    1,
    -1,
    2,
    3,
    4,
    5,
    6,
    8,
    9,
    10,
    11,
    12,
    15,
    20,
    24,
    90,
    99,
    100,
    101,
    0.005,
    0.5,
    1.5,
    5.5,
    10.5,
    3 * 10**9,
    2**53,
)
COMMON: tuple[Json, ...] = ("a", 1, None, True, 1.5, -1, {}, [], "", 0, False, "long one", *NUMBERS, *STRINGS)
UNKNOWN = ("x", "x-a", "A")
"""Names of members that no schema declares."""
FEW = 12
WHOLE = 2
"""So many levels must be left for a value to be tried with all of the pool."""
OF_OBJECTS = frozenset(
    {"properties", "required", "additionalProperties", "patternProperties", "dependentRequired", "allOf"}
)
OF_LISTS = frozenset({"items", "prefixItems", "contains"})
MOST = 400


def values(schema: Json, document: Mapping[str, Json], depth: int = 3) -> list[Json]:
    """Values that come near to what a schema allows and forbids, at most some hundred."""
    return list(itertools.islice(_distinct(_values(schema, document, depth)), MOST))


def _values(schema: Json, document: Mapping[str, Json], depth: int) -> Iterator[Json]:
    if not isinstance(schema, dict) or depth < 0:
        yield from COMMON[:FEW]
        return
    if "$ref" in schema:
        yield from _values(pointed_to(document, schema["$ref"]), document, depth)
    yield from schema.get("enum", ())
    if "const" in schema:
        yield schema["const"]
    if not OF_LISTS.isdisjoint(schema) or schema.get("type") == "array":
        yield from _lists(schema, document, depth)
    if not OF_OBJECTS.isdisjoint(schema) or schema.get("type") == "object":
        yield from _objects(schema, document, depth)
    for word in ("allOf", "anyOf", "oneOf"):
        for each in schema.get(word, ()):
            yield from _values(each, document, depth - 1)
    if "not" in schema:
        yield from _values(schema["not"], document, depth - 1)
    yield from COMMON if depth >= WHOLE else COMMON[:FEW]


def _objects(schema: Json, document: Mapping[str, Json], depth: int) -> Iterator[Json]:
    """Of every set of known names, with each of their first values in turn; and with names nobody knows."""
    members = _members(schema, document, depth)
    names = list(members)[:6]
    pools = {name: values(members[name], document, depth - 1)[:60] for name in names}
    yield {}
    for many in (7, 8, 9, 10):
        yield {f"k{number}": 1 for number in range(many)}
    for size in (len(members) - len(UNKNOWN), 1, 2, 3):
        for chosen in itertools.combinations(names, size):
            yield from _with_one_varied(chosen, pools)


def _with_one_varied(chosen: tuple[str, ...], pools: Mapping[str, list[Json]]) -> Iterator[Json]:
    plain = {name: pools[name][0] for name in chosen if pools[name]}
    yield plain
    for name in chosen:
        for value in pools[name]:
            yield {**plain, name: value}


def _members(schema: Json, document: Mapping[str, Json], depth: int) -> dict[str, Json]:
    """What an object may have by name, here or in its parts, and some names more."""
    if not isinstance(schema, dict) or depth < 0:
        return {}
    members: dict[str, Json] = dict(schema.get("properties", {}))
    for name in (*schema.get("required", ()), *schema.get("dependentRequired", {})):
        members.setdefault(name, {})
    for word in ("allOf", "anyOf", "oneOf"):
        for each in schema.get(word, ()):
            members = {**_members(each, document, depth - 1), **members}
    others = schema.get("additionalProperties", {})
    return {**members, **dict.fromkeys(UNKNOWN, others)}


def _lists(schema: Json, document: Mapping[str, Json], depth: int) -> Iterator[Json]:
    items = values(schema.get("items", {}), document, depth - 1)[:60] if depth else [1, "a"]
    yield []
    for each in items:
        yield [each]
    for each in items[:6]:
        yield [each, each]
        yield [each, items[-1], 1]
    for many in (10, 11, 20, 21):
        yield [f"i{number}" for number in range(many)]


def _distinct(found: Iterator[Json]) -> Iterator[Json]:
    seen = set()
    for each in found:
        key = repr(each)
        if key not in seen:
            seen.add(key)
            yield each
