"""Sets of arrays and objects, and sets made of sets, with known relations."""

from __future__ import annotations

from typing import Any

import pytest

from contract_tests.gate.schemas.inclusion import Verdict
from tests.contract_tests.gate.schemas.relations import (
    RELATIONS,
    Row,
    array,
    checked,
    integer,
    members,
    number,
    relation,
    string,
    thing,
)

ARRAYS: list[Row] = [
    (array(), "==", {"type": "array"}),
    (array(integer()), "<", array(number())),
    (array(string(minLength=1)), "<", array(string())),
    (array(integer()), "<>", array(string())),
    (array(False), "==", array(maxItems=0)),
    (array(False), "==", {"const": []}),
    (array(integer(), minItems=1), "<>", array(string(), minItems=0)),
    (array(minItems=2), "<", array(minItems=1)),
    (array(maxItems=2), "<", array(maxItems=3)),
    (array(minItems=3, maxItems=2), "==", False),
    (array(uniqueItems=True), "<", array()),
    (array(uniqueItems=True, maxItems=1), "==", array(maxItems=1)),
    (array({"type": "boolean"}, uniqueItems=True), "<", array({"type": "boolean"}, maxItems=2)),
    (array({"type": "boolean"}, uniqueItems=True, minItems=3), "==", False),
    (array({"type": "null"}, uniqueItems=True), "==", array({"type": "null"}, maxItems=1)),
    (array(prefixItems=[integer(), string()]), "<>", array(prefixItems=[string(), integer()])),
    (array(False, prefixItems=[integer()]), "==", array(integer(), maxItems=1)),
    (array(prefixItems=[integer()]), "<", array(prefixItems=[number()])),
    (array(string(), prefixItems=[string()]), "==", array(string())),
    (array(prefixItems=[True, True]), "==", array()),
    (array(integer(), prefixItems=[string()]), "<>", array(integer())),
    (array(prefixItems=[integer(), False]), "==", array(integer(), maxItems=1)),
    (array(contains=integer()), "<", array(minItems=1)),
    (array(contains=True), "==", array(minItems=1)),
    (array(contains=integer(), minContains=0), "==", array()),
    (array(contains=integer(), minContains=2), "<", array(contains=integer())),
    (array(contains=integer(), minContains=2), "<", array(contains=number(), minItems=2)),
    (array(integer(), minItems=1), "<", array(contains=integer())),
    (array(string(), contains=integer()), "==", False),
    (array(contains=integer(), maxContains=0, minContains=0), "==", array({"not": integer()})),
    (array(contains=integer(), minContains=2, maxContains=1), "==", False),
    (array(contains=integer(), maxContains=1), "<", array(contains=integer(), maxContains=2)),
    (array(**{"not": {"contains": integer()}}), "==", array({"not": integer()})),
    (array(allOf=[{"contains": {"const": 1}}, {"contains": {"const": 2}}]), "<", array(minItems=2)),
    (array(allOf=[{"contains": integer()}, {"contains": number()}]), "==", array(contains=integer())),
    (array(maxItems=1, allOf=[{"contains": {"const": 1}}, {"contains": {"const": 2}}]), "==", False),
    (array(array(integer())), "<", array(array(number()))),
    (array(string(), maxItems=60_000), "<", array(string())),
    (
        array(prefixItems=[string(), integer(), {"type": "boolean"}], maxItems=2),
        "<",
        array(prefixItems=[string(), integer(), {"type": "boolean"}]),
    ),
    (array(integer(), uniqueItems=True, maxItems=1_500), "<", array(integer(), uniqueItems=True)),
    (array(string(), uniqueItems=True, maxItems=1_500), "<", array(string(), uniqueItems=True)),
    (
        array(integer(minimum=0, maximum=4), prefixItems=[{"const": 3}], uniqueItems=True, maxItems=4),
        "<",
        array(integer(minimum=0, maximum=4), prefixItems=[{"const": 3}], uniqueItems=True),
    ),
    (
        array(integer(minimum=0, maximum=4), uniqueItems=True, maxItems=5),
        "==",
        array(integer(minimum=0, maximum=4), uniqueItems=True),
    ),
    (array(integer(), prefixItems=[True, string()], minItems=3), "<", array(minItems=3)),
    (array(anyOf=[{"items": integer()}, {"items": string()}]), "<", array({"anyOf": [integer(), string()]})),
    ({"items": integer()}, "<", {"items": number()}),
    (array(**{"not": {"uniqueItems": True}}), "<", array(minItems=2)),
    (array({"const": 1}, minItems=2), "<", array(**{"not": {"uniqueItems": True}})),
]

ONLY_A = members(a=integer())
LACKS_A = {"not": {"required": ["a"]}}

OBJECTS: list[Row] = [
    (members(a=integer()), "<", members(a=number())),
    (members("a", a=integer()), "<", members(a=integer())),
    (members("a b"), "<", members("a")),
    (members("a"), "<>", members("b")),
    (members(a=integer()), "<", thing()),
    (members(a=True), "==", thing()),
    (members(a=integer(), b=string()), "<", members(a=integer())),
    (thing(properties={"a": {}}, additionalProperties=False), "<", thing()),
    (
        thing(properties={"a": {}}, additionalProperties=False),
        "<",
        thing(properties={"a": {}, "b": {}}, additionalProperties=False),
    ),
    (thing(additionalProperties=False), "==", thing(maxProperties=0)),
    (thing(additionalProperties=False), "==", {"const": {}}),
    (thing(additionalProperties=integer()), "<", thing(additionalProperties=number())),
    (thing(additionalProperties=True), "==", thing()),
    (thing(additionalProperties={}), "==", thing()),
    (thing(properties={"a": integer()}, additionalProperties=integer()), "==", thing(additionalProperties=integer())),
    (thing(properties={"a": string()}, additionalProperties=False), "<", thing(additionalProperties=string())),
    (members("a", a=False), "==", False),
    (members(a=False), "==", thing(**{"not": {"required": ["a"]}})),
    (thing(allOf=[LACKS_A, {"not": ONLY_A}]), "==", False),
    (thing(allOf=[LACKS_A, {"not": {"properties": {"a": integer()}}}]), "==", False),
    (
        thing(propertyNames={"const": "a"}, allOf=[LACKS_A, {"not": {"additionalProperties": integer()}}]),
        "==",
        False,
    ),
    (thing(minProperties=1), "<", thing()),
    (thing(minProperties=2, maxProperties=1), "==", False),
    (thing(required=["a", "b"]), "<", thing(minProperties=2)),
    (thing(required=["a", "b"], maxProperties=1), "==", False),
    (thing(properties={"a": {}}, additionalProperties=False, minProperties=1), "<", thing(required=["a"])),
    (thing(properties={"a": {}}, additionalProperties=False, minProperties=2), "==", False),
    (thing(patternProperties={"^x": string()}), "<", thing(patternProperties={"^xy": string()})),
    (thing(patternProperties={"^x": string()}), "<", members(xa=string())),
    (thing(patternProperties={"^x": string(), "^y": string()}), "==", thing(patternProperties={"^[xy]": string()})),
    (thing(patternProperties={"": integer()}), "==", thing(additionalProperties=integer())),
    (thing(patternProperties={"^a$": integer()}), "==", members(a=integer())),
    (thing(patternProperties={"^a": {}}, additionalProperties=False), "==", thing(propertyNames={"pattern": "^a"})),
    (thing(propertyNames={"maxLength": 2}), "<", thing(propertyNames={"maxLength": 3})),
    (thing(propertyNames=False), "==", thing(maxProperties=0)),
    (thing(propertyNames={"enum": ["a", "b"]}), "<", thing(maxProperties=2)),
    (thing(propertyNames={"enum": ["a"]}, minProperties=1), "<", members("a")),
    (thing(propertyNames={"pattern": "^x"}, required=["a"]), "==", False),
    (thing(dependentRequired={"a": ["b"]}), "<", thing()),
    (thing(dependentRequired={"a": ["b"]}, required=["a"]), "==", thing(required=["a", "b"])),
    (thing(dependentRequired={"a": ["b"]}), "==", thing(anyOf=[{"not": {"required": ["a"]}}, {"required": ["b"]}])),
    (thing(dependentSchemas={"a": {"required": ["b"]}}), "==", thing(dependentRequired={"a": ["b"]})),
    ({"dependentSchemas": {"a": {"type": "object"}}}, "==", {}),
    ({"required": ["a"]}, "<>", {"type": "object"}),
    (members(a=members(b=integer())), "<", members(a=members(b=number()))),
    (members("a", a={"enum": [1, 2]}), "<", members(a=integer())),
    (thing(additionalProperties=integer(), required=["z"]), "<", members("z", z=integer())),
    (thing(additionalProperties=integer()), "<", members(a=integer())),
    (thing(unevaluatedProperties=False), "==", thing(additionalProperties=False)),
    (
        thing(unevaluatedProperties=False, allOf=[members(a=integer())]),
        "==",
        {**ONLY_A, "additionalProperties": False},
    ),
    (thing(unevaluatedProperties=False, additionalProperties=integer()), "==", thing(additionalProperties=integer())),
    (thing(unevaluatedProperties=False, anyOf=[members(a=integer())]), "<", thing()),
    (thing(unevaluatedProperties=False), "==", thing(unevaluatedProperties=False)),
]

CAT = {"type": "object", "properties": {"kind": {"const": "cat"}, "lives": integer()}, "required": ["kind"]}
DOG = {"type": "object", "properties": {"kind": {"const": "dog"}, "barks": {"type": "boolean"}}, "required": ["kind"]}
COW = {"type": "object", "properties": {"kind": {"const": "cow"}, "milk": number()}, "required": ["kind"]}
CALF = {"type": "object", "properties": {"kind": {"const": "cow"}, "milk": number(maximum=3)}, "required": ["kind"]}

COMBINATIONS: list[Row] = [
    ({"allOf": [integer(), {"minimum": 1}]}, "==", integer(minimum=1)),
    ({"allOf": []}, "==", {}),
    ({"allOf": [string(), integer()]}, "==", False),
    ({"anyOf": [string()]}, "==", string()),
    ({"oneOf": [string()]}, "==", string()),
    ({"anyOf": [string(), integer()]}, "==", {"oneOf": [integer(), string()]}),
    ({"oneOf": [integer(), number()]}, "==", number(**{"not": {"multipleOf": 1}})),
    ({"oneOf": [integer(), integer()]}, "==", False),
    ({"oneOf": [integer(), integer(), string()]}, "==", string()),
    ({"anyOf": [integer(minimum=0), integer(maximum=5)]}, "==", integer()),
    ({"oneOf": [integer(minimum=0), integer(maximum=5)]}, "<", integer()),
    ({"anyOf": [{"required": ["a"]}, {"required": ["b"]}], "type": "object"}, "<", thing(minProperties=1)),
    ({"oneOf": [{"required": ["a"]}, {"required": ["b"]}], "type": "object"}, "<", thing(minProperties=1)),
    ({"not": string()}, "<>", string()),
    ({"not": {"not": string()}}, "==", string()),
    ({"not": {"anyOf": [string(), integer()]}}, "<", {"not": string()}),
    (
        {"not": {"allOf": [number(), {"minimum": 1}]}},
        "==",
        {"anyOf": [{"not": number()}, {"exclusiveMaximum": 1, "type": "number"}]},
    ),
    ({"oneOf": [CAT, DOG]}, "==", {"anyOf": [DOG, CAT]}),
    ({"oneOf": [CAT, DOG]}, "<", {"oneOf": [COW, DOG, CAT]}),
    ({"oneOf": [CAT, COW]}, "<>", {"oneOf": [DOG, CAT]}),
    ({"oneOf": [CAT, CALF]}, "<", {"oneOf": [COW, CAT]}),
    (CAT, "<", {"oneOf": [CAT, DOG]}),
    ({"if": integer(), "then": {"minimum": 1}}, "==", {"anyOf": [{"not": integer()}, integer(minimum=1)]}),
    ({"if": integer(), "then": {"minimum": 1}, "else": False}, "==", integer(minimum=1)),
    ({"if": {}, "else": False}, "==", {}),
    ({"then": False}, "==", {}),
    (
        members(a={"anyOf": [integer(), string()]}),
        "==",
        {"type": "object", "anyOf": [members(a=integer()), members(a=string())]},
    ),
    (members("a", a={"enum": [1, 2]}), "==", {"anyOf": [members("a", a={"const": 1}), members("a", a={"const": 2})]}),
    (
        {"type": ["string", "integer"], "minLength": 1, "minimum": 0},
        "==",
        {"anyOf": [string(minLength=1), integer(minimum=0)]},
    ),
    ({"unheard-of": 1}, "==", {"unheard-of": 1}),
    ({"unheard-of": 1, "type": "string"}, "<?", string()),
    ({"type": "string", "unheard-of": 1}, "?", {"type": "string", "unheard-of": 2}),
]


def _defined(name: str, schema: Any) -> dict[str, Any]:
    return {"$ref": f"#/$defs/{name}", "$defs": {name: schema}}


def _tree(name: str, value: Any, **keywords: Any) -> dict[str, Any]:
    children = array({"$ref": f"#/$defs/{name}"}, **keywords)
    return _defined(name, members("value", value=value, children=children))


def _list(name: str, value: Any) -> dict[str, Any]:
    rest = {"anyOf": [{"type": "null"}, {"$ref": f"#/$defs/{name}"}]}
    return _defined(name, members("value rest", value=value, rest=rest))


PING = {"$defs": {"a": members(b={"$ref": "#/$defs/b"}), "b": members(a={"$ref": "#/$defs/a"}, v=integer())}}
PONG = {"$defs": {"x": members(b=members(a={"$ref": "#/$defs/x"}, v=integer()))}}

REFERENCES: list[Row] = [
    (_defined("a", string()), "==", string()),
    (_defined("a", string()), "==", _defined("b", string())),
    (_defined("a", string(maxLength=1)), "<", _defined("a", string())),
    (_defined("a b/c~d", string()) | {"$ref": "#/$defs/a%20b~1c~0d"}, "==", string()),
    ({"$ref": "#/$defs/a", "maxLength": 3, "$defs": {"a": string()}}, "==", string(maxLength=3)),
    (_tree("n", integer()), "==", _tree("m", integer())),
    (_tree("n", integer()), "<", _tree("m", number())),
    (_tree("n", integer()), "<>", _tree("m", string())),
    (_tree("n", integer(), maxItems=2), "<", _tree("n", integer())),
    (_list("l", integer()), "<", _list("l", number())),
    ({**PING, "$ref": "#/$defs/a"}, "==", {**PONG, "$ref": "#/$defs/x"}),
    ({**PING, "$ref": "#/$defs/b"}, "<>", {**PONG, "$ref": "#/$defs/x"}),
    (_defined("n", members("n", n={"$ref": "#/$defs/n"})), "==", False),
    (_defined("n", array({"$ref": "#/$defs/n"}, minItems=1)), "==", False),
    (_defined("n", array({"$ref": "#/$defs/n"})), "<", array(array())),
    (_defined("n", thing(additionalProperties={"$ref": "#/$defs/n"})), "<", thing(additionalProperties=thing())),
    ({"type": "array", "items": {"$ref": "#"}}, "==", _defined("n", array({"$ref": "#/$defs/n"}))),
]


@pytest.mark.parametrize(("left", "sign", "right"), [*ARRAYS, *OBJECTS, *COMBINATIONS, *REFERENCES])
def test_two_sets_lie_to_each_other_as_is_known(left: object, sign: str, right: object) -> None:
    assert relation(left, right) == RELATIONS[sign]


def test_items_that_must_differ_are_not_said_to_be_impossible_because_of_the_first_choice() -> None:
    two = array(False, prefixItems=[{"enum": [1, 2]}, {"const": 1}], uniqueItems=True, minItems=2)
    assert checked(two, False).verdict is not Verdict.INCLUDED
