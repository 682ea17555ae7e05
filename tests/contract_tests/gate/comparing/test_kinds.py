"""Each kind of change is found where it is, alone, and with the severity the tables say; near misses are not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from contract_tests.gate import comparing
from contract_tests.gate.change import Severity
from contract_tests.gate.kinds import Kind, kind, kinds
from contract_tests.gate.schemas.schema_change import KINDS as SCHEMA_KINDS
from tests.contract_tests.gate.comparing.building import Case, all_cases, changes_in

MIXED = "mixed"


@pytest.mark.parametrize("case", all_cases(), ids=str)
def test_what_differs_is_found_and_nothing_else(case: Case) -> None:
    assert sorted({each.kind for each in changes_in(case)}) == sorted(case.kinds)


@pytest.mark.parametrize("case", [each for each in all_cases() if each.kinds and each.severity != MIXED], ids=str)
def test_it_is_as_bad_as_the_tables_say(case: Case) -> None:
    first = next(each for each in changes_in(case) if each.kind == case.kinds[0])

    assert first.severity == (case.severity or kind(case.kinds[0]).severity)
    assert kind(first.kind).may_be(first.severity)
    assert first.direction == kind(first.kind).direction


@pytest.mark.parametrize("case", [each for each in all_cases() if each.says], ids=str)
def test_its_sentence_says_what_has_changed(case: Case) -> None:
    assert any(case.says in each.says for each in changes_in(case))


@pytest.mark.parametrize("case", all_cases(), ids=str)
def test_its_sentence_is_one_and_complete(case: Case) -> None:
    for each in changes_in(case):
        named = kind(each.kind)
        assert each.says[0].isupper() or any(text.startswith("{") for text in (named.says, *named.or_says))
        assert each.says.endswith((".", "?", "!"))
        assert not re.search(r"\{(subject|name|old|new|value|says|facts)\}|None\b|Node\(", each.says)


@pytest.mark.parametrize("case", all_cases(), ids=str)
def test_it_has_a_place_on_a_side_at_least(case: Case) -> None:
    for each in changes_in(case):
        assert each.old or each.new
        for place in (each.old, each.new):
            assert place is None or place.line >= 1


ELSEWHERE = {"specification-added", "specification-removed"}
"""Tried with several files."""

GENERAL = {"request-property-forbidden", "response-property-forbidden"}
"""The comparison of schemas has a name for it, and says `schema-narrowed` so far."""

IMPOSSIBLE = {
    "request-property-became-not-write-only",
    "request-property-became-write-only",
    "response-property-became-not-read-only",
    "response-property-became-read-only",
}
"""Each of these words counts in one direction only."""


def test_each_kind_of_the_tables_has_a_case() -> None:
    tried = {name for case in all_cases() for name in case.kinds}

    assert sorted(set(kinds()) - tried - ELSEWHERE - GENERAL) == []


def test_each_kind_of_a_case_is_in_the_tables() -> None:
    assert sorted({name for case in all_cases() for name in case.kinds} - set(kinds())) == []


def test_each_kind_of_schema_change_is_in_the_tables_for_both_directions() -> None:
    wanted = {f"{direction}-{name}" for direction in ("request", "response") for name in SCHEMA_KINDS}

    assert wanted - set(kinds()) == IMPOSSIBLE


@pytest.mark.parametrize("each", kinds().values(), ids=lambda each: each.id)
def test_the_tables_are_complete(each: Kind) -> None:
    assert each.says.endswith(".")
    assert each.means.endswith(".")
    assert each.reason.endswith(".")
    assert each.avoid.endswith(".") or (not each.avoid and each.severity is Severity.SAFE)
    assert each.severity not in each.otherwise
    assert not each.says.startswith("{subject} {")


def test_no_kind_is_named_in_the_code_that_is_not_in_the_tables() -> None:
    named = {name for file in _modules() for name in re.findall(r'Found\(\s*"([a-z-]+)"', file.read_text("utf-8"))}

    assert sorted(named - set(kinds())) == []


def _modules() -> Iterator[Path]:
    yield from Path(comparing.__file__).parent.rglob("*.py")
