"""Is every value of one schema one of another's? Proven, refuted by a value, or not decided.

Of the libraries that compare schemas, jsonsubschema (Draft 4; no recursive schemas, no values) and jsonschema-rs'
`canonicalize` (experimental; leaves recursive schemas, patterns and what arrays hold undecided, gives no values) were
tried. The latter serves as a second opinion in the tests.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from contract_tests.gate.schemas.confirming import Refused, objection
from contract_tests.gate.schemas.guessing import guessed
from contract_tests.gate.schemas.solving.outcome import Outcome
from contract_tests.gate.schemas.solving.search import Search
from contract_tests.gate.schemas.terms.reading import Reader, UnknownReference
from contract_tests.gate.schemas.terms.term import Term
from contract_tests.gate.schemas.terms.values import thawed

DEEP = 15000
"""Schemas that contain each other take the recursion of Python deeper than it is used to."""


class Verdict(StrEnum):
    """INCLUDED is proven, NOT_INCLUDED is shown by a value."""

    INCLUDED = "included"
    NOT_INCLUDED = "not included"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class Inclusion:
    """`witness`: where not included, a value of the smaller schema that the bigger one refuses.

    `reason`: what the bigger schema says against the witness, or why nothing could be decided; empty if included.
    """

    verdict: Verdict
    witness: Any = None
    reason: str = ""

    @property
    def is_included(self) -> bool:
        return self.verdict is Verdict.INCLUDED


@dataclass(frozen=True)
class Equality:
    """Both inclusions; the sets are equal if both hold."""

    forward: Inclusion
    backward: Inclusion

    @property
    def is_equal(self) -> bool:
        return self.forward.is_included and self.backward.is_included


def included(small: Any, big: Any) -> Inclusion:
    """Whether every value of the schema `small` is one of `big`. Both are whole JSON Schemas (Draft 2020-12)."""
    try:
        with deep_recursion():
            outcome = Search().start([Reader(small).read(small)], [Reader(big).read(big)])
    except UnknownReference as problem:
        return Inclusion(Verdict.UNDECIDED, reason=f"nothing is at {problem}")
    except RecursionError:
        outcome = Outcome(reason="the schemas are nested too deeply")
    return judged(outcome, small, big)


def equal(first: Any, second: Any) -> Equality:
    """Whether two schemas allow the same values."""
    return Equality(included(first, second), included(second, first))


def judged(outcome: Outcome, small: Any, big: Any) -> Inclusion:
    """What a search for a value of `small` that `big` refuses means; a value counts if a validator confirms it."""
    if outcome.is_empty:
        return Inclusion(Verdict.INCLUDED)
    try:
        if outcome.value is not None and (found := shown(thawed(outcome.value), small, big)):
            return found
        for value in guessed(small):
            if found := shown(value, small, big):
                return found
    except Refused as problem:
        return Inclusion(Verdict.UNDECIDED, reason=str(problem))
    return Inclusion(Verdict.UNDECIDED, reason=outcome.reason or "the validator does not see the difference")


def shown(value: Any, small: Any, big: Any) -> Inclusion | None:
    """That one schema does not include another, if a value shows it.

    Raises:
        Refused: one of them is no JSON Schema.
    """
    if objection(small, value) is not None:
        return None
    against = objection(big, value)
    return None if against is None else Inclusion(Verdict.NOT_INCLUDED, value, against)


@contextmanager
def deep_recursion() -> Iterator[None]:
    """Lets Python call itself as deeply as nested schemas need."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, DEEP))
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)


__all__ = ["Equality", "Inclusion", "Term", "Verdict", "equal", "included", "judged"]
