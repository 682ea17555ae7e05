"""Large contracts: that they are what the measurements take them for, and that what changes in them is found once."""

from __future__ import annotations

import json
from collections import Counter

from tests.contract_tests.gate.corpus.large import changed, of_size, with_operations
from tests.contract_tests.gate.corpus.other_order import reordered
from tests.contract_tests.gate.corpus.running import changes, summary
from tests.contract_tests.gate.corpus.standing import operations


def test_there_are_as_many_operations_as_asked_for() -> None:
    assert len(list(operations(with_operations(1000)))) == 1000


def test_a_contract_is_as_large_as_asked_for() -> None:
    size = len(json.dumps(of_size(5_000_000)))
    assert 5_000_000 <= size < 7_000_000


def test_the_same_arguments_make_the_same_contract() -> None:
    assert with_operations(50) == with_operations(50)


def test_a_large_contract_in_another_order_is_silent() -> None:
    document = with_operations(100)
    assert changes(document, reordered(document)) == []


def test_what_is_shared_by_many_operations_is_reported_once() -> None:
    """Every record leads to the next one, so that each component is reached from every operation."""
    document = with_operations(100)
    found = changes(document, changed(document))
    counted = Counter(str(each.severity) for each in found)
    assert counted == {"breaking": 3, "safe": 1}, summary(found)


def test_the_number_of_operations_does_not_multiply_the_changes() -> None:
    few, many = (changes(each, changed(each)) for each in (with_operations(25), with_operations(200)))
    assert len(few) == len(many)
