"""Where things stand in an OpenAPI document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Json = Any
Document = Mapping[str, Json]

METHODS = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "trace"})


def operations(document: Document) -> Iterator[tuple[str, dict[str, Json]]]:
    """Every operation with its method and path."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method in METHODS:
                yield f"{method.upper()} {path}", operation


def parameter_holders(document: Document) -> Iterator[list[dict[str, Json]]]:
    for item in document["paths"].values():
        yield item.get("parameters", [])
        for method, operation in item.items():
            if method in METHODS:
                yield operation.get("parameters", [])


def responses(document: Document) -> Iterator[dict[str, Json]]:
    yield from document.get("components", {}).get("responses", {}).values()
    for _, operation in operations(document):
        yield from operation["responses"].values()


def media_types(value: Json) -> Iterator[dict[str, Json]]:
    if isinstance(value, dict):
        for name, each in value.items():
            if name == "content" and isinstance(each, dict):
                yield from (content for content in each.values() if "schema" in content)
            else:
                yield from media_types(each)
    elif isinstance(value, list):
        for each in value:
            yield from media_types(each)
