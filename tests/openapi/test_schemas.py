"""OpenAPI 3.0 schemas mean the same as JSON Schema."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import pytest

from openapi.schemas import json_schema

COMPONENTS = {
    "Colour": {"type": "string", "enum": ["red", "blue"]},
    "Tree": {
        "type": "object",
        "properties": {"children": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}}},
    },
}


def accepts(schema: dict[str, Any], value: Any) -> bool:
    return jsonschema_rs.Draft202012Validator(json_schema(schema, COMPONENTS), validate_formats=True).is_valid(value)


@pytest.mark.parametrize(
    ("schema", "value", "is_accepted"),
    [
        ({"type": "string", "nullable": True}, None, True),
        ({"type": "string"}, None, False),
        ({"type": "integer", "enum": [1, 2], "nullable": True}, None, True),
        ({"type": "integer", "enum": [1, 2], "nullable": True}, 3, False),
        ({"nullable": True, "allOf": [{"$ref": "#/components/schemas/Colour"}]}, None, True),
        ({"nullable": True, "allOf": [{"$ref": "#/components/schemas/Colour"}]}, "green", False),
        (
            {"type": "string", "nullable": True, "anyOf": [{"format": "date"}, {"format": "date-time"}]},
            "2026-02-30",
            False,
        ),
        (
            {"type": "string", "nullable": True, "anyOf": [{"format": "date"}, {"format": "date-time"}]},
            "2026-02-28",
            True,
        ),
        ({"type": "integer", "format": "int32"}, 2**31 - 1, True),
        ({"type": "integer", "format": "int32"}, 2**31, False),
        ({"type": "integer", "format": "int32", "minimum": 1}, 0, False),
        ({"type": "integer", "format": "int64"}, -(2**63), True),
        ({"type": "integer", "format": "int64"}, -(2**63) - 1, False),
        ({"type": "number", "minimum": 0, "exclusiveMinimum": True}, 0, False),
        ({"type": "number", "minimum": 0, "exclusiveMinimum": False}, 0, True),
        ({"type": "number", "maximum": 5, "exclusiveMaximum": True}, 5, False),
        ({"$ref": "#/components/schemas/Tree"}, {"children": [{"children": []}]}, True),
        ({"$ref": "#/components/schemas/Tree"}, {"children": [{"children": 1}]}, False),
        ({"type": "object", "properties": {"nullable": {"type": "string"}}}, {"nullable": 1}, False),
        ({"type": "string", "format": "uuid"}, "497f6eca62764993bfeb53cbbbba6f08", False),
    ],
)
def test_a_converted_schema_accepts_what_openapi_accepts(schema: dict[str, Any], value: Any, is_accepted: bool) -> None:
    assert accepts(schema, value) is is_accepted


def test_a_component_that_is_missing_is_an_error() -> None:
    with pytest.raises(KeyError):
        json_schema({"$ref": "#/components/schemas/Nobody"}, COMPONENTS)
