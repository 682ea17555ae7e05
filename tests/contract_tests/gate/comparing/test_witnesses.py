"""A witness is a message that one contract allows and the other does not; said by somebody else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from contract_tests.gate.change import Change, Direction, Severity
from contract_tests.gate.messages.message import Aim, Message
from contract_tests.gate.witnesses import witness
from tests.contract_tests.gate.comparing.building import Case, all_cases, changes_in, found
from tests.contract_tests.gate.comparing.judge import fits

Json = Any
IN_30 = [case for case in all_cases() if case.old["openapi"] == "3.0.3"]


def witnessed(found: Sequence[Change]) -> Sequence[Change]:
    return [each for each in found if each.witness is not None and each.operation and "callback" not in each.operation]


@pytest.mark.parametrize("case", IN_30, ids=str)
def test_a_witness_was_fine_and_is_not_any_more_or_the_other_way_round(case: Case) -> None:
    for change in witnessed(changes_in(case)):
        assert change.witness is not None
        allowing, refusing = case.old, case.new
        if change.witness.direction is Direction.RESPONSE:
            allowing, refusing = refusing, allowing

        assert fits(allowing, change.operation, change.witness.message)
        assert not fits(refusing, change.operation, change.witness.message) or "not let in" in change.witness.fails


@pytest.mark.parametrize("case", all_cases(), ids=str)
def test_what_is_safe_has_no_witness(case: Case) -> None:
    assert not [each for each in changes_in(case) if each.witness and each.severity is Severity.SAFE]


WITHOUT = (
    "callback",
    "discriminator",
    "lifecycle",
    "media-type-removed",
    "narrowed",
    "operation-",
    "part-",
    "property-became-read-only",
    "property-became-write-only",
    "removed",
    "rule",
    "security-scheme",
    "security-url",
    "serialization",
    "empty-value",
    "moved",
    "server",
    "specification",
    "webhook",
)
"""What no single message shows, or none that a schema could refuse."""


@pytest.mark.parametrize("case", all_cases(), ids=str)
def test_whatever_a_message_can_show_is_shown_by_one(case: Case) -> None:
    for each in changes_in(case):
        if each.severity is Severity.BREAKING and not any(word in each.kind for word in WITHOUT):
            assert each.witness is not None, each


@pytest.mark.parametrize(
    ("before", "after", "fails"),
    [
        ({"get": {"responses": {"200": {"headers": {"X-A": {"required": True}}}}}}, {}, "header.x-a is missing"),
        (
            {"get": {"responses": {"200": {"content": {"application/json": {"schema": {"type": "object"}}}}}}},
            {},
            "the body is missing",
        ),
        ({}, {"get": {"responses": {"404": {"description": "x"}}}}, "404 is no status that is answered"),
    ],
)
def test_it_says_what_the_other_contract_has_against_it(before: dict, after: dict, fails: str) -> None:  # type: ignore[type-arg]
    assert [each.witness.fails for each in witnessed(found(before, after)) if each.witness] == [fails]


def test_a_request_is_told_as_it_is_sent() -> None:
    path = {
        "/things/{id}": {
            "get": {
                "parameters": [
                    {"name": "id", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 3}},
                    {"name": "X-A", "in": "header", "required": True, "schema": {"enum": ["x"]}},
                ],
                "responses": {"200": {"description": "x"}},
            }
        }
    }
    security = {
        "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
        "security": [{"token": []}],
    }
    wanted = {"name": "q", "in": "query", "required": True, "schema": {"type": "string"}}
    after = {
        "/things/{id}": {
            "get": {**path["/things/{id}"]["get"], "parameters": [*path["/things/{id}"]["get"]["parameters"], wanted]}
        }
    }

    (change,) = found({"paths": path, **security}, {"paths": after, **security})

    assert change.witness is not None
    assert change.witness.fails == "query.q is missing"
    assert change.witness.message == {
        "method": "GET",
        "path": "/v1/things/3",
        "headers": {"X-A": "x", "Authorization": "Bearer <token>"},
    }


def test_a_parameter_of_the_path_is_always_sent() -> None:
    path: Json = {
        "parameters": [{"name": "id", "in": "path", "schema": {"type": "integer"}}],
        "responses": {"200": {"description": "x"}},
    }
    wanted = {"name": "q", "in": "query", "required": True, "schema": {"type": "string"}}
    after = {**path, "parameters": [*path["parameters"], wanted]}

    (change,) = found({"paths": {"/things/{id}": {"get": path}}}, {"paths": {"/things/{id}": {"get": after}}})

    assert change.witness is not None
    assert change.witness.message["path"] == "/v1/things/0"


@dataclass(frozen=True)
class Complaining:
    """A contract that has so much to say against every message."""

    complaints: Sequence[str]

    def make(self, aim: Aim) -> Message:
        return Message()

    def against(self, message: Message) -> Iterator[str]:
        return iter(self.complaints)

    def shown(self, message: Message) -> Mapping[str, Json]:
        return {"shown": self.complaints}


@pytest.mark.parametrize("direction", [Direction.REQUEST, Direction.RESPONSE])
@pytest.mark.parametrize("is_allowed", [True, False])
@pytest.mark.parametrize("is_refused", [True, False])
def test_a_message_proves_something_if_one_contract_alone_refuses_it(
    direction: Direction, is_allowed: bool, is_refused: bool
) -> None:
    sides = [Complaining([] if is_allowed else ["no"]), Complaining(["why not"] if is_refused else [])]
    old, new = sides if direction is Direction.REQUEST else reversed(sides)

    proven = witness(old, new, direction, Aim())

    assert (proven is not None) is (is_allowed and is_refused)
    assert proven is None or (proven.fails, proven.message) == ("why not", {"shown": []})


def test_the_value_that_fails_stands_within_what_must_be_there() -> None:
    def body(most: int) -> dict:  # type: ignore[type-arg]
        inner = {"type": "object", "required": ["name"], "properties": {"name": {"type": "string", "maxLength": most}}}
        schema = {"type": "object", "required": ["inner"], "properties": {"inner": inner, "other": {"type": "string"}}}
        return {"post": {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}}

    (change,) = found(body(5), body(3))

    assert change.subject == "body.inner.name"
    assert change.witness is not None
    assert change.witness.message["body"] == {"inner": {"name": change.witness.message["body"]["inner"]["name"]}}
    assert 3 < len(change.witness.message["body"]["inner"]["name"]) <= 5


def test_what_stands_in_a_path_is_never_nothing() -> None:
    def named(schema: Json) -> Json:
        named = {"name": "id", "in": "path", "required": True, "schema": schema}
        return {"paths": {"/things/{id}": {"get": {"parameters": [named], "responses": {}}}}}

    (change,) = found(named({"type": "string"}), named({"type": "string", "enum": ["a", "b"]}))

    assert change.witness is not None
    assert change.witness.message["path"].rpartition("/")[2] not in {"", "a", "b"}


def test_a_path_whose_parameter_nobody_described_has_witnesses_all_the_same() -> None:
    def asking(required: bool) -> Json:
        query = {"name": "q", "in": "query", "required": required, "schema": {"type": "string"}}
        return {"paths": {"/things/{id}": {"get": {"parameters": [query], "responses": {}}}}}

    (change,) = found(asking(False), asking(True))

    assert change.witness is not None
    assert change.witness.message["path"] == "/v1/things/x"
