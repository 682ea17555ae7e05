"""What checks say about rules, alone and together."""

from __future__ import annotations

from pathlib import Path

import pytest

from contract_tests.events import CheckEnded, Outcome
from contract_tests.examiner import contract
from contract_tests.matrix import ELSEWHERE, matrix, status_of
from contract_tests.rule_coverage import UNCHECKED, cell_outcomes, rule_outcomes
from tests.contract_tests.reports.runs import check, failed, finding, results

INVOICES = contract("invoices")
A, B = "INV-CANCEL-STATE", "INV-DELETE-STATE"


def outcomes(*checks: CheckEnded) -> dict[str, str]:
    return rule_outcomes(checks, [INVOICES])


def test_every_rule_of_the_contract_has_an_outcome() -> None:
    assert outcomes() == dict.fromkeys(INVOICES.rules, UNCHECKED)


@pytest.mark.parametrize(
    ("first", "second", "together"),
    [
        (Outcome.PASSED, Outcome.PASSED, "passed"),
        (Outcome.PASSED, Outcome.NOT_REACHED, "passed"),
        (Outcome.NOT_REACHED, Outcome.NOT_RUN, "not-reached"),
        (Outcome.ERROR, Outcome.PASSED, "passed"),
        (Outcome.ERROR, Outcome.NOT_RUN, "error"),
    ],
)
def test_a_rule_that_held_somewhere_holds_and_what_was_not_shown_is_no_pass(
    first: Outcome, second: Outcome, together: str
) -> None:
    assert outcomes(check(first, rules=[A]), check(second, rules=[A]))[A] == together


@pytest.mark.parametrize("standing", ["failed", "refuted", "waived"])
def test_a_rule_that_is_broken_once_is_broken(standing: str) -> None:
    assert outcomes(check(rules=[A]), failed(finding(rule=A, standing=standing)))[A] == standing


def test_a_check_that_found_something_says_nothing_of_its_other_rules() -> None:
    broken = check(Outcome.FAILED, rules=[A, B], findings=[finding(rule=A)])
    assert (outcomes(broken)[A], outcomes(broken)[B]) == ("failed", "error")


def test_what_schemas_say_stands_beside_the_rules() -> None:
    assert outcomes(failed(finding(rule="SCHEMA:getInvoice:200")))["SCHEMA:getInvoice:200"] == "failed"


def test_a_cell_belongs_to_the_operations_the_check_is_about() -> None:
    rule = "INV-AUTH-MISSING"
    cells = cell_outcomes([check(rules=[rule], operations=["getInvoice"])], INVOICES)
    assert (cells["getInvoice", rule], cells["cancelInvoice", rule]) == ("passed", UNCHECKED)


def test_a_check_that_names_no_operation_stands_for_those_it_has_called() -> None:
    rule = "INV-AUTH-MISSING"
    cells = cell_outcomes([check(rules=[rule], answers={"getInvoice 401": 1})], INVOICES)
    assert (cells["getInvoice", rule], cells["cancelInvoice", rule]) == ("passed", UNCHECKED)


def test_a_finding_marks_the_operation_it_is_about() -> None:
    rule = "INV-AUTH-MISSING"
    found = finding(rule=rule, operation="getInvoice")
    broken = check(Outcome.FAILED, rules=[rule], operations=["getInvoice", "cancelInvoice"], findings=[found])
    cells = cell_outcomes([broken], INVOICES)
    assert (cells["getInvoice", rule], cells["cancelInvoice", rule]) == ("failed", UNCHECKED)


def test_the_matrix_has_every_operation_and_every_rule_at_its_status(tmp_path: Path) -> None:
    for name in ("invoices", "invoice_uploads"):
        one = contract(name)
        table = matrix(one, results([], tmp_path))
        assert [row.name for row in table.rows] == [*one.operations, ELSEWHERE]
        assert {mark.rule for row in table.rows for cell in row.cells for mark in cell.marks} == set(one.rules)
        for row in table.rows[:-1]:
            for cell in row.cells:
                for mark in cell.marks:
                    assert cell.status == status_of(one.rules[mark.rule], one.operations[row.name])


def test_an_answer_that_nobody_documented_has_a_column(tmp_path: Path) -> None:
    table = matrix(INVOICES, results([check(answers={"getInvoice 418": 2})], tmp_path))
    row = next(row for row in table.rows if row.name == "getInvoice")
    assert [(cell.seen, cell.is_documented) for cell in row.cells if cell.status == "418"] == [(2, False)]
