"""What was found, confirmed by a validator that knows nothing of how it was found."""

from __future__ import annotations

from typing import Any

import jsonschema_rs

LONGEST_MESSAGE = 300


class Refused(ValueError):
    """A schema or a value that the validator does not take."""


def validator(schema: Any) -> jsonschema_rs.Draft202012Validator:
    """A validator for a schema, formats included.

    Raises:
        Refused: it is no JSON Schema.
    """
    try:
        return jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
    except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError) as problem:
        raise Refused(str(problem).splitlines()[0]) from problem


def objection(schema: Any, value: Any) -> str | None:
    """What a schema has against a value, and where in it; `None` if nothing.

    Raises:
        Refused: it is no JSON Schema, or the value is nested too deeply for the validator.
    """
    try:
        problem = next(iter(validator(schema).iter_errors(value)), None)
    except ValueError as error:
        raise Refused(str(error)) from error
    if problem is None:
        return None
    where = "".join(f"[{each}]" if isinstance(each, int) else f".{each}" for each in problem.instance_path)
    text = problem.message if len(problem.message) <= LONGEST_MESSAGE else problem.message[:LONGEST_MESSAGE] + "..."
    return f"{where.removeprefix('.')}: {text}" if where else text
