"""A problem of a contract: which check has found it, where, and how to mend it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from contract_tests.gate.change import Place
from contract_tests.gate.lint.check import Check
from contract_tests.gate.lint.editing import Edit
from contract_tests.gate.report import Item, Part


@dataclass(frozen=True)
class Problem:
    """`severity`: error or warning. `operation`: as `GET /things`, where it is in one. `edit`: what would mend it.

    `subject`: the specification's name and the pointer. `detail`: tells several problems of one place apart.
    """

    check: Check
    severity: str
    says: str
    place: Place
    subject: str
    detail: str = ""
    operation: str = ""
    edit: Edit | None = None

    @property
    def fingerprint(self) -> str:
        """The same for the same problem in every run; lines and folders have no part in it."""
        text = "|".join((self.check.id, self.subject, self.detail))
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def items_of_problems(problems: Iterable[Problem]) -> list[Item]:
    """An item of a report for each problem, in the same order."""
    return [_item(each) for each in problems]


def _item(problem: Problem) -> Item:
    return Item(
        part=Part.LINT,
        kind=problem.check.id,
        severity=problem.severity,
        says=problem.says,
        fingerprint=problem.fingerprint,
        operation=problem.operation,
        subject=problem.subject,
        new=problem.place,
        means=problem.check.demands,
        hint=problem.check.mend,
    )
