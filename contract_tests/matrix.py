"""Rule coverage as a table: operations down, statuses across, and in each cell the rules that show there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from contract_tests.results import Results
from contract_tests.rule_coverage import cell_outcomes
from contract_tests.texts import RULE_WORDS, SIGNS
from openapi import Contract, Operation, Rule

ELSEWHERE = "no operation of its own"


@dataclass(frozen=True)
class Mark:
    """A rule in a cell."""

    rule: str
    outcome: str
    says: str

    @property
    def sign(self) -> str:
        return SIGNS[self.outcome]

    @property
    def told(self) -> str:
        return f"{self.rule}: {self.says} ({RULE_WORDS[self.outcome]})"


@dataclass(frozen=True)
class Cell:
    """An operation and a status. `seen`: how often it was answered."""

    status: str
    is_documented: bool
    seen: int
    marks: Sequence[Mark]

    @property
    def is_empty(self) -> bool:
        return not (self.is_documented or self.seen or self.marks)


@dataclass(frozen=True)
class Row:
    """`name`: of the operation; the rules that bear on none have a row of their own."""

    name: str
    call: str
    cells: Sequence[Cell]


@dataclass(frozen=True)
class Matrix:
    """The table of one contract."""

    name: str
    title: str
    statuses: Sequence[str]
    rows: Sequence[Row]


def matrix(contract: Contract, results: Results) -> Matrix:
    """What the run has shown of a contract."""
    outcomes = cell_outcomes(results.checks, contract)
    unbound = [rule for rule in contract.rules.values() if not contract.operations.keys() & set(rule.applies_to)]
    statuses = {status for operation in contract.operations.values() for status in operation.answers}
    statuses |= {str(rule.status) for rule in unbound}
    statuses |= {status for (operation, status) in results.answers if operation in contract.operations}
    columns = sorted(statuses)
    rows = [_row(operation, contract, columns, outcomes, results) for operation in contract.operations.values()]
    return Matrix(contract.name, contract.title, columns, [*rows, *_rest(unbound, columns, results)])


def status_of(rule: Rule, operation: Operation) -> str:
    """The status a rule shows in: that of its refusal, or the operation's own success."""
    if rule.refuses:
        return str(rule.status)
    return next((status for status in operation.answers if status.startswith("2")), str(rule.status))


def _row(
    operation: Operation,
    contract: Contract,
    columns: Sequence[str],
    outcomes: Mapping[tuple[str, str], str],
    results: Results,
) -> Row:
    marks: dict[str, list[Mark]] = {}
    for rule in contract.rules_for(operation.id):
        mark = Mark(rule.id, outcomes[operation.id, rule.id], rule.says)
        marks.setdefault(status_of(rule, operation), []).append(mark)
    cells = [
        Cell(status, status in operation.answers, results.answers[operation.id, status], marks.get(status, []))
        for status in columns
    ]
    return Row(operation.id, f"{operation.method} {operation.path}", cells)


def _rest(rules: Sequence[Rule], columns: Sequence[str], results: Results) -> list[Row]:
    """One row for the rules that bear on no operation: on every path, on the bucket, or on what happens by itself."""
    if not rules:
        return []
    marks: dict[str, list[Mark]] = {}
    for rule in rules:
        marks.setdefault(str(rule.status), []).append(Mark(rule.id, results.rules[rule.id], rule.says))
    return [Row(ELSEWHERE, "paths, events, storage", [Cell(each, False, 0, marks.get(each, [])) for each in columns])]
