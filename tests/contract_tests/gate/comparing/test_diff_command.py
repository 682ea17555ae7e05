"""`contract-tests diff`: what it prints, and what it returns."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from contract_tests.cli.commands.diff import command
from contract_tests.errors import WrongUse
from tests.contract_tests.gate.comparing.building import contract

Json = Any
WANTED = {"get": {"parameters": [{"name": "q", "in": "query", "required": True, "schema": {"type": "string"}}]}}


@pytest.fixture
def written(tmp_path: Path) -> Any:
    """Writes a contract into a file."""

    def write(name: str, patch: Json) -> str:
        file = tmp_path / f"{name}.json"
        file.write_text(json.dumps(contract(patch), indent=1), encoding="utf-8")
        return str(file)

    return write


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command, arguments, standalone_mode=False)


def test_the_same_contract_twice_is_fine(written: Any) -> None:
    result = run(written("old", {}), written("new", {}))

    assert result.return_value == 0
    assert "nothing to report" in result.output


def test_a_breaking_change_fails_and_says_where_and_why(written: Any) -> None:
    old, new = written("old", {}), written("new", WANTED)

    result = run(old, new)

    assert result.return_value == 1
    line = next(
        number for number, text in enumerate(Path(new).read_text().splitlines(), 2) if '"parameters": [' in text
    )
    for part in ("query.q must be sent now", f"{new}:{line}", "/paths/~1things/get/parameters/0", "query.q is missing"):
        assert part in result.output


@pytest.mark.parametrize(("fail_on", "code"), [("breaking", 0), ("risky", 1), ("safe", 1), ("nothing", 0)])
def test_what_fails_can_be_chosen(written: Any, fail_on: str, code: int) -> None:
    risky = {"get": {"operationId": "other"}}

    assert run(written("old", {}), written("new", risky), "--fail-on", fail_on).return_value == code


def test_as_json_it_has_every_change_with_its_witness(written: Any) -> None:
    result = run(written("old", {}), written("new", WANTED), "--format", "json")

    text = json.dumps(json.loads(result.output))
    assert "request-parameter-added-required" in text
    assert "query.q is missing" in text


def test_it_can_be_written_into_a_folder(written: Any, tmp_path: Path) -> None:
    result = run(written("old", {}), written("new", WANTED), "--format", "markdown", "--output", str(tmp_path / "out"))

    assert result.return_value == 1
    assert [each.suffix for each in (tmp_path / "out").iterdir()] == [".md"]


def test_what_is_not_there_is_wrong_use_with_one_line(written: Any) -> None:
    result = run(written("old", {}), "nowhere.yaml")

    assert isinstance(result.exception, WrongUse)
    assert "nowhere.yaml" in str(result.exception)
    assert "\n" not in str(result.exception)


def test_a_removal_after_its_sunset_breaks_nobody(written: Any) -> None:
    old = written("old", {"get": {"deprecated": True, "x-sunset": "2020-01-31"}})

    result = run(old, written("new", {"get": None}))

    assert result.return_value == 0
    assert "2020-01-31, is over" in result.output


def test_what_is_safe_is_not_said_to_be_undecided(written: Any) -> None:
    """In a query everything is text, so a type that nobody knows forbade nothing that text allows."""
    unknown, text = (
        {"get": {"parameters": [{"name": "q", "in": "query", "schema": {"type": name}}]}}
        for name in ("strin", "string")
    )

    result = run(written("old", unknown), written("new", text))

    assert "Safe changes (1)" in result.output
    assert "could not be decided" not in result.output


def test_what_is_wrong_with_both_sides_is_noted_once(written: Any) -> None:
    wrong = written("same", {"get": {"parameters": [{"name": "q", "in": "query", "schema": {"type": "strin"}}]}})

    assert run(wrong, wrong).output.count("breaks OpenAPI") == 1
