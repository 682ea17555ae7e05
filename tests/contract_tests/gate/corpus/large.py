"""Large contracts for measurements: many operations over shared components, and files of several megabytes.

The same arguments make the same contract. `changed` makes its next version, with a known handful of changes.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from typing import Any

Json = Any

KINDS = ("string", "integer", "number", "boolean")
FIELDS = 12
"""Members of each record, besides its id and the records it leads to."""


def with_operations(count: int) -> dict[str, Json]:
    """A contract of about so many operations: five for each kind of record, with bodies, pages, errors and scopes."""
    records = max(1, count // 5)
    schemas: dict[str, Json] = {"Problem": _problem()}
    paths: dict[str, Json] = {}
    for number in range(records):
        schemas |= _schemas(number, records)
        paths |= _paths(number)
    return {
        "openapi": "3.0.3",
        "info": {"title": "A large service", "version": "1.0.0"},
        "security": [{"oauth": ["read"]}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "parameters": {"page": _query("page", {"type": "integer", "minimum": 1, "default": 1})},
            "responses": {"Refused": _answer("Refused.", {"$ref": "#/components/schemas/Problem"})},
            "securitySchemes": {"oauth": _oauth()},
        },
    }


def of_size(size_bytes: int) -> dict[str, Json]:
    """A contract of at least so many bytes of JSON, like that of a monorepo: long words, much inlined."""
    count = 50
    document = _wordy(with_operations(count))
    while (size := len(json.dumps(document))) < size_bytes:
        count = max(count + 10, int(count * size_bytes / size) + 5)
        document = _wordy(with_operations(count))
    return document


def changed(document: Mapping[str, Json]) -> dict[str, Json]:
    """The next version: four changes, of which one breaks requests and one breaks responses."""
    result: dict[str, Json] = copy.deepcopy(dict(document))
    schemas = result["components"]["schemas"]
    schemas["New0"]["required"].append("field3")
    schemas["Record0"]["required"].remove("field1")
    schemas["New1"]["properties"]["added"] = {"type": "string"}
    del result["paths"]["/records2/{id}"]["delete"]
    return result


def _schemas(number: int, records: int) -> dict[str, Json]:
    """What is answered leads to the next record and to itself; what is sent is a part of it."""
    fields = {f"field{index}": _field(number, index) for index in range(FIELDS)}
    neighbour = f"#/components/schemas/Record{(number + 1) % records}"
    answered = {
        "id": {"type": "string", "format": "uuid", "readOnly": True},
        **fields,
        "next": {"nullable": True, "allOf": [{"$ref": neighbour}], "type": "object"},
        "children": {"type": "array", "items": {"$ref": f"#/components/schemas/Record{number}"}},
    }
    return {
        f"New{number}": {"type": "object", "required": ["field0"], "properties": fields},
        f"Record{number}": {"type": "object", "required": ["id", "field0", "field1"], "properties": answered},
        f"Page{number}": {
            "allOf": [
                {"type": "object", "required": ["total"], "properties": {"total": {"type": "integer", "minimum": 0}}},
                {"type": "object", "properties": {"items": _list(f"#/components/schemas/Record{number}")}},
            ]
        },
    }


def _field(number: int, index: int) -> dict[str, Json]:
    kind = KINDS[(number + index) % len(KINDS)]
    if kind == "string" and index % 3 == 0:
        return {"type": "string", "enum": [f"word{number % 7}_{each}" for each in range(4)]}
    bounds: Mapping[str, dict[str, Json]] = {
        "string": {"maxLength": 50 + index},
        "integer": {"minimum": 0, "maximum": 1000 + number},
        "number": {"minimum": 0.5},
        "boolean": {},
    }
    return {"type": kind, **bounds[kind]}


def _paths(number: int) -> dict[str, Json]:
    record, new = (f"#/components/schemas/{kind}{number}" for kind in ("Record", "New"))
    body = {"required": True, "content": {"application/json": {"schema": {"$ref": new}}}}
    answers = {"200": _answer("The record.", {"$ref": record}), **_errors()}
    page = _answer("A page.", {"$ref": f"#/components/schemas/Page{number}"})
    gone = {"204": {"description": "Gone."}, **_errors()}
    return {
        f"/records{number}": {
            "get": {
                "operationId": f"list{number}",
                "parameters": [{"$ref": "#/components/parameters/page"}, _query("search", {"type": "string"})],
                "responses": {"200": page, **_errors()},
            },
            "post": {"operationId": f"create{number}", "requestBody": body, "responses": answers},
        },
        f"/records{number}/{{id}}": {
            "parameters": [
                {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}
            ],
            "get": {"operationId": f"get{number}", "responses": answers},
            "put": {"operationId": f"update{number}", "requestBody": body, "responses": answers},
            "delete": {"operationId": f"delete{number}", "security": [{"oauth": ["write"]}], "responses": gone},
        },
    }


def _wordy(document: dict[str, Json]) -> dict[str, Json]:
    """With as many words and examples as generated contracts have."""
    words = "What this is, how it came about, and what whoever reads it should know before using it. " * 3
    for name, schema in document["components"]["schemas"].items():
        schema["description"] = f"{name}. {words}"
        for member in schema.get("properties", {}).values():
            if "$ref" not in member:
                member["description"] = words
    for path, item in document["paths"].items():
        for operation in (each for each in item.values() if isinstance(each, dict)):
            operation["summary"] = f"Something about {path}."
            operation["description"] = words
    return document


def _errors() -> dict[str, Json]:
    return {status: {"$ref": "#/components/responses/Refused"} for status in ("400", "404", "409")}


def _answer(description: str, schema: Json) -> dict[str, Json]:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _list(reference: str) -> dict[str, Json]:
    return {"type": "array", "items": {"$ref": reference}}


def _query(name: str, schema: Json) -> dict[str, Json]:
    return {"name": name, "in": "query", "schema": schema}


def _problem() -> dict[str, Json]:
    return {"type": "object", "required": ["title"], "properties": {"title": {"type": "string"}}}


def _oauth() -> dict[str, Json]:
    flow = {"tokenUrl": "https://login.example.com/token", "scopes": {"read": "Read.", "write": "Write."}}
    return {"type": "oauth2", "flows": {"clientCredentials": flow}}
