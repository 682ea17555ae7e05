"""A remote repository, and a clone of it whose branch is to go into its main branch."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.contract_tests.gate.gate.repository import Clone, Remote, contract, environment


@pytest.fixture
def remote(tmp_path: Path) -> Remote:
    return Remote.make(tmp_path)


@pytest.fixture
def clone(remote: Remote, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Clone:
    """A clone with a branch that breaks the contract, which we are in; nothing of the build that runs us is there."""
    for name, value in environment().items():
        monkeypatch.setenv(name, value)
    for name in ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT"):
        monkeypatch.delenv(name, raising=False)
    made = remote.branch(tmp_path / "mine", contract(required=True))
    monkeypatch.chdir(made.folder)
    return made
