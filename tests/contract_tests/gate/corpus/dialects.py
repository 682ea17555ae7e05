"""From OpenAPI 3.0 to 3.1: the same contract in the newer words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.contract_tests.gate.corpus.schemas import with_schemas

Json = Any
BOUNDS = {"minimum": "exclusiveMinimum", "maximum": "exclusiveMaximum"}
COMPOSED = frozenset({"allOf", "anyOf", "oneOf"})
"""`nullable` beside these is meant for the whole, as generators write it and migrations read it."""

BESIDE = frozenset({"readOnly", "writeOnly", "deprecated", "default", "description", "title"})
"""What is said of a member, and not of its value."""


def in_31(document: Mapping[str, Json]) -> dict[str, Json]:
    """A 3.0 document as a 3.1 document of the same meaning; others as they are."""
    if not str(document["openapi"]).startswith("3.0"):
        return dict(document)
    return {**with_schemas(document, schema_in_31), "openapi": "3.1.0"}


def schema_in_31(schema: Json) -> Json:
    """One schema, its members already rewritten: null among its types, exclusive bounds as numbers, bare references."""
    if "$ref" in schema:
        return {"$ref": schema["$ref"]}
    result = dict(schema)
    is_nullable = result.pop("nullable", False)
    if is_nullable and "type" in result and COMPOSED.isdisjoint(result):
        result["type"] = [result["type"], "null"]
    elif is_nullable and not COMPOSED.isdisjoint(result):
        beside = {name: result.pop(name) for name in BESIDE & result.keys()}
        return {**beside, "anyOf": [schema_in_31(result), {"type": "null"}]}
    elif result.get("type") and None in result.get("enum", ()):
        result["enum"] = [each for each in result["enum"] if each is not None]
    for bound, exclusive in BOUNDS.items():
        if result.pop(exclusive, False) and bound in result:
            result[exclusive] = result.pop(bound)
    if "example" in result:
        result["examples"] = [result.pop("example")]
    return result
