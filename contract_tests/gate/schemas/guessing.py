"""Values of a schema made by hypothesis, where no value could be found by reasoning."""

from __future__ import annotations

import warnings
from typing import Any

import jsonschema_rs

MOST_GUESSES = 100


def guessed(schema: Any) -> list[Any]:
    """Some values of a schema, the same ones each time; none where none can be made of it."""
    # Imported here: most comparisons need none of this, and it takes a second.
    from hypothesis import HealthCheck, Phase, given, seed, settings
    from hypothesis.errors import HypothesisException
    from schemathesis.core.errors import InvalidSchema, UnsupportedSchema
    from schemathesis.generation.jsonschema.builder import build

    found: list[Any] = []

    def keep(value: Any) -> None:
        found.append(value)

    bounded = settings(
        database=None,
        max_examples=MOST_GUESSES,
        phases=[Phase.generate],
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            seed(1)(bounded(given(build(schema, draft=jsonschema_rs.Draft202012, formats={}))(keep)))()
        except (HypothesisException, InvalidSchema, UnsupportedSchema, RecursionError):
            return found
    return found
