"""Nothing of the contracts is left out: each rule and each operation has checks, and each check says what it proves."""

from __future__ import annotations

import pytest

from contract_tests.catalogue import Check, checks
from contract_tests.examiner import contract
from contract_tests.selection import suites
from contract_tests.target import GROUPS

RULES = [rule for group in GROUPS for rule in contract(group).rules]
OPERATIONS = [operation for group in GROUPS for operation in contract(group).operations]


def proving(rule: str) -> list[Check]:
    return [each for each in checks() if rule in each.rules]


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_has_a_check(rule: str) -> None:
    assert proving(rule), f"no check proves {rule}"


@pytest.mark.parametrize("operation_id", OPERATIONS)
def test_every_operation_has_a_check(operation_id: str) -> None:
    assert [each for each in checks() if operation_id in each.operations]


def test_every_check_names_rules_that_there_are() -> None:
    assert [each.id for each in checks() if not each.rules] == []
    assert {rule for each in checks() for rule in each.rules} - set(RULES) == set()


def test_every_check_names_operations_that_there_are() -> None:
    assert {operation for each in checks() for operation in each.operations} - set(OPERATIONS) == set()


@pytest.mark.parametrize("suite", suites())
def test_every_suite_has_checks(suite: str) -> None:
    assert [each for each in checks() if each.suite == suite]


def test_every_check_has_a_name_of_its_own() -> None:
    names = [each.id for each in checks()]
    assert len(names) == len(set(names))
