"""JSON Schema errors as violations a client developer understands."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import jsonschema_rs

from mock_server.core.errors import Violation
from openapi.documents import to_pointer

MASK = "(value)"
"""Stands for the offending value: it may be a card number."""


def compiled(schema: Mapping[str, Any]) -> jsonschema_rs.Draft202012Validator:
    """A validator that checks formats and keeps values out of its messages."""
    return jsonschema_rs.Draft202012Validator(dict(schema), validate_formats=True, mask=MASK)


def violations(validator: jsonschema_rs.Draft202012Validator, value: Any, where: str, rule: str) -> list[Violation]:
    """All violations of a value, each with the pointer of the member it is about."""
    if validator.is_valid(value):
        return []
    return [each for error in validator.iter_errors(value) for each in _violations(error, where, rule)]


def _violations(error: jsonschema_rs.ValidationError, where: str, rule: str) -> Iterator[Violation]:
    parts = [*error.instance_path]
    kind = error.kind
    if kind.name == "required":
        parts.append(str(kind.property))  # type: ignore[attr-defined]
    yield Violation(
        message=_message(kind),
        pointer=to_pointer(*parts),
        where=where,
        rule=rule,
        expected=_expected(kind),
    )


_MESSAGES: dict[str, Callable[[Any], str]] = {
    "required": lambda kind: "must be given.",
    "type": lambda kind: f"must be of type {' or '.join(kind.types)}.",
    "format": lambda kind: f"is not a valid {kind.format}.",
    "enum": lambda kind: f"must be one of: {', '.join(map(_shown, kind.options))}.",
    "maximum": lambda kind: f"must be at most {kind.limit}.",
    "minimum": lambda kind: f"must be at least {kind.limit}.",
    "exclusiveMaximum": lambda kind: f"must be less than {kind.limit}.",
    "exclusiveMinimum": lambda kind: f"must be greater than {kind.limit}.",
    "maxLength": lambda kind: f"must be at most {kind.limit} characters long.",
    "minLength": lambda kind: f"must be at least {kind.limit} characters long.",
    "maxItems": lambda kind: f"must have at most {kind.limit} items.",
    "minItems": lambda kind: f"must have at least {kind.limit} items.",
    "pattern": lambda kind: f"must match {kind.pattern}",
    "anyOf": lambda kind: f"is not a valid {' or '.join(_formats(kind)) or 'value'}.",
}


def _message(kind: Any) -> str:
    make = _MESSAGES.get(kind.name)
    return make(kind) if make else f"breaks the contract ({kind.name})."


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _expected(kind: Any) -> str:
    return f"format: {' or '.join(_formats(kind))}" if kind.name == "anyOf" else f"{kind.name}: {kind.value}"


def _formats(kind: Any) -> list[str]:
    """The formats asked for by the branches of an `anyOf`, however deep."""
    if kind.name == "format":
        return [str(kind.format)]
    if kind.name != "anyOf":
        return []
    return [found for branch in kind.context for error in branch for found in _formats(error.kind)]
