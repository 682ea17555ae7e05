"""How sure the contract is of a schema: a change of that is told, another place to say it is none."""

from __future__ import annotations

from typing import Any

import pytest

from contract_tests.gate.diffing import compare
from tests.contract_tests.gate.comparing.building import contract, source

Json = Any
TEXT = {"type": "string", "maxLength": 9}
SAID_OF_THE_WHOLE = {"allOf": [TEXT], "x-provenance": "assumed"}
SAID_OF_A_PART = {"allOf": [{**TEXT, "x-provenance": "assumed"}]}


def found(old: Json, new: Json) -> list[str]:
    before, after = (source(contract({"components": {"schemas": {"Text": schema}}})) for schema in (old, new))
    return [each.kind for each in compare(before, after)]


@pytest.mark.parametrize(("old", "new"), [(SAID_OF_THE_WHOLE, SAID_OF_A_PART), (SAID_OF_A_PART, SAID_OF_THE_WHOLE)])
def test_what_is_said_of_a_part_instead_of_the_whole_is_as_sure_as_before(old: Json, new: Json) -> None:
    assert found(old, new) == []


@pytest.mark.parametrize("schema", [{**TEXT, "x-provenance": "assumed"}, SAID_OF_THE_WHOLE])
def test_another_standing_is_told(schema: Json) -> None:
    assert found(schema, {**schema, "x-provenance": "documented"}) == ["provenance-strengthened"]


@pytest.mark.parametrize("part", [TEXT, {**TEXT, "x-provenance": "seen"}])
def test_a_schema_that_refers_instead_of_stating_says_nothing_of_itself(part: Json) -> None:
    stated = {**TEXT, "x-provenance": "assumed"}
    assert found(stated, {"allOf": [part]}) == found({"allOf": [part]}, stated) == []
