"""Changes of schemas: how they are called, where they stand, what they do, and what shows it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from contract_tests.gate.change import Direction
from contract_tests.gate.schemas.dialect import json_schema
from contract_tests.gate.schemas.schema_change import KINDS, SchemaChange
from tests.contract_tests.gate.schemas.building import changes, schema_node
from tests.contract_tests.gate.schemas.relations import array, integer, is_valid, members, number, string, thing


def deep(inner: Any) -> dict[str, Any]:
    """An object in an array in an object."""
    return members(a=members(b=array(members(c=inner))))


NARROWS, WIDENS, BOTH, NEITHER, UNSURE = "narrows", "widens", "both", "neither", "unsure"
ROWS: list[tuple[Any, Any, str, str, str]] = [
    (string(), integer(), "type-changed", "", BOTH),
    (integer(), number(), "type-widened", "", WIDENS),
    (number(), integer(), "type-narrowed", "", NARROWS),
    ({"type": ["string", "integer"]}, string(), "type-narrowed", "", NARROWS),
    ({}, string(), "type-narrowed", "", NARROWS),
    (string(), {}, "type-widened", "", WIDENS),
    (string(), {"type": ["string", "null"]}, "became-nullable", "", WIDENS),
    ({"type": ["string", "null"]}, string(), "became-not-nullable", "", NARROWS),
    ({"enum": ["a"]}, {"enum": ["a", "b"]}, "enum-value-added", "", WIDENS),
    ({"enum": ["a", "b"]}, {"enum": ["a"]}, "enum-value-removed", "", NARROWS),
    (string(), string(enum=["a"]), "enum-added", "", NARROWS),
    (string(enum=["a"]), string(), "enum-removed", "", WIDENS),
    ({"const": "a"}, {"const": "b"}, "const-changed", "", BOTH),
    (string(), string(format="date"), "format-added", "", NARROWS),
    (string(format="date"), string(), "format-removed", "", WIDENS),
    (string(format="date"), string(format="date-time"), "format-changed", "", BOTH),
    (string(), string(format="iban"), "format-added", "", UNSURE),
    (string(), string(format="binary"), "format-added", "", UNSURE),
    (string(), string(format="password"), "format-added", "", NEITHER),
    (integer(format="int32"), integer(format="int64"), "format-changed", "", WIDENS),
    (integer(), integer(format="int32"), "format-added", "", NARROWS),
    (string(), string(pattern="^a"), "pattern-added", "", NARROWS),
    (string(pattern="^a"), string(), "pattern-removed", "", WIDENS),
    (string(pattern="^a"), string(pattern="^ab"), "pattern-changed", "", NARROWS),
    (string(pattern="^ab"), string(pattern="^a"), "pattern-changed", "", WIDENS),
    (string(pattern="^a"), string(pattern="^b"), "pattern-changed", "", BOTH),
    (string(pattern="\\bb"), string(pattern="(\\bb)"), "pattern-changed", "", UNSURE),
    (string(minLength=1), string(minLength=2), "min-length-increased", "", NARROWS),
    (string(minLength=2), string(), "min-length-decreased", "", WIDENS),
    (string(), string(maxLength=2), "max-length-decreased", "", NARROWS),
    (string(maxLength=2), string(maxLength=3), "max-length-increased", "", WIDENS),
    (integer(), integer(minimum=1), "minimum-increased", "", NARROWS),
    (number(minimum=1), number(exclusiveMinimum=1), "minimum-increased", "", NARROWS),
    (number(exclusiveMinimum=1), number(minimum=1), "minimum-decreased", "", WIDENS),
    (number(maximum=1), number(exclusiveMaximum=1), "maximum-decreased", "", NARROWS),
    (integer(maximum=1), integer(maximum=2), "maximum-increased", "", WIDENS),
    (integer(multipleOf=2), integer(multipleOf=3), "multiple-of-changed", "", BOTH),
    (integer(multipleOf=2), integer(multipleOf=4), "multiple-of-changed", "", NARROWS),
    (array(), array(minItems=1), "min-items-increased", "", NARROWS),
    (array(minItems=1), array(), "min-items-decreased", "", WIDENS),
    (array(maxItems=2), array(maxItems=1), "max-items-decreased", "", NARROWS),
    (array(maxItems=2), array(), "max-items-increased", "", WIDENS),
    (array(), array(uniqueItems=True), "unique-items-added", "", NARROWS),
    (array(uniqueItems=True), array(), "unique-items-removed", "", WIDENS),
    (thing(), thing(minProperties=1), "min-properties-increased", "", NARROWS),
    (thing(minProperties=1), thing(), "min-properties-decreased", "", WIDENS),
    (thing(maxProperties=2), thing(maxProperties=1), "max-properties-decreased", "", NARROWS),
    (thing(maxProperties=2), thing(), "max-properties-increased", "", WIDENS),
    (array(string()), array(string(minLength=1)), "min-length-increased", "[]", NARROWS),
    (array(True, prefixItems=[string()]), array(True, prefixItems=[integer()]), "type-changed", "[0]", BOTH),
    (members(a=string()), members(a=string(), b=string()), "property-added", "", NEITHER),
    (members(a=string(), b=string()), members(a=string()), "property-removed", "", NEITHER),
    (members(a=string()), members("b", a=string(), b=string()), "required-property-added", "", NARROWS),
    (members("b", a=string(), b=string()), members(a=string()), "required-property-removed", "", WIDENS),
    (members(a=string()), members("a", a=string()), "property-became-required", "", NARROWS),
    (members("a", a=string()), members(a=string()), "property-became-optional", "", WIDENS),
    (
        thing(properties={"a": string()}),
        thing(properties={"a": string()}, additionalProperties=False),
        "additional-properties-forbidden",
        "",
        NARROWS,
    ),
    (
        thing(properties={"a": string()}, additionalProperties=False),
        thing(properties={"a": string()}),
        "additional-properties-allowed",
        "",
        WIDENS,
    ),
    (
        thing(allOf=[members(a=string())]),
        thing(allOf=[members(a=string())], unevaluatedProperties=False),
        "additional-properties-forbidden",
        "",
        NARROWS,
    ),
    (thing(), thing(additionalProperties=string()), "additional-properties-changed", "", NARROWS),
    (thing(additionalProperties=string()), thing(additionalProperties=integer()), "type-changed", "*", BOTH),
    (
        thing(properties={"a": {}}, additionalProperties=string()),
        thing(properties={"a": {}}, additionalProperties=integer()),
        "type-changed",
        "*",
        BOTH,
    ),
    (members("b", a=string()), members("b", a=integer()), "type-changed", "a", BOTH),
    (thing(patternProperties={"^a": string()}), thing(patternProperties={"^a": integer()}), "type-changed", "*", BOTH),
    (deep(string()), deep(integer()), "type-changed", "a.b[].c", BOTH),
    ({"anyOf": [string(), integer()]}, {"anyOf": [string(), integer(), array()]}, "alternative-added", "", WIDENS),
    ({"anyOf": [string(), integer(), array()]}, {"anyOf": [string(), integer()]}, "alternative-removed", "", NARROWS),
    (
        {"anyOf": [string(), integer()]},
        {"anyOf": [string(maxLength=3), integer()]},
        "max-length-decreased",
        "",
        NARROWS,
    ),
    (string(), {"oneOf": [string(), integer()]}, "alternative-added", "", WIDENS),
    ({"not": string()}, {"not": integer()}, "schema-changed", "", BOTH),
    ({"not": number()}, {"not": integer()}, "schema-widened", "", WIDENS),
    ({"not": integer()}, {"not": number()}, "schema-narrowed", "", NARROWS),
    (array(contains=True), array(contains=string()), "schema-narrowed", "", NARROWS),
    (string(), string(unheard=1), "schema-changed-undecided", "", UNSURE),
    (string(default="a"), string(default="b"), "default-changed", "", NEITHER),
    (string(), string(default="b"), "default-added", "", NEITHER),
    (string(default="a"), string(), "default-removed", "", NEITHER),
    ({"const": 1, "default": 1}, {"const": 1, "default": True}, "default-changed", "", NEITHER),
    (members(a=string()), members(a=string(deprecated=True)), "property-deprecated", "", NEITHER),
    (members(a=string(deprecated=True)), members(a=string()), "property-not-deprecated", "", NEITHER),
]
"""Old, new, the one change between them, where, and what it does to the set of values."""


def effect(change: SchemaChange) -> str:
    if None in (change.narrows, change.widens):
        return UNSURE
    return {(True, True): BOTH, (True, False): NARROWS, (False, True): WIDENS, (False, False): NEITHER}[
        bool(change.narrows), bool(change.widens)
    ]


@pytest.mark.parametrize(("old", "new", "kind", "path", "does"), ROWS)
def test_a_change_is_told_once_with_its_name_its_place_and_what_it_does(
    old: Any, new: Any, kind: str, path: str, does: str
) -> None:
    [change] = changes(schema_node(old), schema_node(new))
    assert (change.kind, change.path, effect(change)) == (kind, path, does)


@pytest.mark.parametrize(("old", "new", "kind", "path", "does"), ROWS)
def test_what_a_change_does_is_shown_by_values_that_a_validator_confirms(
    old: Any, new: Any, kind: str, path: str, does: str
) -> None:
    [change] = changes(schema_node(old), schema_node(new))
    assert (change.lost is not None) is (does in (NARROWS, BOTH))
    assert (change.gained is not None) is (does in (WIDENS, BOTH))
    for example, allowing, refusing in ((change.lost, old, new), (change.gained, new, old)):
        if example is not None:
            schemas = [json_schema(schema_node(each), Direction.REQUEST) for each in (allowing, refusing)]
            assert is_valid(schemas[0], example.value)
            assert not is_valid(schemas[1], example.value)
            assert example.says


def test_where_nothing_can_be_proven_a_value_made_by_chance_may_show_what_is_lost() -> None:
    old, new = members(a=string(pattern="\\Bb|\\bb")), members(a=string(pattern="\\bb"))
    [change] = changes(schema_node(old), schema_node(new))
    assert (change.kind, change.narrows, change.widens) == ("pattern-changed", True, None)
    assert change.lost is not None
    assert "\\b" in change.lost.says
    assert change.reason


def test_every_change_of_the_table_has_a_kind_that_is_listed() -> None:
    assert {kind for _, _, kind, _, _ in ROWS} <= KINDS.keys()


THING = {
    "type": "object",
    "required": ["id"],
    "properties": {
        "id": {"type": "integer", "minimum": 1},
        "name": {"type": "string", "maxLength": 5},
        "kind": {"enum": ["a", "b"]},
        "parts": {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}},
    },
}
ORDER = {"type": "object", "properties": {"thing": {"$ref": "#/components/schemas/Thing"}, "note": {"type": "string"}}}
COMPONENTS = {"Thing": THING, "Order": ORDER}
ROOT = {"$ref": "#/components/schemas/Order"}


def renamed(value: Any, old: str, new: str) -> Any:
    """The same with a component of another name."""
    if isinstance(value, dict):
        return {new if name == old else name: renamed(each, old, new) for name, each in value.items()}
    if isinstance(value, list):
        return [renamed(each, old, new) for each in value]
    return value.replace(f"/{old}", f"/{new}") if isinstance(value, str) else value


def reordered(value: Any) -> Any:
    """The same, all from last to first."""
    if isinstance(value, dict):
        return {name: reordered(value[name]) for name in reversed(value)}
    return [reordered(each) for each in reversed(value)] if isinstance(value, list) else value


def with_thing(**keywords: Any) -> dict[str, Any]:
    return {**COMPONENTS, "Thing": {**THING, **keywords}}


def with_property(name: str, schema: Any) -> dict[str, Any]:
    return with_thing(properties={**THING["properties"], name: schema})  # type: ignore[dict-item]


REWRITES: dict[str, Callable[[], tuple[Any, dict[str, Any]]]] = {
    "the same again": lambda: (copy.deepcopy(ROOT), copy.deepcopy(COMPONENTS)),
    "renamed": lambda: (ROOT, renamed(COMPONENTS, "Thing", "Item")),
    "reordered": lambda: (ROOT, reordered(COMPONENTS)),
    "inlined": lambda: (ORDER, COMPONENTS),
    "through another name": lambda: (
        {"$ref": "#/components/schemas/Alias"},
        {**COMPONENTS, "Alias": {"$ref": "#/components/schemas/Order"}},
    ),
    "in all-of": lambda: ({"allOf": [ROOT]}, COMPONENTS),
    "in any-of": lambda: ({"anyOf": [ROOT]}, COMPONENTS),
    "in one-of": lambda: ({"oneOf": [ROOT]}, COMPONENTS),
    "split": lambda: (
        ROOT,
        {**COMPONENTS, "Thing": {"allOf": [{"required": ["id"]}, {k: v for k, v in THING.items() if k != "required"}]}},
    ),
    "one alternative more that says nothing": lambda: ({"anyOf": [ROOT, ROOT]}, COMPONENTS),
    "a bound that was there anyhow": lambda: (ROOT, with_property("id", integer(minimum=1, exclusiveMinimum=0))),
    "a list of alternatives": lambda: (ROOT, with_property("kind", {"anyOf": [{"const": "b"}, {"const": "a"}]})),
    "a type of what is listed": lambda: (ROOT, with_property("kind", {"type": "string", "enum": ["b", "a"]})),
    "annotated": lambda: (ROOT, with_thing(title="A thing", description="...", **{"x-a": 1}, examples=[1])),
    "required twice": lambda: (ROOT, with_thing(required=["id", "id"])),
    "nothing more": lambda: (ROOT, with_thing(minProperties=1, allOf=[{}], anyOf=[True])),
}


@pytest.mark.parametrize("direction", list(Direction))
@pytest.mark.parametrize("name", REWRITES)
def test_another_spelling_of_the_same_is_no_change(name: str, direction: Direction) -> None:
    root, components = REWRITES[name]()
    old, new = schema_node(ROOT, COMPONENTS), schema_node(root, components)
    assert changes(old, new, direction) == []
    assert changes(new, old, direction) == []


OLD_AND_NEW_SPELLINGS: list[tuple[Any, Any]] = [
    ({"type": "string", "nullable": True}, {"type": ["string", "null"]}),
    ({"type": "string", "nullable": True}, {"anyOf": [{"type": "string"}, {"type": "null"}]}),
    ({"allOf": [ROOT], "nullable": True}, {"oneOf": [ROOT, {"type": "null"}]}),
    ({"type": "string", "enum": ["a"], "nullable": True}, {"enum": ["a", None]}),
    ({"type": "integer", "minimum": 1, "exclusiveMinimum": True}, {"type": "integer", "exclusiveMinimum": 1}),
    ({"type": "integer", "maximum": 1, "exclusiveMaximum": False}, {"type": "integer", "maximum": 1}),
    ({"type": "string", "format": "binary"}, {"type": "string", "contentMediaType": "application/octet-stream"}),
    ({"type": "string", "format": "byte"}, {"type": "string", "contentEncoding": "base64"}),
    ({"type": "string", "example": "a"}, {"type": "string", "examples": ["a"]}),
    ({"enum": ["a"]}, {"const": "a"}),
    ({**ROOT, "maxProperties": 0, "description": "ignored in 3.0"}, ROOT),
]


@pytest.mark.parametrize(("before", "after"), OLD_AND_NEW_SPELLINGS)
def test_what_is_rewritten_from_3_0_to_3_1_is_no_change(before: Any, after: Any) -> None:
    old, new = schema_node(before, COMPONENTS, "3.0.3"), schema_node(after, COMPONENTS)
    assert changes(old, new) == []
    assert changes(new, old) == []


def test_nullable_says_nothing_in_3_1() -> None:
    nullable = {"type": "string", "nullable": True}
    [change] = changes(schema_node(nullable, version="3.0.3"), schema_node(nullable))
    assert (change.kind, effect(change)) == ("became-not-nullable", NARROWS)


def test_what_stands_beside_a_reference_counts_in_3_1_alone() -> None:
    beside = {**ROOT, "maxProperties": 0}
    assert [each.kind for each in changes(schema_node(ROOT, COMPONENTS), schema_node(beside, COMPONENTS))] == [
        "max-properties-decreased"
    ]
    assert changes(schema_node(ROOT, COMPONENTS, "3.0.3"), schema_node(beside, COMPONENTS, "3.0.3")) == []


def changed(direction: Direction, old: Any, new: Any, **components: Any) -> list[tuple[str, str, str]]:
    """Kinds, places and effects."""
    found = changes(schema_node(old, components), schema_node(new, components), direction)
    return [(each.kind, each.path, effect(each)) for each in found]


def test_a_change_of_a_component_is_told_once_at_the_shortest_way_to_it() -> None:
    new = with_property("name", {"type": "string", "maxLength": 4})
    found = changes(schema_node(ROOT, COMPONENTS), schema_node(ROOT, new))
    assert [(each.kind, each.path) for each in found] == [("max-length-decreased", "thing.name")]
    assert found[0].lost is not None
    assert found[0].lost.value["thing"]["name"] == "aaaaa"
    assert found[0].old is not None
    assert found[0].old.pointer == "/components/schemas/Thing/properties/name/maxLength"


def test_changes_within_changes_are_told_each_by_itself() -> None:
    new = {**with_property("name", string(maxLength=4)), "Order": {**ORDER, "required": ["note"]}}
    found = changes(schema_node(ROOT, COMPONENTS), schema_node(ROOT, new))
    assert [(each.kind, each.path) for each in found] == [
        ("property-became-required", ""),
        ("max-length-decreased", "thing.name"),
    ]


def test_a_changed_type_has_no_consequences_that_are_told() -> None:
    old, new = members(a=string(maxLength=3, default="a")), members(a=integer(minimum=3, default=4))
    assert changed(Direction.REQUEST, old, new) == [("type-changed", "a", BOTH)]


def test_what_changes_nothing_where_it_stands_is_not_told() -> None:
    old, new = string(enum=["a", "b"], maxLength=9), string(enum=["a", "b"], maxLength=5)
    assert changed(Direction.REQUEST, old, new) == []
    assert changed(Direction.REQUEST, string(enum=["a", "bb"], maxLength=2), string(enum=["a", "bb"], maxLength=1)) == [
        ("max-length-decreased", "", NARROWS)
    ]


def test_a_change_of_a_property_that_can_not_be_there_is_not_told() -> None:
    old, new = (thing(properties={"a": string(maxLength=each)}, propertyNames={"const": "b"}) for each in (9, 5))
    assert changed(Direction.REQUEST, old, new) == []


READ_ONLY, WRITE_ONLY = string(readOnly=True), string(writeOnly=True)


@pytest.mark.parametrize(
    ("old", "new", "request_kinds", "response_kinds"),
    [
        (string(), READ_ONLY, ["property-became-read-only"], []),
        (READ_ONLY, string(), ["property-became-required"], []),
        (string(), WRITE_ONLY, [], ["property-became-write-only"]),
        (WRITE_ONLY, string(), [], ["property-became-not-write-only"]),
        (READ_ONLY, {**READ_ONLY, "maxLength": 3}, [], ["max-length-decreased"]),
        (WRITE_ONLY, {**WRITE_ONLY, "maxLength": 3}, ["max-length-decreased"], []),
    ],
)
def test_what_is_only_answered_is_no_part_of_requests_and_the_other_way_round(
    old: Any, new: Any, request_kinds: list[str], response_kinds: list[str]
) -> None:
    for direction, kinds in ((Direction.REQUEST, request_kinds), (Direction.RESPONSE, response_kinds)):
        for others in ({}, {"additionalProperties": False}):
            found = changed(direction, {**members("a", a=old), **others}, {**members("a", a=new), **others})
            assert [kind for kind, _, _ in found] == kinds


def test_a_required_property_that_only_comes_back_is_not_asked_for_in_requests() -> None:
    old, new = members(a=string()), members("b", a=string(), b=READ_ONLY)
    assert changed(Direction.REQUEST, old, new) == []
    assert changed(Direction.RESPONSE, old, new) == [("required-property-added", "", NARROWS)]


def test_a_new_property_harms_nobody_but_where_other_members_were_refused() -> None:
    assert changed(Direction.REQUEST, members(a=string()), members(a=string(), b=string())) == [
        ("property-added", "", NEITHER)
    ]
    old, new = ({**each, "additionalProperties": False} for each in (members(), members(b=string())))
    assert changed(Direction.RESPONSE, old, new) == [("property-added", "", WIDENS)]
    assert changed(Direction.REQUEST, new, old) == [("property-removed", "", NARROWS)]


def test_a_free_form_object_that_is_described_refuses_what_was_fine() -> None:
    assert changed(Direction.REQUEST, thing(), members(b=string())) == [("property-added", "", NARROWS)]


CAT = {"type": "object", "required": ["kind"], "properties": {"kind": {"const": "cat"}, "lives": integer()}}
DOG = {"type": "object", "required": ["kind"], "properties": {"kind": {"const": "dog"}, "barks": {"type": "boolean"}}}
PETS = {"Cat": CAT, "Dog": DOG}


def pets(*names: str, key: str = "kind", **mapping: str) -> dict[str, Any]:
    references = {name: f"#/components/schemas/{name}" for name in names}
    mapped = {value: f"#/components/schemas/{name}" for value, name in mapping.items()}
    discriminator = {"propertyName": key, **({"mapping": mapped} if mapped else {})}
    return {"oneOf": [{"$ref": each} for each in references.values()], "discriminator": discriminator}


@pytest.mark.parametrize(
    ("old", "new", "kinds"),
    [
        (pets("Cat", "Dog", cat="Cat", dog="Dog"), pets("Dog", "Cat", dog="Dog", cat="Cat"), []),
        (pets("Cat", "Dog"), pets("Cat", "Dog", Cat="Cat", Dog="Dog"), []),
        (pets("Cat", "Dog"), pets("Cat", "Dog", key="sort"), ["discriminator-property-changed"]),
        (
            pets("Cat", "Dog", cat="Cat"),
            pets("Cat", "Dog", tom="Cat"),
            ["discriminator-mapping-removed", "discriminator-mapping-added"],
        ),
        (
            pets("Cat", "Dog", a="Cat", b="Dog"),
            pets("Cat", "Dog", a="Dog", b="Cat"),
            ["discriminator-mapping-changed"] * 2,
        ),
        (pets("Cat", "Dog"), pets("Cat"), ["alternative-removed"]),
        (pets("Cat"), pets("Cat", "Dog"), ["alternative-added"]),
        ({"oneOf": pets("Cat", "Dog")["oneOf"]}, pets("Cat", "Dog"), ["discriminator-added"]),
        (pets("Cat", "Dog"), {"oneOf": pets("Cat", "Dog")["oneOf"]}, ["discriminator-removed"]),
    ],
)
def test_what_tells_alternatives_apart_is_compared_by_what_it_leads_to(old: Any, new: Any, kinds: list[str]) -> None:
    found = changes(schema_node(old, PETS), schema_node(new, PETS))
    assert sorted(each.kind for each in found) == sorted(kinds)


def test_a_renamed_component_is_another_value_of_a_discriminator_that_has_no_mapping() -> None:
    found = changes(schema_node(pets("Cat", "Dog"), PETS), schema_node(pets("Tom", "Dog"), {"Tom": CAT, "Dog": DOG}))
    assert [(each.kind, each.facts["name"]) for each in found] == [
        ("discriminator-mapping-removed", "Cat"),
        ("discriminator-mapping-added", "Tom"),
    ]


def test_a_change_within_an_alternative_is_told_where_it_stands() -> None:
    new = {**PETS, "Cat": members("kind", kind={"const": "cat"}, lives=integer(maximum=9))}
    [change] = changes(schema_node(pets("Cat", "Dog"), PETS), schema_node(pets("Dog", "Cat"), new))
    assert (change.kind, change.path) == ("maximum-decreased", "lives")
    assert change.lost is not None
    assert change.lost.value == {"kind": "cat", "lives": 10}


def test_a_recursive_schema_that_changes_is_told_once() -> None:
    tree = {"Tree": members(value=integer(), kids=array({"$ref": "#/components/schemas/Tree"}))}
    other = {"Tree": members(value=string(), kids=array({"$ref": "#/components/schemas/Tree"}))}
    root = {"$ref": "#/components/schemas/Tree"}
    found = changes(schema_node(array(root), tree), schema_node(array(root), other))
    assert [(each.kind, each.path) for each in found] == [("type-changed", "[].value")]


def test_two_changes_of_two_directions_are_each_shown_by_their_own_values() -> None:
    old, new = members("a b", a=string(), b=integer(maximum=3)), members("a b", a=string(maxLength=1), b=integer())
    found = {each.kind: each for each in changes(schema_node(old), schema_node(new))}
    assert effect(found["max-length-decreased"]) == NARROWS
    assert effect(found["maximum-increased"]) == WIDENS
    lost, gained = found["max-length-decreased"].lost, found["maximum-increased"].gained
    assert lost is not None
    assert gained is not None
    assert (len(lost.value["a"]), gained.value["b"]) == (2, 4)
