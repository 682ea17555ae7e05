"""What Connexion is given of a contract, and what it is never given."""

from __future__ import annotations

from pathlib import Path

import pytest

from mock_server.core.errors import SetupError
from mock_server.http.specification import specification
from openapi import contract_file, contract_names, read_contract

SMALL = """\
openapi: 3.0.3
info: {title: Small, version: 1.0.0}
servers: [{url: /small}]
paths:
  /things/{id}:
    parameters: [{$ref: '#/components/parameters/Id'}]
    get:
      operationId: getThing
      security: [{token: []}]
      responses: {'200': {description: found}}
components:
  parameters: {Id: {name: id, in: path, required: true, schema: {$ref: '#/components/schemas/Id'}}}
  schemas: {Id: {type: string}}
  securitySchemes: {token: {type: http, scheme: bearer}}
x-rules: []
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "small.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_it_knows_where_operations_are_and_who_may_call_them(tmp_path: Path) -> None:
    known = specification(read_contract(written(tmp_path, SMALL)))

    operation = known.get_operation("/things/{id}", "get")
    assert (operation["operationId"], operation["security"]) == ("getThing", [{"token": []}])
    assert known.get_path_params("/things/{id}")[0]["schema"] == {"type": "string"}
    assert known.security_schemes == {"token": {"type": "http", "scheme": "bearer"}}


@pytest.mark.parametrize(
    ("before", "after", "place"),
    [
        ("'200': {description: found}", "'200': {}", "/paths/~1things~1{id}"),
        ("openapi: 3.0.3", "openapi: '4.0'", "/openapi"),
        ("type: http, scheme: bearer", "type: sorcery", "/components/securitySchemes"),
        ("required: true, ", "required: 'yes', ", "/components/parameters/Id"),
    ],
)
def test_a_contract_that_is_no_openapi_document_stops_the_start_in_one_line(
    before: str, after: str, place: str, tmp_path: Path
) -> None:
    assert SMALL.count(before) == 1
    contract = read_contract(written(tmp_path, SMALL.replace(before, after)))

    with pytest.raises(SetupError) as caught:
        specification(contract)

    assert str(caught.value).startswith(f"{contract.file}:1: is no OpenAPI document at {place}")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", contract_names())
def test_making_it_leaves_the_contract_as_it_was(name: str) -> None:
    contract = read_contract(contract_file(name))

    specification(contract)

    assert contract == read_contract(contract_file(name))
