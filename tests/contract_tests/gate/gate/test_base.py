"""The commit a working tree is compared with, in real repositories."""

from __future__ import annotations

from pathlib import Path

import pytest

from contract_tests.errors import WrongUse
from contract_tests.gate.base import base_of
from tests.contract_tests.gate.gate.repository import CONTRACT, MAIN, Clone, Remote, contract


def test_the_base_is_where_the_branch_has_left_it(clone: Clone, remote: Remote, tmp_path: Path) -> None:
    left = clone.git("rev-parse", f"origin/{MAIN}")
    remote.move_on(tmp_path / "other")
    clone.git("fetch", "--quiet", "origin")
    assert clone.git("rev-parse", f"origin/{MAIN}") != left
    assert base_of(f"origin/{MAIN}").commit == left


def test_a_tag_and_a_commit_are_bases_as_well(clone: Clone) -> None:
    first = clone.git("rev-parse", f"origin/{MAIN}")
    clone.git("tag", "--annotate", "v1", first, "--message", "first")
    assert base_of("v1").commit == base_of(first[:10]).commit == base_of("HEAD~1").commit == first
    assert str(base_of("v1")) == f"v1 ({first[:12]})"


def test_histories_that_never_met_are_compared_as_they_are(clone: Clone) -> None:
    clone.git("checkout", "--quiet", "--orphan", "new")
    mine = clone.commit(contract(version="2.0.0"))
    other = clone.git("rev-parse", f"origin/{MAIN}")
    assert mine != other
    assert base_of(f"origin/{MAIN}").commit == other


@pytest.mark.parametrize("ref", ["origin/nothing", "", "--output=x", "-h", "a b", "main:openapi", "HEAD^{tree}"])
def test_what_is_no_commit_is_wrong_use_in_one_line(clone: Clone, ref: str) -> None:
    with pytest.raises(WrongUse, match="is no commit that this clone has; fetch it first: `git fetch") as caught:
        base_of(ref)
    assert "\n" not in str(caught.value)
    assert "fetch-depth: 0" in str(caught.value)


def test_a_shallow_clone_says_what_it_needs(
    remote: Remote, clone: Clone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shallow = remote.clone(tmp_path / "shallow", "--depth=1", "--branch=change")
    monkeypatch.chdir(shallow.folder)
    with pytest.raises(WrongUse, match=r"no commit that this clone has.*fetch-depth: 0"):
        base_of(f"origin/{MAIN}")
    shallow.git("fetch", "--quiet", "--depth=1", "origin", MAIN)
    with pytest.raises(WrongUse, match=r"too shallow to tell where it has left the base 'FETCH_HEAD'.*fetch-depth: 0"):
        base_of("FETCH_HEAD")
    shallow.git("fetch", "--quiet", "--unshallow", "origin", MAIN)
    assert base_of("FETCH_HEAD").commit == clone.git("rev-parse", f"origin/{MAIN}")


def test_a_folder_without_git_is_wrong_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(WrongUse, match="git can't read that: fatal: not a git repository"):
        base_of(MAIN)


def test_a_machine_without_git_is_wrong_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(WrongUse, match="git can't be run"):
        base_of(MAIN)


def test_paths_are_meant_from_the_folder_we_are_in(clone: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    base = base_of(MAIN)
    inside = {CONTRACT: True, "openapi": True, ".": True, "shop.yaml": False, str(clone.folder / CONTRACT): True}
    assert {path: base.has(path) for path in inside} == inside
    monkeypatch.chdir(clone.folder / "openapi")
    assert base.has("shop.yaml")
    assert base.has("../openapi/shop.yaml")
    assert not base.has(CONTRACT)
    assert base.source("shop.yaml") == f"git:{base.commit[:12]}:./shop.yaml"
    assert base.source("../x/y.yaml") == f"git:{base.commit[:12]}:../x/y.yaml"
