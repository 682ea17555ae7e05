"""What a search remembers is right, whatever was asked before."""

from __future__ import annotations

from typing import Any

import pytest

from contract_tests.gate.schemas.solving.search import Search
from contract_tests.gate.schemas.terms.reading import Reader
from tests.contract_tests.gate.schemas.relations import integer, number


def contract(name: str, value: Any) -> dict[str, Any]:
    """Two schemas that refer to each other; only the first holds the value itself."""
    first = {"type": "object", "properties": {name: value, "second": {"$ref": "#/$defs/second"}}}
    second = {"type": "object", "properties": {f"x{name}": {"$ref": "#/$defs/first"}}}
    return {"$defs": {"first": first, "second": second}}


@pytest.mark.parametrize("number_of_name", range(20))
def test_what_was_assumed_on_the_way_to_another_answer_is_not_kept(number_of_name: int) -> None:
    """In which order members are looked at depends on their names; one order asks the second within the first."""
    name = f"name{number_of_name}"
    big, small = (Reader(contract(name, each)) for each in (integer(), number()))
    search = Search()
    for each in ("first", "second", "first"):
        outcome = search.start([small.referred(f"#/$defs/{each}")], [big.referred(f"#/$defs/{each}")])
        assert outcome.value is not None


@pytest.mark.parametrize("number_of_name", range(5))
def test_what_turned_out_to_be_right_is_kept(number_of_name: int) -> None:
    name = f"name{number_of_name}"
    small, big = (Reader(contract(name, each)) for each in (integer(), number()))
    search = Search()
    for each in ("first", "second"):
        assert search.start([small.referred(f"#/$defs/{each}")], [big.referred(f"#/$defs/{each}")]).is_empty
    assert not search.assumed
    assert not search.open
