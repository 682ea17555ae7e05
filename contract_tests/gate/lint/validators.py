"""Values against the schemas of a specification, in both dialects and across files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import jsonschema_rs

from contract_tests.gate.change import Direction
from contract_tests.gate.specification import Node
from openapi.documents import to_pointer

LONGEST = 120


@dataclass(frozen=True)
class Fault:
    """`at`: the place in the value. `schema_pointer`, `schema_line`: what of the schema it breaks, or near it."""

    at: str
    says: str
    schema_pointer: str
    schema_line: int


def faults(schema: Node, value: Any, direction: Direction) -> Iterator[Fault]:
    """What of a value breaks its schema."""
    schema = _meant(schema)
    validator = _validator(schema, direction)
    for error in validator.iter_errors(value) if validator is not None else ():
        place = _nearest(schema, list(error.evaluation_path)).place
        yield Fault(to_pointer(*error.instance_path), _short(error.message), place.pointer, place.line)


def accepts(schema: Node, value: Any) -> bool:
    """Whether a value is valid; one of a schema that can't be compiled is."""
    validator = _validator(_meant(schema), Direction.REQUEST)
    return validator is None or validator.is_valid(value)


def _meant(schema: Node) -> Node:
    """The schema that a reference alone stands for, so that it is compiled once."""
    return schema if schema.siblings else schema.resolved()


@lru_cache(maxsize=4096)
def _validator(schema: Node, direction: Direction) -> jsonschema_rs.Draft202012Validator | None:
    from contract_tests.gate.schemas.dialect import json_schema

    try:
        return jsonschema_rs.Draft202012Validator(json_schema(schema, direction), validate_formats=True)
    except (KeyError, TypeError, ValueError, jsonschema_rs.ValidationError):
        return None  # what is no schema has checks of its own


def _nearest(schema: Node, path: list[Any]) -> Node:
    """The part of the schema that a way through its JSON Schema leads to, as far as both are alike."""
    node = schema
    for part in path:
        child = node.target() if part == "$ref" and node.ref is not None else _child(node, part)
        if child is None:
            break
        node = child
    return node


def _child(node: Node, part: Any) -> Node | None:
    if isinstance(node.value, list):
        return next((each for index, each in enumerate(node.each()) if index == part), None)
    return node.own(str(part))


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
