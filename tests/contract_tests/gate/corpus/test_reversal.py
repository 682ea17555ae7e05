"""Narrowing one way is widening the other: what the gate says of a change and of taking it back fits together."""

from __future__ import annotations

import pytest

from tests.contract_tests.gate.corpus.pairs import REQUEST, RESPONSE, Pair, all_pairs
from tests.contract_tests.gate.corpus.running import SILENT, changes, found, numbered, summary, worst

NUMBERS = {pair.title: number for number, pair in numbered()}


def _twin(pair: Pair) -> Pair | None:
    """The pair of the same schemas in responses, if it has one label."""
    name = pair.title.removesuffix(f", in a {REQUEST}") + f", in a {RESPONSE}"
    twin = all_pairs()[NUMBERS[name]] if name in NUMBERS else None
    return twin if twin and len(twin.labels) == 1 else None


TWINS = [
    pytest.param(pair, twin, id=pair.id)
    for pair in all_pairs()
    if pair.schema and pair.direction == REQUEST and len(pair.labels) == 1 and (twin := _twin(pair))
]
ONLY_WORDS = [pytest.param(pair, id=pair.id) for pair in all_pairs() if not pair.schema and pair.labels == {SILENT}]
BY_MARK_OR_NAME = ("only be read", "only be written", "read-only", "write-only", "optional member is added")
"""What is not decided by sets alone: a member that is not declared any more is lost whatever else is allowed."""


@pytest.mark.parametrize(("pair", "twin"), TWINS)
def test_taking_a_change_back_is_the_change_in_the_other_direction(pair: Pair, twin: Pair) -> None:
    if any(words in pair.name for words in BY_MARK_OR_NAME):
        pytest.skip("not decided by sets alone")
    back = changes(pair.new, pair.old)
    assert (worst(back) == "breaking") is (worst(found(NUMBERS[twin.title])) == "breaking"), summary(back)


@pytest.mark.parametrize("pair", ONLY_WORDS)
def test_other_words_are_silent_both_ways(pair: Pair) -> None:
    back = changes(pair.new, pair.old)
    assert back == [], summary(back)
