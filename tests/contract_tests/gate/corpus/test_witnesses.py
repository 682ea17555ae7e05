"""Every witness really shows what it is said to show, judged without the gate's own code."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from contract_tests.gate.change import Change
from tests.contract_tests.gate.corpus.oracle import problems
from tests.contract_tests.gate.corpus.pairs import REQUEST, Pair, all_pairs
from tests.contract_tests.gate.corpus.running import found, numbered, summary

NOT_JUDGED = "security-"
"""How kinds begin of whose witnesses the oracle knows nothing: who may call."""


def test_every_witness_was_fine_and_is_not() -> None:
    wrong = [
        f"{pair.id}: {change.kind} {change.witness} {problem}"
        for pair, change in _witnessed()
        if (problem := _refuted(pair, change))
    ]
    assert wrong == []


def test_most_breaking_changes_of_schemas_have_a_witness() -> None:
    """A set that has shrunk has lost a value; only the hardest patterns may be left without one."""
    without = [pair.id for number, pair in numbered() if pair.schema and pair.is_breaking and not _has_witness(number)]
    assert len(without) <= 4, without


@pytest.mark.parametrize(
    "title", ["types: null is forbidden, in a request", "objects: a member becomes required, in a request"]
)
def test_a_witness_is_a_whole_message(title: str) -> None:
    number = next(number for number, pair in numbered() if pair.title == title)
    witness = next(each.witness for each in found(number) if each.witness)
    assert {"method", "path", "body"} <= set(witness.message)
    assert witness.fails


def _witnessed() -> Iterator[tuple[Pair, Change]]:
    for number, pair in numbered():
        for change in found(number):
            if change.witness and _is_judged(change):
                yield pair, change


def _is_judged(change: Change) -> bool:
    """Of a change in many operations, a response does not say whose it is."""
    is_placed = change.operation or (change.witness and "path" in change.witness.message)
    return bool(is_placed) and not change.kind.startswith(NOT_JUDGED)


def _refuted(pair: Pair, change: Change) -> str:
    """Why a witness shows nothing; empty where it does. Requests go from old to new, responses the other way."""
    assert change.witness is not None
    direction = str(change.witness.direction)
    allowing, refusing = (pair.old, pair.new) if direction == REQUEST else (pair.new, pair.old)
    message = change.witness.message
    if against := problems(allowing, change.operation, direction, message):
        return f"was never fine: {against}"
    return "" if problems(refusing, change.operation, direction, message) else "is still fine"


def _has_witness(number: int) -> bool:
    return any(each.witness for each in found(number) if str(each.severity) == "breaking")


def test_nothing_safe_has_a_witness() -> None:
    for number, _ in numbered():
        shown = [each for each in found(number) if each.witness and str(each.severity) == "safe"]
        assert shown == [], f"{all_pairs()[number].id}{summary(shown)}"
