"""Limits of rules by their names."""

from __future__ import annotations

from typing import Any

import pytest

from contract_tests.gate.parts.limits import Tendency, tendency
from openapi import contract_file, contract_names, read_contract


@pytest.mark.parametrize(
    ("name", "old", "new", "expected"),
    [
        ("maximum", 5, 6, Tendency.LOOSER),
        ("maximumBytes", 5, 4, Tendency.TIGHTER),
        ("maxItems", 0.1, 0.10000001, Tendency.LOOSER),
        ("minimumDigits", 5, 6, Tendency.TIGHTER),
        ("minimum", 5, 4, Tendency.LOOSER),
        ("allowedTypes", ["a"], ["a", "b"], Tendency.LOOSER),
        ("allowedTypes", ["a", "b"], ["b"], Tendency.TIGHTER),
        ("allowedTypes", ["a"], ["b"], Tendency.UNKNOWN),
        ("forbiddenWords", ["a"], ["a", "b"], Tendency.TIGHTER),
        ("lifetimeSeconds", 900, 600, Tendency.TIGHTER),
        ("skewSeconds", 900, 600, Tendency.TIGHTER),
        ("maximum", None, 5, Tendency.TIGHTER),
        ("maximum", 5, None, Tendency.LOOSER),
        ("minimum", None, 5, Tendency.TIGHTER),
        ("minimum", 5, None, Tendency.LOOSER),
        ("maximum", 5, "6", Tendency.UNKNOWN),
        ("maximum", True, False, Tendency.UNKNOWN),
        ("digits", 9, 10, Tendency.UNKNOWN),
        ("businessDays", 3, 1, Tendency.UNKNOWN),
        ("maximal", 5, 6, Tendency.UNKNOWN),
        ("allowance", 5, 6, Tendency.UNKNOWN),
    ],
)
def test_a_name_tells_which_way_is_tighter_or_nobody_knows(name: str, old: Any, new: Any, expected: Tendency) -> None:
    assert tendency(name, old, new) is expected


def test_the_names_of_our_own_limits_that_tell_something_are_understood() -> None:
    rules = [rule for name in contract_names() for rule in read_contract(contract_file(name)).rules.values()]
    named = {name for rule in rules for name, value in rule.limits.items() if isinstance(value, int | float)}

    understood = {name for name in named if tendency(name, 1, 2) is not Tendency.UNKNOWN}

    assert named - understood == {"businessDays", "fasterBusinessDays", "digits"}
