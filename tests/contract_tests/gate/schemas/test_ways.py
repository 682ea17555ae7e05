"""Where a change stands is told by the shortest way to it, and the nearest changes come first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from contract_tests.gate.change import Direction
from tests.contract_tests.gate.schemas.building import changes, schema_node

Json = Any
SHORT, LONG = {"type": "string", "maxLength": 3}, {"type": "string", "maxLength": 9}


def to(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def thing(**members: Json) -> Json:
    return {"type": "object", "properties": members}


def paths(schema: Json, old: Mapping[str, Json], new: Mapping[str, Json]) -> list[str]:
    return [each.path for each in changes(schema_node(schema, old), schema_node(schema, new))]


def test_of_two_ways_the_shorter_one_is_told() -> None:
    old = {"A": thing(b=to("B"), z=to("C")), "B": thing(a=to("C")), "C": thing(text=LONG)}

    assert paths(to("A"), old, {**old, "C": thing(text=SHORT)}) == ["z.text"]


def test_of_two_ways_of_one_length_the_first_is_told() -> None:
    old = {"A": thing(z=to("C"), b=to("C")), "C": thing(text=LONG)}

    assert paths(to("A"), old, {**old, "C": thing(text=SHORT)}) == ["b.text"]


def test_what_is_near_comes_before_what_is_deep() -> None:
    old, new = ({"A": thing(a=thing(b=thing(c=each)), z=each, m=thing(c=each))} for each in (LONG, SHORT))

    assert paths(to("A"), old, new) == ["z", "m.c", "a.b.c"]


def test_circles_have_shortest_ways_from_each_of_their_schemas() -> None:
    names = "ABCDE"
    old = {
        name: thing(after=to(names[(index + 1) % 5]), before=to(names[index - 1])) for index, name in enumerate(names)
    }
    old["C"]["properties"]["text"] = LONG
    new = {**old, "C": thing(**{**old["C"]["properties"], "text": SHORT})}
    whole = thing(**{name: to(name) for name in names})
    before, after = schema_node(whole, old), schema_node(whole, new)

    def told(name: str) -> list[str]:
        one, other = before.at("properties", name), after.at("properties", name)
        assert one is not None
        assert other is not None
        return [each.path for each in changes(one, other)]

    assert {name: told(name) for name in "EDCBA"} == {
        "A": ["after.after.text"],
        "B": ["after.text"],
        "C": ["text"],
        "D": ["before.text"],
        "E": ["before.before.text"],
    }


@pytest.mark.parametrize("direction", [Direction.REQUEST, Direction.RESPONSE])
def test_a_change_at_the_end_of_a_long_chain_is_decided(direction: Direction) -> None:
    old = {f"A{number}": thing(next=to(f"A{number + 1}")) for number in range(250)} | {"A250": thing(text=LONG)}
    new = {**old, "A250": thing(text=SHORT)}
    (change,) = changes(schema_node(to("A0"), old), schema_node(to("A0"), new), direction)

    assert (change.narrows, change.widens) == (True, False)
    assert change.path == ".".join(["next"] * 250 + ["text"])
