"""What is remembered of earlier runs, target by target."""

from __future__ import annotations

from pathlib import Path

import pytest

from contract_tests.events import CheckEnded, Outcome
from contract_tests.memory import FAILED_FILE, examples_folder, failed_checks, remember


def ended(**outcomes: Outcome) -> list[CheckEnded]:
    return [CheckEnded("suite", name, outcome) for name, outcome in outcomes.items()]


def test_what_failed_is_remembered_until_it_passes(tmp_path: Path) -> None:
    remember(tmp_path, "staging", ended(a=Outcome.FAILED, b=Outcome.ERROR, c=Outcome.PASSED))
    assert failed_checks(tmp_path, "staging") == ["a", "b"]

    remember(tmp_path, "staging", ended(a=Outcome.PASSED, c=Outcome.FAILED))
    assert failed_checks(tmp_path, "staging") == ["c", "b"]


@pytest.mark.parametrize("outcome", [Outcome.NOT_RUN, Outcome.NOT_REACHED])
def test_what_was_not_run_has_not_passed(outcome: Outcome, tmp_path: Path) -> None:
    remember(tmp_path, "staging", ended(a=Outcome.FAILED))
    remember(tmp_path, "staging", ended(a=outcome))

    assert failed_checks(tmp_path, "staging") == ["a"]


def test_each_target_has_a_memory_of_its_own(tmp_path: Path) -> None:
    remember(tmp_path, "staging", ended(a=Outcome.FAILED))
    remember(tmp_path, "mock", ended(b=Outcome.FAILED))

    assert failed_checks(tmp_path, "staging") == ["a"]
    assert failed_checks(tmp_path, "mock") == ["b"]
    assert examples_folder(tmp_path, "127.0.0.1:80/x").parent == tmp_path / "examples"


def test_where_nothing_fails_nothing_is_written(tmp_path: Path) -> None:
    remember(tmp_path / "home", "staging", ended(a=Outcome.PASSED))

    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize("text", ["", "[]", '{"staging": 3}', '{"staging": [1, "a"]}'])
def test_a_spoilt_memory_is_no_reason_to_end(text: str, tmp_path: Path) -> None:
    (tmp_path / FAILED_FILE).write_text(text)

    assert failed_checks(tmp_path, "staging") in ([], ["a"])
