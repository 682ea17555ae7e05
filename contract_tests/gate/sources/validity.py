"""What the standard's own schema says against a document: worth to know, but nothing that keeps from comparing."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterator
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

from contract_tests.gate.specification import Node
from openapi.documents import to_pointer

MOST = 20
"""A generator that does one thing wrong does it everywhere."""


def complaints(root: Node, dialect: str) -> Iterator[tuple[str, str]]:
    """The pointers of what breaks the standard, and how; at most `MOST`."""
    for error in islice(_schema(dialect).iter_errors(root.value), MOST):
        leaf = _most_telling(error)
        yield to_pointer(*leaf.instance_path), leaf.message


@cache
def _schema(dialect: str) -> Any:
    """The schema that openapi-spec-validator ships. Its own code takes 2 s for 1,000 operations, this 0.02 s."""
    import jsonschema_rs

    package = importlib.util.find_spec("openapi_spec_validator")
    assert package is not None and package.origin is not None, "it is among the dependencies"  # noqa: PT018
    file = Path(package.origin).parent / "resources" / "schemas" / f"v{dialect}" / "schema.json"
    return jsonschema_rs.validator_for(json.loads(file.read_text(encoding="utf-8")), mask="the value")


def _most_telling(error: Any) -> Any:
    """Of alternatives that all fail, what is wrong in the one that is meant: not the reference, and deepest."""
    context = getattr(error.kind, "context", None)
    if not context:
        return error
    errors = [each for branch in context for each in branch if '"$ref"' not in each.message]
    return max((_most_telling(each) for each in errors), key=lambda each: len(each.instance_path), default=error)
