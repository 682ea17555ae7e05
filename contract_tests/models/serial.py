"""Whether what parallel calls came to could have come of the same calls one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Any

from contract_tests.models.invoice import Known, ask
from openapi import Contract

MOST_CALLS = 6
"""All orders of so many calls are tried."""


@dataclass(frozen=True)
class Call:
    """A call that was made in parallel with others. `is_done`: whether it was accepted."""

    action: str
    body: Mapping[str, Any] | None
    is_done: bool


def ends(contract: Contract, start: Known, calls: Sequence[Call]) -> Iterator[Known | None]:
    """What the invoice may be after these calls in any order in which each has the answer that it was given."""
    tried: set[tuple[tuple[str, str, bool], ...]] = set()
    for order in permutations(range(len(calls))):
        sequence = tuple(calls[number] for number in order)
        key = tuple(sorted_key(each) for each in sequence)
        if key in tried:
            continue
        tried.add(key)
        found, is_possible = _played(contract, start, sequence)
        if is_possible:
            yield found


def sorted_key(call: Call) -> tuple[str, str, bool]:
    """What makes calls the same."""
    return call.action, repr(call.body), call.is_done


def _played(contract: Contract, start: Known, calls: Sequence[Call]) -> tuple[Known | None, bool]:
    known: Known | None = start
    for call in calls:
        outcome = ask(contract, known, call.action, call.body)
        if call.is_done != (not outcome.rules):
            return known, False
        known = outcome.known
    return known, True
