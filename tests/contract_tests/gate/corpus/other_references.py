"""Rewriters: the same contract with other components, or none."""

from __future__ import annotations

import copy

from openapi.documents import to_pointer
from tests.contract_tests.gate.corpus.references import is_recursive, pointed_to
from tests.contract_tests.gate.corpus.standing import (
    Document,
    Json,
    media_types,
)


def inlined(document: Document) -> Document:
    """Every reference is replaced by what it leads to, but for those that recursion and discriminators need."""
    return _inlined(document, document)  # type: ignore[no-any-return]


def _inlined(value: Json, document: Document) -> Json:
    if isinstance(value, list):
        return [_inlined(each, document) for each in value]
    if not isinstance(value, dict):
        return value
    reference = value.get("$ref")
    if isinstance(reference, str) and set(value) == {"$ref"} and not is_recursive(document, reference):
        return _inlined(copy.deepcopy(pointed_to(document, reference)), document)
    if "discriminator" in value:
        return value
    return {name: _inlined(each, document) for name, each in value.items()}


def extracted(document: Document) -> Document:
    """Every schema of a body becomes a component of its own."""
    result = copy.deepcopy(dict(document))
    schemas = result.setdefault("components", {}).setdefault("schemas", {})
    for number, media_type in enumerate(media_types(result["paths"])):
        name = f"Extracted{number}"
        schemas[name] = media_type["schema"]
        media_type["schema"] = {"$ref": f"#/components/schemas/{name}"}
    return result


def with_aliases(document: Document) -> Document:
    """Every component schema is an alias of another that has its content."""
    result = copy.deepcopy(dict(document))
    schemas = result.get("components", {}).get("schemas", {})
    for name in [name for name, each in schemas.items() if isinstance(each, dict)]:
        schemas[f"{name}.Content"] = schemas[name]
        schemas[name] = {"$ref": "#" + to_pointer("components", "schemas", f"{name}.Content")}
    return result


def with_unused_components(document: Document) -> Document:
    """There are components nobody uses."""
    result = copy.deepcopy(dict(document))
    components = result.setdefault("components", {})
    components.setdefault("schemas", {})["Never.Used"] = {"type": "object", "required": ["x"]}
    components.setdefault("responses", {})["Never.Used"] = {"description": "Never comes."}
    return result
