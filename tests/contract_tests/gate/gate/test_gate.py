"""What the gate makes of a working tree, in real repositories."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from pathlib import Path

import pytest

from contract_tests.errors import WrongUse
from contract_tests.gate.gate import examine
from contract_tests.gate.report import Report, Standing
from contract_tests.waivers import Waiver
from tests.contract_tests.gate.gate.repository import CONTRACT, MAIN, Clone, Remote, contract

BASE = f"origin/{MAIN}"
TODAY = date(2026, 11, 22)
BROKEN = "request-property-became-required"


def gate(*paths: str, fail_on: Collection[str] = ("breaking", "error"), waivers: tuple[Waiver, ...] = ()) -> Report:
    return examine(BASE, paths, fail_on, TODAY, waivers)


def kinds(report: Report, severity: str) -> list[str]:
    return [each.kind for each in report.with_severity(severity)]


def test_a_breaking_change_fails_and_asks_for_a_major_version(clone: Clone) -> None:
    report = gate()
    assert kinds(report, "breaking") == [BROKEN]
    assert report.exit_code == 1
    (advice,) = report.versions
    assert (advice.specification, advice.old, advice.suggested, advice.is_enough) == ("shop", "1.4.0", "2.0.0", False)
    assert kinds(report, "version") == ["version-not-raised"]


def test_a_change_is_shown_at_its_line_in_both_files(clone: Clone) -> None:
    change = gate().with_severity("breaking")[0]
    assert change.new is not None
    assert change.old is not None
    assert change.new.file == CONTRACT
    assert change.old.file.startswith("git:")
    lines = (clone.folder / CONTRACT).read_text().splitlines()
    assert change.new.line <= len(lines)
    assert "note" in "".join(lines[change.new.line - 1 : change.new.line + 3])


def test_nothing_has_changed_since_the_base(clone: Clone) -> None:
    clone.write(contract())
    report = gate()
    assert (list(report.items), report.exit_code, report.changelog) == ([], 0, "")
    assert [each.bump for each in report.versions] == ["none"]


def test_what_is_not_committed_yet_counts(clone: Clone) -> None:
    clone.write(contract(paths=("/payments", "/refunds")))
    assert kinds(gate(), "safe") == ["operation-added"]


def test_the_work_of_others_on_the_base_is_no_change(clone: Clone, remote: Remote, tmp_path: Path) -> None:
    remote.move_on(tmp_path / "other")
    clone.git("fetch", "--quiet", "origin")
    assert kinds(gate(), "breaking") == [BROKEN]


def test_a_breaking_change_may_be_fine_if_the_version_says_so(clone: Clone) -> None:
    assert gate(fail_on=["version"]).exit_code == 1
    clone.write(contract(required=True, version="2.0.0"))
    report = gate(fail_on=["version"])
    assert report.exit_code == 0
    assert kinds(report, "breaking") == [BROKEN]
    assert report.versions[0].is_enough


def test_an_edit_without_a_change_asks_for_a_patch(clone: Clone) -> None:
    clone.write(contract().replace("A shop.", "A good shop."))
    assert [(each.bump, each.suggested) for each in gate().versions] == [("patch", "1.4.1")]


def waiver(fingerprint: str, until: str) -> Waiver:
    return Waiver(fingerprint, "all clients send it", "billing", until)


def test_a_waived_change_fails_nothing_until_its_day_is_over(clone: Clone) -> None:
    found = gate().with_severity("breaking")[0].fingerprint
    report = gate(waivers=(waiver(found, "2026-11-22"), waiver("ffff", "2026-11-22")))
    assert report.exit_code == 0
    assert report.with_severity("breaking")[0].standing is Standing.WAIVED
    assert ["ffff" in each for each in report.notes] == [True]
    assert report.versions[0].suggested == "2.0.0"
    assert gate(waivers=(waiver(found, "2026-11-21"),)).exit_code == 1


def test_a_new_contract_is_safe(clone: Clone) -> None:
    clone.write(contract())
    clone.write(contract(version="0.1.0"), "openapi/orders.yaml")
    report = gate()
    assert report.exit_code == 0
    assert kinds(report, "safe") == ["specification-added"]
    assert [(each.specification, each.says) for each in report.versions] == [
        ("shop", "still 1.4.0 is enough; nothing has changed"),
        ("orders", "a new contract, 0.1.0"),
    ]


def test_a_folder_that_was_not_there_is_new_as_a_whole(clone: Clone) -> None:
    clone.write(contract(), "api/orders.yaml")
    assert kinds(gate("api"), "safe") == ["specification-added"]
    assert kinds(gate("api/orders.yaml"), "safe") == ["specification-added"]


@pytest.mark.parametrize("path", ["openapi", CONTRACT])
def test_a_contract_that_is_gone_is_breaking_and_still_has_a_place(clone: Clone, path: str) -> None:
    (clone.folder / CONTRACT).unlink()
    (clone.folder / "openapi").rmdir()
    report = gate(path)
    assert kinds(report, "breaking") == ["specification-removed"]
    assert report.items[0].place is not None
    assert report.versions[0].says == "the contract is gone; its version was 1.4.0"
    assert "1.4.0 → removed" in report.changelog


def test_a_renamed_contract_is_the_same(clone: Clone) -> None:
    clone.git("mv", CONTRACT, "openapi/store.yaml")
    assert kinds(gate(), "breaking") == [BROKEN]
    assert [each.specification for each in gate().versions] == ["store"]


def test_what_is_gone_is_shown_where_it_stood(clone: Clone) -> None:
    clone.write(contract(paths=("/orders",)))
    report = gate()
    removed = next(each for each in report.items if each.kind.startswith("operation-removed"))
    assert removed.new is None
    assert removed.place is not None
    assert (removed.place.file, removed.place.pointer) == (CONTRACT, "/paths")


def test_a_folder_that_had_no_contract_is_no_hindrance(clone: Clone, remote: Remote) -> None:
    clone.commit("# Contracts are to come.", "api/README.md")
    clone.push(MAIN)
    with pytest.raises(WrongUse, match="there is no contract in api"):
        gate("api")
    clone.write(contract(), "api/orders.yaml")
    assert kinds(gate("api"), "safe") == ["specification-added"]


def test_a_path_that_never_was_is_wrong_use(clone: Clone) -> None:
    with pytest.raises(WrongUse, match=rf"there is no contract in api, neither here nor at {BASE}"):
        gate("api")


def test_what_lint_found_at_the_base_fails_nothing_and_what_is_new_does(clone: Clone, remote: Remote) -> None:
    faulty = contract().replace("operationId: postPayments\n      ", "")
    clone.write(faulty)
    assert [each.standing for each in gate(fail_on=["warning"]).items if each.part == "lint"] == [Standing.FAILED]
    clone.commit(faulty)
    clone.push(MAIN)
    assert [each.standing for each in gate(fail_on=["warning"]).items if each.part == "lint"] == [Standing.KNOWN]


def test_several_paths_are_one_report(clone: Clone) -> None:
    clone.write(contract(), "api/orders.yaml")
    report = gate("api", CONTRACT)
    assert [each.specification for each in report.versions] == ["orders", "shop"]
    assert report.title.startswith(f"api, {CONTRACT} against {BASE} (")


def test_the_gate_works_from_any_folder_of_the_repository(clone: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(clone.folder / "openapi")
    assert kinds(gate("shop.yaml"), "breaking") == kinds(gate("../openapi"), "breaking") == [BROKEN]


def test_the_changelog_groups_changes_and_names_operations_and_versions(clone: Clone) -> None:
    clone.write(contract(version="2.0.0", required=True, paths=("/payments", "/refunds")))
    lines = gate().changelog.splitlines()
    assert lines[0] == "## shop: 1.4.0 → 2.0.0"
    assert [each for each in lines if each.startswith("### ")] == ["### Breaking", "### Added"]
    assert any(each.startswith("- **POST /payments**") and "note" in each for each in lines)
    assert any(each.startswith("- **POST /refunds**") for each in lines)
