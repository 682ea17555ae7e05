"""Rewriters: the same sets of values, written otherwise."""

from __future__ import annotations

import copy

from tests.contract_tests.gate.corpus.schemas import with_schemas
from tests.contract_tests.gate.corpus.standing import (
    Document,
    Json,
    operations,
    parameter_holders,
)


def with_parts(document: Document) -> Document:
    """Every schema that can be is the only part of an `allOf`."""
    return with_schemas(document, lambda schema: schema if _is_bound(schema) else {"allOf": [schema]})


def with_single_alternatives(document: Document) -> Document:
    """Every schema that can be is the only alternative of an `anyOf`."""
    return with_schemas(document, lambda schema: schema if _is_bound(schema) else {"anyOf": [schema]})


def _is_bound(schema: Json) -> bool:
    """Whether it says something about the member it describes, which it would not say from further inside."""
    words = {"readOnly", "writeOnly", "discriminator", "default", "deprecated", "example", "examples", "format"}
    return not words.isdisjoint(schema) or "$ref" in schema or schema.get("type") == "object" or "allOf" in schema


def with_objects_split(document: Document) -> Document:
    """Open objects are two parts, each with half of the members."""
    return with_schemas(document, _split)


def _split(schema: Json) -> Json:
    members = schema.get("properties", {})
    closing = {"additionalProperties", "unevaluatedProperties", "discriminator", "allOf", "patternProperties"}
    if len(members) < 2 or not closing.isdisjoint(schema) or _has_alternatives_that_close(schema):
        return schema
    half = len(members) // 2
    names = list(members)
    parts = [_part(schema, names[:half]), _part(schema, names[half:])]
    rest = {name: each for name, each in schema.items() if name not in {"properties", "required"}}
    return {**rest, "allOf": parts}


def _part(schema: Json, names: list[str]) -> Json:
    required = [each for each in schema.get("required", ()) if each in names]
    part: dict[str, Json] = {"type": "object", "properties": {name: schema["properties"][name] for name in names}}
    return {**part, "required": required} if required else part


def _has_alternatives_that_close(schema: Json) -> bool:
    return any(name not in schema["properties"] for name in schema.get("required", ()))


def with_enums_as_alternatives(document: Document) -> Document:
    """An enum of several values is the choice of enums of one."""

    def rewrite(schema: Json) -> Json:
        if "anyOf" in schema or len(schema.get("enum", ())) < 2:
            return schema
        rest = {name: each for name, each in schema.items() if name != "enum"}
        return {**rest, "anyOf": [{"enum": [each]} for each in schema["enum"]]}

    return with_schemas(document, rewrite)


def with_alternatives_said_twice(document: Document) -> Document:
    """Of the alternatives of an `anyOf`, the first is said again."""

    def rewrite(schema: Json) -> Json:
        return {**schema, "anyOf": [*schema["anyOf"], schema["anyOf"][0]]} if "anyOf" in schema else schema

    return with_schemas(document, rewrite)


def with_defaults_written_out(document: Document) -> Document:
    """What holds anyway is said: no minimum lengths, open objects, optional parameters, styles of serialization."""
    result = copy.deepcopy(dict(with_schemas(document, _written_out)))
    for holder in parameter_holders(result):
        for parameter in holder:
            if "$ref" not in parameter:
                parameter.setdefault("required", False)
                parameter.setdefault("deprecated", False)
                parameter.setdefault("style", {"path": "simple", "header": "simple"}.get(parameter["in"], "form"))
                parameter.setdefault("explode", parameter["style"] == "form")
    for _, operation in operations(result):
        operation.setdefault("deprecated", False)
    return result


_WRITTEN_OUT = {
    "string": {"minLength": 0},
    "array": {"minItems": 0, "uniqueItems": False},
    "object": {"minProperties": 0},
}


def _written_out(schema: Json) -> Json:
    kind = schema.get("type")
    return {**_WRITTEN_OUT.get(kind, {}), **schema} if isinstance(kind, str) else schema


def with_bounds_of_integers_exclusive(document: Document) -> Document:
    """Bounds of integers are said with the next one outside."""
    is_31 = str(document["openapi"]).startswith("3.1")

    def rewrite(schema: Json) -> Json:
        if schema.get("type") != "integer" or "minimum" not in schema or "exclusiveMinimum" in schema:
            return schema
        below = schema["minimum"] - 1
        rest = {name: each for name, each in schema.items() if name != "minimum"}
        return {**rest, "exclusiveMinimum": below} if is_31 else {**rest, "minimum": below, "exclusiveMinimum": True}

    return with_schemas(document, rewrite)
