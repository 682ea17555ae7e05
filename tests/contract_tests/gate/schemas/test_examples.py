"""The example of a change shows that change, and not another one beside it."""

from __future__ import annotations

from typing import Any

import pytest

from contract_tests.gate.schemas.confirming import Refused, objection
from contract_tests.gate.schemas.schema_change import SchemaChange
from tests.contract_tests.gate.schemas.building import changes, schema_node

Json = Any


def found(old: Json, new: Json) -> dict[str, SchemaChange]:
    """By kind."""
    return {each.kind: each for each in changes(schema_node(old), schema_node(new))}


def lost(old: Json, new: Json, kind: str) -> Json:
    example = found(old, new)[kind].lost
    assert example is not None
    return example.value


def test_each_of_two_members_is_shown_by_an_example_of_its_own() -> None:
    old, new = (
        {
            "type": "object",
            "required": ["a", "b"],
            "properties": {"a": {"type": "string", "maxLength": most}, "b": {"type": "integer", "maximum": most}},
        }
        for most in (9, 3)
    )

    assert len(lost(old, new, "max-length-decreased")["a"]) > 3
    assert lost(old, new, "maximum-decreased")["b"] > 3


def test_a_change_of_items_is_shown_by_an_item() -> None:
    old = {"type": "array", "items": {"type": "string"}}
    new = {"type": "array", "items": {"type": "string", "maxLength": 3}, "minItems": 1}

    (text,) = lost(old, new, "max-length-decreased")
    assert len(text) > 3
    assert lost(old, new, "min-items-increased") == []


def test_a_change_of_a_second_item_is_shown_there() -> None:
    old = {"type": "array", "prefixItems": [{"type": "string"}, {"type": "string"}]}
    new = {"type": "array", "prefixItems": [{"type": "string"}, {"type": "string", "maxLength": 3}], "minItems": 1}

    assert len(lost(old, new, "max-length-decreased")[1]) > 3


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"type": "string"}, {"type": "string", "maxLength": 1_000_000}),
        ({"type": "array", "items": {"type": "string"}}, {"type": "array", "maxItems": 60_000, "items": {}}),
    ],
    ids=["text", "list"],
)
def test_what_only_a_huge_value_shows_is_decided_and_not_shown(old: Json, new: Json) -> None:
    (change,) = [each for each in found(old, new).values() if each.kind.startswith("max-")]

    assert (change.narrows, change.widens) == (True, False)
    assert change.lost is None


def test_a_value_that_is_nested_too_deeply_is_refused_and_no_crash() -> None:
    value: Json = "x"
    for _ in range(400):
        value = [value]

    with pytest.raises(Refused, match="Recursion"):
        objection({"const": 1}, value)
