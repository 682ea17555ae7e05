"""The changelog: what stands under which heading, and in which words."""

from __future__ import annotations

import pytest

from contract_tests.gate.change import Change, Direction, Severity
from contract_tests.gate.changelog import Group, changelog, group_of
from contract_tests.gate.kinds import kinds

PAY = "POST /payments"


def change(kind: str, severity: Severity = Severity.SAFE, says: str = "It has changed.", **members: str) -> Change:
    subject, operation = members.get("subject", "body"), members.get("operation", "")
    return Change(kind, severity, Direction.REQUEST, subject, says, operation=operation)


HEADINGS = [
    ("operation-added", Severity.BREAKING, Group.BREAKING),
    ("operation-added", Severity.SAFE, Group.ADDED),
    ("response-header-added-required", Severity.SAFE, Group.ADDED),
    ("rule-added", Severity.RISKY, Group.CHANGED),
    ("response-pattern-added", Severity.SAFE, Group.CHANGED),
    ("response-enum-added", Severity.SAFE, Group.CHANGED),
    ("request-enum-value-added", Severity.SAFE, Group.ADDED),
    ("operation-deprecated", Severity.SAFE, Group.DEPRECATED),
    ("sunset-added", Severity.SAFE, Group.DEPRECATED),
    ("sunset-brought-forward", Severity.RISKY, Group.DEPRECATED),
    ("operation-removed-with-deprecation", Severity.RISKY, Group.REMOVED),
    ("operation-removed-after-sunset", Severity.SAFE, Group.REMOVED),
    ("example-removed", Severity.SAFE, Group.FIXED),
    ("request-maximum-increased", Severity.SAFE, Group.CHANGED),
]


@pytest.mark.parametrize(("kind", "severity", "expected"), HEADINGS)
def test_each_change_stands_under_its_heading(kind: str, severity: Severity, expected: Group) -> None:
    assert group_of(change(kind, severity)) is expected


def test_every_kind_in_these_tests_is_one() -> None:
    assert {kind for kind, _, _ in HEADINGS} <= set(kinds())


def test_the_operation_is_named_once() -> None:
    told = changelog(
        "shop",
        "1.0.0",
        "2.0.0",
        [
            change("operation-deprecated", says=f"{PAY} is deprecated.", operation=PAY),
            change(
                "request-maximum-increased", says="body.amount may be larger.", subject="body.amount", operation=PAY
            ),
            change("operation-added", says="POST /refunds is new.", subject="POST /refunds"),
            change("server-added", says="There is another server."),
        ],
    )
    assert told == (
        "## shop: 1.0.0 → 2.0.0\n"
        "\n### Deprecated\n\n- **POST /payments** is deprecated.\n"
        "\n### Changed\n\n- **POST /payments**: body.amount may be larger.\n"
        "\n### Added\n\n- **POST /refunds** is new.\n- **In general**: There is another server.\n"
    )


def test_the_same_line_stands_there_once() -> None:
    assert changelog("shop", "1.0.0", "1.1.0", [change("server-added")] * 2).count("It has changed.") == 1


def test_an_edit_that_changes_nothing_is_a_fix_and_nothing_at_all_is_no_entry() -> None:
    edited = changelog("shop", "1.0.0", "1.0.1", [], is_edited=True)
    assert edited.startswith("## shop: 1.0.0 → 1.0.1\n\n### Fixed\n\n- Nothing that a client depends on")
    assert changelog("shop", "1.0.0", "1.0.0", []) == ""
