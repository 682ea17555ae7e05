"""The set of values a schema allows in one direction, decided with jsonschema-rs and nothing of the gate's own code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import jsonschema_rs

from openapi.documents import pointer_parts
from tests.contract_tests.gate.corpus.dialects import in_31
from tests.contract_tests.gate.corpus.references import pointed_to, with_references
from tests.contract_tests.gate.corpus.schemas import within

Json = Any
Document = Mapping[str, Json]

NOT_PART_OF = {"request": "readOnly", "response": "writeOnly"}
INTEGERS = {"int32": 31, "int64": 63}


def validator(document: Document, schema: Json, direction: str) -> jsonschema_rs.Draft202012Validator:
    """Of the values a schema of this document allows in this direction."""
    newer = _in_31(document, schema)
    root = {**newer["schema"], "components": {"schemas": newer["components"]}} if newer["schema"] is not True else True
    directed = _directed(root, newer["components"], direction)
    return jsonschema_rs.Draft202012Validator(directed, validate_formats=True)


def _in_31(document: Document, schema: Json) -> dict[str, Json]:
    """The schema and the components in 3.1's words."""
    schemas = document.get("components", {}).get("schemas", {})
    content = {"content": {"any": {"schema": schema}}}
    newer = in_31({"openapi": document["openapi"], "here": content, "components": {"schemas": schemas}})
    return {"schema": newer["here"]["content"]["any"]["schema"], "components": newer["components"]["schemas"]}


def _directed(root: Json, components: Mapping[str, Json], direction: str) -> Json:
    if not isinstance(root, dict):
        return root

    def rewrite(schema: Json) -> Json:
        return _with_integers(_with_discriminator(_without(schema, components, NOT_PART_OF[direction])))

    inner = {name: each for name, each in root.items() if name != "components"}
    rewritten = {
        **within(inner, rewrite),
        "components": {"schemas": {k: within(v, rewrite) for k, v in components.items()}},
    }
    return with_references(rewritten, lambda reference: quote(reference, safe="#/~"))


def _without(schema: Json, components: Mapping[str, Json], mark: str) -> Json:
    """Members that bear the mark are neither demanded nor looked at; in closed objects they may not be there."""
    members = schema.get("properties", {})
    gone = {name for name, each in members.items() if _bears(each, components, mark)}
    if not gone:
        return schema
    result = {**schema, "properties": {name: each for name, each in members.items() if name not in gone}}
    if "required" in schema:
        result["required"] = [name for name in schema["required"] if name not in gone]
    return result


def _bears(schema: Json, components: Mapping[str, Json], mark: str) -> bool:
    if not isinstance(schema, dict):
        return False
    if "$ref" in schema:
        return _bears(pointed_to({"components": {"schemas": components}}, schema["$ref"]), components, mark)
    return bool(schema.get(mark)) or any(_bears(each, components, mark) for each in schema.get("allOf", ()))


def _with_discriminator(schema: Json) -> Json:
    """Each alternative is bound to the values that name it: its mapped ones and the name of its component."""
    discriminator = schema.get("discriminator")
    word = next((word for word in ("oneOf", "anyOf") if word in schema), None)
    if not discriminator or word is None:
        return schema
    return {**schema, word: [_bound(each, discriminator) for each in schema[word]]}


def _bound(alternative: Json, discriminator: Mapping[str, Json]) -> Json:
    reference = alternative.get("$ref")
    if reference is None:
        return alternative
    own = pointer_parts(reference.removeprefix("#"))[-1]
    mapping = discriminator.get("mapping", {})
    values = [key for key, target in mapping.items() if target in {reference, own}]
    name = discriminator["propertyName"]
    return {"allOf": [alternative, {"required": [name], "properties": {name: {"enum": [*values, own]}}}]}


def _with_integers(schema: Json) -> Json:
    bits = INTEGERS.get(schema.get("format", ""))
    if bits is None:
        return schema
    parts = [*schema.get("allOf", ()), {"minimum": -(2**bits), "maximum": 2**bits - 1}]
    return {**schema, "allOf": parts}
