"""What GitHub Actions is told of a gate, and where."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from contract_tests.build_server import set_outputs
from contract_tests.gate.publishing import outputs, publish
from tests.contract_tests.gate.formats.building import advice, item, report
from tests.contract_tests.gate.gate.builds import read_outputs


def quiet(name: str) -> object:
    return advice(specification=name, bump="none", suggested="1.0.0", is_enough=True)


def test_the_version_is_that_of_the_only_contract_that_has_changed() -> None:
    assert outputs(report(versions=[quiet("orders"), advice()]))["version"] == "2.0.0"
    assert outputs(report(versions=[quiet("orders")]))["version"] == "1.0.0"
    assert outputs(report(versions=[advice(), advice(specification="orders")]))["version"] == ""
    assert outputs(report(versions=[quiet("a"), quiet("b")]))["version"] == ""


def test_outputs_count_changes_and_name_the_greatest_bump() -> None:
    made = report(item("breaking"), item("safe"), versions=[advice(bump="minor"), advice(specification="orders")])
    found = outputs(made)
    assert json.loads(found["versions"]) == {"shop": "2.0.0", "orders": "2.0.0"}
    assert {name: found[name] for name in ("bump", "failed", "breaking", "risky", "safe")} == {
        "bump": "major",
        "failed": "true",
        "breaking": "1",
        "risky": "0",
        "safe": "1",
    }


def test_outputs_are_added_to_those_that_are_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "outputs"
    file.write_text("before=1\n")
    monkeypatch.setenv("GITHUB_OUTPUT", str(file))
    given = {"version": "1.0.0", "changelog": "a\nversion=9\nb<<x\nx", "empty": ""}
    set_outputs(given)
    assert read_outputs(file) == {"before": "1", **given}


def test_without_files_for_them_only_annotations_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_OUTPUT", raising=False)
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    log = io.StringIO()
    publish(report(item("breaking")), log)
    assert log.getvalue().startswith("\n::error file=")


def test_the_summary_is_added_to_what_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "summary.md"
    file.write_text("before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(file))
    publish(report(item("breaking")), None)
    assert file.read_text().startswith("before\n<!-- contract-tests gate -->\n## ❌ ")
