"""The catalogue is complete: all operations and suites, each fault once, each check one that there is."""

from __future__ import annotations

from collections import Counter

import pytest

from contract_tests.catalogue import checks
from contract_tests.examiner import contract
from contract_tests.selection import suites
from contract_tests.target import GROUPS
from tests.faults.every import fault_named, faults
from tests.faults.fault import Fault, Kind

FEWEST = 120
OPERATIONS = {operation for group in GROUPS for operation in contract(group).operations}
RULES = {rule for group in GROUPS for rule in contract(group).rules}


def test_there_are_enough_faults() -> None:
    assert len(faults()) >= FEWEST


def test_every_fault_has_a_name_of_its_own() -> None:
    counts = Counter(each.name for each in faults())
    assert [name for name, count in counts.items() if count > 1] == []
    assert fault_named(faults()[0].name) is faults()[0]


def test_every_operation_has_faults() -> None:
    assert {each.operation for each in faults()} == OPERATIONS


def test_every_suite_has_faults_to_find() -> None:
    assert {each.suite for each in faults()} == set(suites())


def test_every_kind_has_faults() -> None:
    assert {each.kind for each in faults()} == set(Kind)


def test_every_check_that_is_named_is_there() -> None:
    assert {each.check for each in faults()} - {each.id for each in checks()} == set()


@pytest.mark.parametrize("fault", faults(), ids=lambda fault: fault.name)
def test_every_rule_that_is_named_is_one(fault: Fault) -> None:
    kind, _, rest = fault.rule.partition(":")
    assert fault.rule in RULES or (kind == "SCHEMA" and rest.partition(":")[0] in OPERATIONS)
