"""Schemas made up by hypothesis: what the gate says of them is checked with values it has not seen."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openapi.documents import to_pointer
from tests.contract_tests.gate.corpus.oracle import problems
from tests.contract_tests.gate.corpus.pairs import PLACES, REQUEST, RESPONSE, around
from tests.contract_tests.gate.corpus.references import pointed_to
from tests.contract_tests.gate.corpus.running import changes, summary, worst
from tests.contract_tests.gate.corpus.sets import validator
from tests.contract_tests.gate.corpus.values import values

Json = Any
CALM = settings(
    derandomize=True, database=None, deadline=None, max_examples=25, suppress_health_check=list(HealthCheck)
)
BOUNDS = st.integers(-3, 6)
WORDS = st.lists(st.sampled_from(["a", "b", "abc", ""]), min_size=1, max_size=3, unique=True)
PATTERNS = ("^[a-c]+$", "^[ab]*$", "a", "^.{1,3}$")


def _with(base: dict[str, Json], **optional: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
    return st.fixed_dictionaries({name: st.just(each) for name, each in base.items()}, optional=optional)


SCALARS = st.one_of(
    _with({"type": "integer"}, minimum=BOUNDS, maximum=BOUNDS, multipleOf=st.sampled_from([1, 2, 3])),
    _with({"type": "number"}, minimum=BOUNDS, maximum=BOUNDS, exclusiveMinimum=st.booleans()).map(
        lambda schema: schema if "minimum" in schema else {k: v for k, v in schema.items() if k != "exclusiveMinimum"}
    ),
    _with(
        {"type": "string"}, minLength=st.integers(0, 2), maxLength=st.integers(1, 4), pattern=st.sampled_from(PATTERNS)
    ),
    _with({"type": "string"}, enum=WORDS),
    _with({"type": "boolean"}),
    _with({"type": "integer", "nullable": True}, maximum=BOUNDS),
)


def _containers(inner: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
    """Objects always declare the same two members, so that only sets decide."""
    members = st.fixed_dictionaries({"a": inner, "b": inner})
    return st.one_of(
        st.builds(
            lambda properties, required, rest: {"type": "object", "properties": properties, **required, **rest},
            members,
            st.sampled_from([{}, {"required": ["a"]}, {"required": ["b"]}, {"required": ["a", "b"]}]),
            st.sampled_from([{}, {"additionalProperties": False}, {"minProperties": 1}, {"maxProperties": 1}]),
        ),
        st.builds(
            lambda items, rest: {"type": "array", "items": items, **rest},
            inner,
            _with({}, minItems=st.integers(0, 2), maxItems=st.integers(1, 3)),
        ),
        st.builds(
            lambda word, each: {word: each},
            st.sampled_from(["anyOf", "oneOf", "allOf"]),
            st.lists(inner, min_size=1, max_size=2),
        ),
        st.builds(lambda each: {"not": each}, inner),
    )


SCHEMAS = st.recursive(SCALARS, _containers, max_leaves=4)


def _pair(old: Json, new: Json, direction: str) -> tuple[Json, Json]:
    return around(old, {}, direction), around(new, {}, direction)


def _lost(old: Json, new: Json, direction: str) -> list[Json]:
    """Values that the contract which has to be included allows, and the other does not."""
    pointer = to_pointer(*PLACES[direction], "properties", "value")
    sides = [(document, pointed_to(document, pointer)) for document in (old, new)]
    small, big = (
        validator(document, schema, direction) for document, schema in (sides if direction == REQUEST else sides[::-1])
    )
    tried = [value for document, schema in sides for value in values(schema, document)]
    return [each for each in tried if small.is_valid(each) and not big.is_valid(each)]


@CALM
@given(SCHEMAS, SCHEMAS, st.sampled_from([REQUEST, RESPONSE]))
def test_what_is_said_to_be_safe_is_refuted_by_no_value(old: Json, new: Json, direction: str) -> None:
    before, after = _pair(old, new, direction)
    found = changes(before, after)
    if worst(found) in {"safe", "silent"}:
        assert _lost(before, after, direction) == [], summary(found)


@CALM
@given(SCHEMAS, SCHEMAS, st.sampled_from([REQUEST, RESPONSE]))
def test_what_is_said_to_break_is_shown_by_a_value(old: Json, new: Json, direction: str) -> None:
    before, after = _pair(old, new, direction)
    for change in changes(before, after):
        if change.witness:
            fine, broken = (before, after) if direction == REQUEST else (after, before)
            assert problems(fine, change.operation, direction, change.witness.message) == []
            assert problems(broken, change.operation, direction, change.witness.message)


@CALM
@given(SCHEMAS, SCHEMAS)
def test_what_breaks_requests_one_way_breaks_responses_the_other_way(old: Json, new: Json) -> None:
    there = worst(changes(*_pair(old, new, REQUEST))) == "breaking"
    back = worst(changes(*_pair(new, old, RESPONSE))) == "breaking"
    assert there is back


@CALM
@given(SCHEMAS, st.sampled_from([REQUEST, RESPONSE]))
def test_a_made_up_contract_against_itself_is_silent(schema: Json, direction: str) -> None:
    assert changes(*_pair(schema, schema, direction)) == []
