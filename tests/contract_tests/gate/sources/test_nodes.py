"""A node is a value, where it stands, and where its references lead."""

from __future__ import annotations

from pathlib import Path

from contract_tests.gate.change import Place
from contract_tests.gate.specification import Node
from tests.contract_tests.gate.sources.building import HEAD_31, only, spec

TEXT = """\
openapi: 3.0.3
info:
  title: Shop
  version: 1.2.0
x-rules: [{id: A}]
paths:
  /orders/{id}:
    get:
      parameters:
        - $ref: '#/components/parameters/Id'
        - {name: page, in: query}
      responses:
        '200':
          $ref: '#/components/responses/Fine'
components:
  parameters:
    Id: {name: id, in: path, required: true}
  responses:
    Fine: {$ref: '#/components/responses/Found'}
    Found:
      description: here it is
"""


def at(node: Node, *names: str) -> Node:
    found = node.at(*names)
    assert found is not None
    return found


def test_a_specification_knows_its_name_origin_dialect_and_version(tmp_path: Path) -> None:
    found = spec(tmp_path, TEXT, "shop.v2.yaml")

    assert (found.name, found.origin) == ("shop.v2", f"{tmp_path}/shop.v2.yaml")
    assert (found.dialect, found.info_version) == ("3.0", "1.2.0")
    assert list(found.extensions) == ["x-rules"]


def test_a_node_stands_where_its_member_is_named(tmp_path: Path) -> None:
    found = spec(tmp_path, TEXT)

    responses = at(found.root, "paths", "/orders/{id}", "get", "responses")
    assert responses.place == Place(f"{tmp_path}/api.yaml", "/paths/~1orders~1{id}/get/responses", 12)


def test_members_are_found_behind_references_and_stand_where_they_are_written(tmp_path: Path) -> None:
    answer = at(spec(tmp_path, TEXT).root, "paths", "/orders/{id}", "get", "responses", "200")

    assert answer.ref == "#/components/responses/Fine"
    assert at(answer, "description").place.line == 21
    assert [name for name, _ in answer.items()] == ["description"]


def test_a_reference_is_followed_step_by_step_or_to_its_end(tmp_path: Path) -> None:
    answer = at(spec(tmp_path, TEXT).root, "paths", "/orders/{id}", "get", "responses", "200")

    assert answer.target().pointer == "/components/responses/Fine"
    assert answer.resolved().pointer == "/components/responses/Found"
    assert answer.target().name == "Fine"


def test_items_of_a_list_are_not_resolved_but_know_where_they_lead(tmp_path: Path) -> None:
    parameters = at(spec(tmp_path, TEXT).root, "paths", "/orders/{id}", "get", "parameters")

    first, second = parameters.each()
    assert (first.ref, second.ref) == ("#/components/parameters/Id", None)
    assert at(first, "name").value == "id"
    assert (first.place.line, second.place.line) == (10, 11)


def test_what_is_no_mapping_has_no_members(tmp_path: Path) -> None:
    title = at(spec(tmp_path, TEXT).root, "info", "title")

    assert title.get("length") is None
    assert [*title.items(), *title.each()] == []
    assert title.ref is None


def test_nodes_are_equal_if_they_are_the_same_place_of_the_same_file(tmp_path: Path) -> None:
    one, other = spec(tmp_path, TEXT, "a.yaml"), spec(tmp_path, TEXT, "b.yaml")

    assert at(one.root, "info") == one.node("/info")
    assert len({at(one.root, "info"), one.node("/info")}) == 1
    assert at(one.root, "info") != at(other.root, "info")
    assert at(one.root, "info") != at(one.root, "paths")


def test_a_pointer_leads_through_references_and_lists(tmp_path: Path) -> None:
    found = spec(tmp_path, TEXT)

    through = found.node("/paths/~1orders~1{id}/get/parameters/0/name")
    assert through is not None
    assert through.pointer == "/components/parameters/Id/name"
    assert found.node("/paths/~1orders~1{id}/get/parameters/7") is None
    assert found.node("/nowhere/at/all") is None


def test_a_reference_in_31_may_describe_itself(tmp_path: Path) -> None:
    text = (
        "paths:\n  /a:\n    get:\n      responses:\n"
        "        '200': {$ref: '#/components/responses/Fine', description: mine}\n"
        "components: {responses: {Fine: {description: theirs, headers: {A: {}}}}}\n"
    )

    answer = at(spec(tmp_path, HEAD_31 + text).root, "paths", "/a", "get", "responses", "200")

    assert at(answer, "description").value == "mine"
    assert answer.siblings == ("description",)
    assert list(dict(at(answer, "headers").items())) == ["A"]


def test_a_property_that_is_called_ref_is_no_reference(tmp_path: Path) -> None:
    text = "paths: {}\ncomponents: {schemas: {A: {properties: {$ref: {type: string}}}}}\n"

    properties = at(spec(tmp_path, HEAD_31 + text).root, "components", "schemas", "A", "properties")

    assert properties.ref is None
    assert at(properties, "$ref", "type").value == "string"


def test_a_path_that_refers_to_another_file_is_followed_into_it(tmp_path: Path) -> None:
    (tmp_path / "orders.yaml").write_text("get:\n  operationId: list\n  responses: {}\n", encoding="utf-8")
    (tmp_path / "api.yaml").write_text(HEAD_31 + "paths:\n  /orders: {$ref: orders.yaml}\n", encoding="utf-8")

    operation = at(only(tmp_path / "api.yaml").root, "paths", "/orders", "get", "operationId")

    assert operation.place == Place(f"{tmp_path}/orders.yaml", "/get/operationId", 2)
