"""Where schemas stand in an OpenAPI document, and in each other; for rewriting all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

Json = Any
Rewrite = Callable[[Json], Json]

ONE = (
    "items",
    "not",
    "additionalProperties",
    "contains",
    "if",
    "then",
    "else",
    "propertyNames",
    "unevaluatedProperties",
)
LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
MAPS = ("properties", "patternProperties", "dependentSchemas", "$defs")
DATA = frozenset({"example", "examples", "x-lifecycle", "x-rules"})
"""Below these names, outside of schemas, stand no schemas."""


def with_schemas(document: Mapping[str, Json], rewrite: Rewrite) -> dict[str, Json]:
    """A document with every schema rewritten, the inner ones first."""
    result: dict[str, Json] = {name: _part(name, value, rewrite) for name, value in document.items()}
    schemas = document.get("components", {}).get("schemas")
    if schemas is not None:
        result["components"]["schemas"] = {name: within(each, rewrite) for name, each in schemas.items()}
    return result


def within(schema: Json, rewrite: Rewrite) -> Json:
    """A schema with itself and all schemas in it rewritten, the inner ones first."""
    if not isinstance(schema, dict):
        return schema
    result = dict(schema)
    for name in ONE:
        if name in result:
            result[name] = within(result[name], rewrite)
    for name in LISTS:
        if name in result:
            result[name] = [within(each, rewrite) for each in result[name]]
    for name in MAPS:
        if name in result:
            result[name] = {key: within(each, rewrite) for key, each in result[name].items()}
    return rewrite(result)


def references(value: Json) -> Iterator[str]:
    """Every reference in a document, mappings of discriminators included."""
    if isinstance(value, dict):
        for name, each in value.items():
            if name == "$ref" and isinstance(each, str):
                yield each
            elif name == "mapping" and isinstance(each, dict):
                yield from (target for target in each.values() if isinstance(target, str))
            else:
                yield from references(each)
    elif isinstance(value, list):
        for each in value:
            yield from references(each)


def _part(name: str, value: Json, rewrite: Rewrite) -> Json:
    if name in DATA:
        return value
    if name == "schema":
        return within(value, rewrite)
    if isinstance(value, dict):
        return {key: _part(key, each, rewrite) for key, each in value.items()}
    if isinstance(value, list):
        return [_part("", each, rewrite) for each in value]
    return value
