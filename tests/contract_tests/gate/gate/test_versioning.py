"""Which version the changes of a contract ask for, and what is said of the one it has."""

from __future__ import annotations

from pathlib import Path

import pytest

from contract_tests.gate.change import Change, Direction, Severity
from contract_tests.gate.semantic_version import Bump
from contract_tests.gate.sources import read_source
from contract_tests.gate.specification import Specification
from contract_tests.gate.versioning import advice, bump_of, is_edited, item_of

TEXT = """
openapi: 3.0.3
info: {{title: {title}, version: {version}}}
paths: {{}}
"""


def specification(folder: Path, version: str = "1.0.0", title: str = "Shop") -> Specification:
    file = folder / "shop.yaml"
    file.write_text(TEXT.format(title=title, version=version))
    return read_source(str(file)).specifications["shop"]


def change(severity: Severity, kind: str = "request-enum-value-added") -> Change:
    return Change(kind, severity, Direction.REQUEST, "body", "It has changed.")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ([], Bump.NONE),
        ([change(Severity.SAFE)], Bump.MINOR),
        ([change(Severity.SAFE, "operation-deprecated")], Bump.MINOR),
        ([change(Severity.RISKY)], Bump.MINOR),
        ([change(Severity.SAFE, "example-changed")], Bump.PATCH),
        ([change(Severity.SAFE, "example-changed"), change(Severity.BREAKING), change(Severity.SAFE)], Bump.MAJOR),
    ],
)
def test_the_worst_change_decides(changes: list[Change], expected: Bump) -> None:
    assert bump_of(changes, is_edited=False) is expected


def test_an_edit_that_changes_nothing_for_clients_is_a_fix() -> None:
    assert bump_of([], is_edited=True) is Bump.PATCH
    assert bump_of([change(Severity.SAFE)], is_edited=True) is Bump.MINOR


def test_the_version_alone_is_no_edit(tmp_path: Path) -> None:
    first = specification(tmp_path)
    assert not is_edited(first, specification(tmp_path, version="1.0.1"))
    assert is_edited(first, specification(tmp_path, title="Store"))
    assert is_edited(first, None)


def told(folder: Path, old: str | None, new: str | None, bump: Bump) -> tuple[str, bool | None, str]:
    before, now = (None if each is None else specification(folder, each) for each in (old, new))
    found = advice("shop", before, now, bump)
    return found.suggested, found.is_enough, found.says


@pytest.mark.parametrize(
    ("old", "new", "bump", "suggested", "is_enough", "says"),
    [
        ("1.4.0", "1.4.0", Bump.NONE, "1.4.0", True, "still 1.4.0 is enough; nothing has changed"),
        ("1.4.0", "2.0.0", Bump.MAJOR, "2.0.0", True, "1.4.0 → 2.0.0 is enough; the changes ask for a major version"),
        ("1.4.0", "1.5.0", Bump.MAJOR, "2.0.0", False, "1.4.0 → 1.5.0 is not enough; the changes ask for a major"),
        ("1.4.0", "1.4.0", Bump.MINOR, "1.5.0", False, "still 1.4.0 is not enough; the changes ask for a minor"),
        ("1.4.0", "1.3.0", Bump.PATCH, "1.4.1", False, "1.4.0 → 1.3.0 goes back"),
        (None, "1.0.0", Bump.MINOR, "1.0.0", True, "a new contract, 1.0.0"),
        (None, "today", Bump.MINOR, "", None, "a new contract; 'today' is no semantic version"),
        ("1.4.0", None, Bump.MAJOR, "", None, "the contract is gone; its version was 1.4.0"),
        ("2026-10", "2026-11", Bump.MAJOR, "", None, "'2026-11' is no semantic version, so none can be suggested"),
        ("v1", "v1", Bump.MAJOR, "", False, "the changes ask for a major version, and it is still v1"),
        ("v1", "v1", Bump.NONE, "", None, "nothing has changed"),
        ("v1", "2.0.0", Bump.MAJOR, "", None, "'v1' is no semantic version"),
    ],
)
def test_the_version_is_judged(
    old: str | None, new: str | None, bump: Bump, suggested: str, is_enough: bool | None, says: str, tmp_path: Path
) -> None:
    found = told(tmp_path, old, new, bump)
    assert found[:2] == (suggested, is_enough)
    assert says in found[2]


def test_a_version_that_is_too_low_is_an_item_at_its_line(tmp_path: Path) -> None:
    side = specification(tmp_path, "1.4.0")
    item = item_of(advice("shop", side, side, Bump.MAJOR))
    assert item is not None
    assert (item.kind, item.severity, item.hint) == ("version-not-raised", "version", "Set info.version to 2.0.0.")
    assert item.place is not None
    assert (item.place.pointer, item.place.line) == ("/info/version", 3)


def test_a_version_that_is_enough_or_can_not_be_told_is_none(tmp_path: Path) -> None:
    assert item_of(advice("shop", None, specification(tmp_path), Bump.MINOR)) is None
    assert item_of(advice("shop", specification(tmp_path, "a"), specification(tmp_path, "b"), Bump.MAJOR)) is None
