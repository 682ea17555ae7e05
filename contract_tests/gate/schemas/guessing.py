"""Values of a schema made by hypothesis, where no value could be found by reasoning."""

from __future__ import annotations

import warnings
from functools import lru_cache
from importlib.util import find_spec
from typing import Any

import jsonschema_rs

MOST_GUESSES = 15
NEEDED = ("hypothesis", "schemathesis")
NOT_INSTALLED = "no values were tried, which needs pip install 'invoice-contract-toolkit[conformance]'"


@lru_cache(maxsize=1)
def is_possible() -> bool:
    """Whether what makes values is installed; the rest of the comparison does without it."""
    return all(find_spec(each) is not None for each in NEEDED)


def guessed(schema: Any) -> list[Any]:
    """Some values of a schema, the same ones each time; none where none can be made of it, or by nobody."""
    if not is_possible():
        return []
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
