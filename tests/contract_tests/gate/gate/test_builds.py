"""The README's files for build servers and pre-commit: their shell steps are run, on changes that may go in or not."""

from __future__ import annotations

import html
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml

from tests.contract_tests.gate.gate.builds import ROOT, Build, block, hooks, on_github, on_gitlab, read_outputs
from tests.contract_tests.gate.gate.repository import CONTRACT, MAIN, SECONDS, Clone, Remote, contract, environment

GREEN = contract(version="1.5.0", paths=("/payments", "/refunds"))
RED = contract(required=True)
GITHUB = ".github/workflows/contract-gate.yml"
GITLAB = ".gitlab-ci.yml"
PRE_COMMIT = ".pre-commit-config.yaml"


@pytest.fixture
def remote(tmp_path: Path) -> Remote:
    return Remote.make(tmp_path)


def github(remote: Remote, folder: Path, text: str, **checkout: str) -> Build:
    remote.branch(folder / "mine", text)
    remote.move_on(folder / "other")
    job = block(GITHUB)["jobs"]["gate"]
    job["steps"][0]["with"] |= checkout
    return on_github(job, remote, folder / "build")


def gitlab(remote: Remote, folder: Path, text: str) -> Build:
    remote.branch(folder / "mine", text)
    remote.move_on(folder / "other")
    return on_gitlab(block(GITLAB)["contract-gate"], remote, folder / "build")


def test_github_lets_a_change_in_that_breaks_nobody(remote: Remote, tmp_path: Path) -> None:
    build = github(remote, tmp_path, GREEN)
    assert not build.has_failed, build.steps
    assert build.calls[0] == "pip install invoice-contract-toolkit[conformance]"
    assert "::notice title=contract-tests gate::Passed: 1 safe change\n" in build.step("Gate").out
    assert "# ✅ Passed" in (build.folder / "GITHUB_STEP_SUMMARY").read_text()
    assert build.step("Version").out == "The next version is 1.5.0.\n"


def test_github_refuses_a_breaking_change_and_tells_everybody(remote: Remote, tmp_path: Path) -> None:
    build = github(remote, tmp_path, RED)
    assert build.step("Gate").code == 1
    assert f"\n::error file={CONTRACT},line=" in build.step("Gate").out
    summary = html.unescape((build.folder / "GITHUB_STEP_SUMMARY").read_text())
    assert "<b>request-property-became-required</b>" in summary
    outputs = read_outputs(build.folder / "GITHUB_OUTPUT")
    assert {name: outputs[name] for name in ("version", "bump", "breaking", "failed")} == {
        "version": "2.0.0",
        "bump": "major",
        "breaking": "1",
        "failed": "true",
    }
    assert "### Breaking" in outputs["changelog"]
    assert [each.name for each in build.steps][-1] == "Comment"


def test_github_gets_files_that_are_there(remote: Remote, tmp_path: Path) -> None:
    build = github(remote, tmp_path, RED)
    (comment,) = [each for each in build.calls if each.startswith("gh ")]
    assert comment.startswith("gh pr comment 1 ")
    files = [comment.rpartition(" ")[2], dict(build.used)["github/codeql-action/upload-sarif"]["sarif_file"]]
    assert all((build.tree / each).stat().st_size for each in files)


def test_without_the_history_one_line_says_what_is_missing(remote: Remote, tmp_path: Path) -> None:
    build = github(remote, tmp_path, GREEN, **{"fetch-depth": "1"})
    gate = build.step("Gate")
    assert gate.code == 2
    assert len(gate.err.splitlines()) == 1
    assert "fetch-depth: 0" in gate.err


def test_gitlab_lets_a_change_in_that_breaks_nobody(remote: Remote, tmp_path: Path) -> None:
    build = gitlab(remote, tmp_path, GREEN)
    assert not build.has_failed, build.steps
    assert "Passed: 1 safe change" in build.steps[0].out


def test_gitlab_refuses_a_breaking_change_and_keeps_the_reports(remote: Remote, tmp_path: Path) -> None:
    build = gitlab(remote, tmp_path, RED)
    assert build.steps[0].code == 1
    artifacts = block(GITLAB)["contract-gate"]["artifacts"]
    root = ElementTree.parse(build.tree / artifacts["reports"]["junit"]).getroot()
    assert root.attrib["failures"] == "1"
    assert all((build.tree / each).exists() for each in artifacts["paths"])


def committing(clone: Clone, text: str) -> subprocess.CompletedProcess[str]:
    """Commit a contract as a person does who has installed the hooks."""
    script = clone.folder / ".git" / "hooks" / "pre-commit"
    script.write_text("\n".join(["#!/bin/sh -e", *hooks(block(PRE_COMMIT)), ""]))
    script.chmod(0o755)
    clone.write(text)
    clone.git("add", "--all")
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return subprocess.run(
        ["git", "commit", "--message", "change"],
        cwd=clone.folder,
        env=environment(PATH=path),
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )


@pytest.mark.parametrize(("text", "is_let_in"), [(GREEN, True), (RED, False)], ids=["green", "red"])
def test_a_hook_lets_a_commit_through_or_not(text: str, is_let_in: bool, remote: Remote, tmp_path: Path) -> None:
    clone = remote.clone(tmp_path / "mine")
    done = committing(clone, text)
    assert (done.returncode == 0) is is_let_in, done.stdout + done.stderr
    is_there = clone.git("rev-parse", "HEAD") != clone.git("rev-parse", f"origin/{MAIN}")
    assert is_there is is_let_in


def test_each_hook_has_all_that_pre_commit_needs() -> None:
    manifest = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    for each in manifest:
        assert {"id", "name", "entry", "language", "types_or", "pass_filenames"} <= each.keys()
        assert each["pass_filenames"] is False
    assert {each["id"] for each in manifest} == {"contract-gate", "contract-lint"}
