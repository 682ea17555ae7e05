"""What has one cause is one change, however many operations it concerns; two causes are two."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from contract_tests.gate.change import Direction
from contract_tests.gate.diffing import compare
from tests.contract_tests.gate.comparing.building import changes, contract, found, source

Json = Any


def using(count: int, item: Json, **others: Json) -> Json:
    """A contract with so many operations that answer the same component and take it in their bodies."""
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Item"}}}
    paths = {
        f"/items{number}": {
            "post": {
                "requestBody": {"content": content, "required": True},
                "responses": {"200": {"description": "x", "content": content}, **others.get("responses", {})},
            }
        }
        for number in range(count)
    }
    return contract(
        {"paths": {"/things": None, **paths}, "components": {"schemas": {"Item": item}, **others.get("components", {})}}
    )


def item(**properties: Json) -> Json:
    return {"type": "object", "properties": properties}


def test_a_component_that_forty_operations_use_changes_once_in_each_direction() -> None:
    old, new = (using(40, item(name={"type": "string", "maxLength": most})) for most in (9, 5))

    changed = changes(old, new)

    assert [(each.kind, each.direction) for each in changed] == [
        ("request-max-length-decreased", Direction.REQUEST),
        ("response-max-length-decreased", Direction.RESPONSE),
    ]
    for each in changed:
        assert each.operation == ""
        assert each.says.endswith(" Concerns POST /items0, POST /items1, POST /items2 and 37 more.")
        assert each.old is not None
        assert each.old.pointer == "/components/schemas/Item/properties/name/maxLength"


@pytest.mark.parametrize(
    ("count", "named"),
    [
        (1, ""),
        (2, " Concerns POST /items0, POST /items1."),
        (3, " Concerns POST /items0, POST /items1, POST /items2."),
        (4, " Concerns POST /items0, POST /items1, POST /items2 and 1 more."),
    ],
)
def test_a_few_operations_are_named_and_the_others_counted(count: int, named: str) -> None:
    old, new = (using(count, item(name={"type": "string", "maxLength": most})) for most in (9, 5))

    assert changes(old, new)[0].says == f"body.name must have at most 5 characters now, not 9.{named}"


def test_it_is_seen_from_the_operation_where_all_see_it_alike() -> None:
    old, new = (using(2, item(name={"type": "string", "maxLength": most})) for most in (9, 5))

    assert [each.subject for each in changes(old, new)] == ["body.name", "200 body.name"]


def test_it_is_called_by_the_component_where_it_is_seen_differently() -> None:
    def nested(most: int) -> Json:
        text = {"type": "string", "maxLength": most}
        whole = {"allOf": [item(one={"$ref": "#/components/schemas/Text"}, two={"$ref": "#/components/schemas/Text"})]}
        document = using(1, whole)
        document["paths"]["/items0"]["post"]["responses"]["202"] = {
            "description": "x",
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Text"}}},
        }
        document["components"]["schemas"]["Text"] = text
        return document

    response = [each for each in changes(nested(9), nested(5)) if each.direction is Direction.RESPONSE]

    assert [each.subject for each in response] == ["Text.maxLength"]
    assert [each.operation for each in response] == ["POST /items0"]


def test_an_answer_that_many_operations_newly_refer_to_is_one_change() -> None:
    limited = {"components": {"responses": {"Slow": {"description": "x"}}}}
    old = using(5, item(), **limited)
    new = using(5, item(), **limited, responses={"429": {"$ref": "#/components/responses/Slow"}})

    (change,) = changes(old, new)

    assert change.kind == "response-error-status-added"
    assert change.operation == ""
    assert change.new is not None
    assert change.new.pointer == "/paths/~1items0/post/responses/429"


def test_the_same_thing_written_twice_is_two_changes() -> None:
    wanted = {"parameters": [{"name": "q", "in": "query", "required": True, "schema": {"type": "string"}}]}

    changed = found({}, {"get": wanted, "post": wanted})

    assert [each.operation for each in changed] == ["GET /things", "POST /things"]


def test_what_is_said_of_a_path_is_one_change_for_its_operations() -> None:
    wanted = {"parameters": [{"name": "q", "in": "query", "required": True, "schema": {"type": "string"}}]}

    (change,) = found({}, {"paths": {"/things": wanted}})

    assert change.says == "query.q must be sent now; calls without it are refused. Concerns GET /things, POST /things."


def test_two_values_of_one_list_are_two_changes_that_can_be_told_apart() -> None:
    def listed(*values: str) -> Json:
        return {
            "get": {"parameters": [{"name": "q", "in": "query", "schema": {"type": "string", "enum": list(values)}}]}
        }

    changed = found(listed("a", "b", "c"), listed("a"))

    assert [each.subject for each in changed] == ["query.q: b", "query.q: c"]
    assert len({each.fingerprint for each in changed}) == 2


def test_the_worst_come_first_and_then_the_order_of_the_file_holds() -> None:
    added = {"parameters": [{"name": "q", "in": "query", "schema": {"type": "string"}}]}

    changed = found({}, {"get": {**added, "operationId": "other"}, "post": {"requestBody": None}})

    assert [str(each.severity) for each in changed] == ["breaking", "risky", "safe"]


def test_a_comparison_made_twice_says_the_same() -> None:
    old, new = (using(4, item(name={"type": "string", "maxLength": most})) for most in (9, 5))

    assert changes(old, new) == changes(old, new)


def test_the_same_change_in_two_contracts_can_be_told_apart() -> None:
    old, new = (using(2, item(name={"type": "string", "maxLength": most})) for most in (9, 5))
    names = ("books", "films")

    changed = [each for each in compare(source(old, old, names=names), source(new, new, names=names)) if each.witness]

    assert [each.contract for each in changed] == ["books", "films"]
    assert len({each.fingerprint for each in changed}) == 2
    assert len({replace(each, contract="").fingerprint for each in changed}) == 1


def test_a_contract_under_another_name_keeps_the_fingerprints_of_its_changes() -> None:
    old, new = (using(2, item(name={"type": "string", "maxLength": most})) for most in (9, 5))
    same, renamed = (compare(source(old, names=["books"]), source(new, names=[name])) for name in ("books", "films"))

    assert [each.fingerprint for each in same] == [each.fingerprint for each in renamed]
