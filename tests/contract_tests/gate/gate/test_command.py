"""`contract-tests gate`, as people and builds use it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from contract_tests.gate.formats import formats
from tests.contract_tests.gate.gate.repository import MAIN, Clone, contract
from tests.contract_tests.running import Ran, contract_tests

BASE = f"origin/{MAIN}"
CHANGED = contract(paths=("/payments", "/refunds"))
FAILING = contract(paths=("/refunds",))


@pytest.fixture
def failing(clone: Clone) -> Clone:
    """A clone in which an operation is gone."""
    clone.write(FAILING)
    return clone


def gate(clone: Clone, *arguments: str, **env: str) -> Ran:
    return contract_tests(clone.folder, "gate", *arguments, env=env)


def test_text_goes_to_standard_output_and_the_exit_code_says_whether_it_failed(failing: Clone) -> None:
    ran = gate(failing, "--base", BASE)
    assert (ran.code, ran.err) == (1, "")
    assert "\nFailed: 1 breaking change\n" in ran.out
    failing.write(CHANGED)
    ran = gate(failing, "--base", BASE)
    assert (ran.code, ran.err) == (0, "")
    assert "\nPassed: 1 version too low, 1 safe change\n" in ran.out


def test_a_fault_of_the_contract_fails_the_gate_as_well(clone: Clone) -> None:
    clone.write(contract(paths=("/payments", "/PAYMENTS")))
    ran = gate(clone, "--base", BASE)
    assert ran.code == 1, ran.out + ran.err
    assert "operationId" in ran.out
    assert "\nFailed: 1 error\n" in ran.out


def test_what_fails_is_up_to_the_caller(failing: Clone) -> None:
    assert gate(failing, "--base", BASE, "--fail-on", "nothing").code == 0
    failing.write(CHANGED)
    assert gate(failing, "--base", BASE, "--fail-on", "safe").code == 1


def test_one_format_is_all_there_is_on_standard_output(failing: Clone) -> None:
    ran = gate(failing, "--base", BASE, "--format", "json")
    assert json.loads(ran.out)["failed"] is True
    assert ran.err == ""


def test_in_a_build_annotations_do_not_get_into_another_format(failing: Clone) -> None:
    ran = gate(failing, "--base", BASE, "--format", "json", GITHUB_ACTIONS="true")
    assert json.loads(ran.out)["failed"] is True
    assert "\n::error " in ran.err
    ran = gate(failing, "--base", BASE, GITHUB_ACTIONS="true")
    assert "\n::error " in ran.out
    ran = gate(failing, "--base", BASE, "--format", "github", GITHUB_ACTIONS="true")
    assert ran.out.count("::error file=") == 1
    assert ran.err == ""


def test_all_formats_are_written_into_a_folder(failing: Clone) -> None:
    chosen = [word for each in formats() for word in ("--format", each)]
    ran = gate(failing, "--base", BASE, *chosen, "--output", "out/gate")
    assert ran.code == 1
    assert len(list((failing.folder / "out" / "gate").iterdir())) == len(formats())
    assert "Failed: 1 breaking change" in ran.out
    assert ran.err.startswith("Reports: out/gate (")
    assert json.loads((failing.folder / "out/gate/report.json").read_text())["summary"]["breaking"] == 1


def test_a_waiver_of_the_fingerprint_that_is_shown_lets_the_change_in(failing: Clone) -> None:
    shown = json.loads(gate(failing, "--base", BASE, "--format", "json").out)["items"][0]["fingerprint"]
    entry = f'[[waivers]]\nfingerprint = "{shown}"\nreason = "nobody calls it"\nowner = "billing"\nuntil = "{{}}"\n'
    failing.write(entry.format("9999-12-31"), "waivers.toml")
    ran = gate(failing, "--base", BASE, "--waivers", "waivers.toml")
    assert ran.code == 0, ran.out
    assert "waiver of billing until 9999-12-31: nobody calls it" in ran.out
    failing.write(entry.format("2020-01-01"), "waivers.toml")
    ran = gate(failing, "--base", BASE, "--waivers", "waivers.toml")
    assert ran.code == 1
    assert "which is over" in ran.out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "Missing option '--base'"),
        (["--base", "nowhere"], "the base 'nowhere' is no commit that this clone has"),
        (["--base", "HEAD", "api"], "there is no contract in api, neither here nor at HEAD ("),
        (["--base", "HEAD", "--format", "json", "--format", "text"], "several formats need --output FOLDER"),
        (["--base", "HEAD", "--output", "openapi/shop.yaml/x"], "openapi/shop.yaml/x can't be written to"),
        (["--base", "HEAD", "--waivers", "none.toml"], "none.toml can't be read"),
        (["--base", "HEAD", "--fail-on", "x"], "'x' is not one of 'breaking'"),
        (["--base", "HEAD", "README.md"], "README.md"),
    ],
)
def test_wrong_use_is_one_line_and_exit_code_2(clone: Clone, arguments: list[str], says: str) -> None:
    clone.write("# Shop", "README.md")
    ran = gate(clone, *arguments)
    assert (ran.code, ran.out, len(ran.err.splitlines())) == (2, "", 1), ran.err
    assert says in ran.err


def test_a_contract_that_can_not_be_read_is_wrong_use_at_its_place(clone: Clone) -> None:
    clone.write("openapi: 3.0.3\npaths: [")
    ran = gate(clone, "--base", BASE)
    assert (ran.code, ran.out, len(ran.err.splitlines())) == (2, "", 1)
    assert "openapi/shop.yaml:" in ran.err


def test_options_may_stand_in_the_environment(failing: Clone) -> None:
    assert gate(failing, CONTRACT_TESTS_GATE_BASE=BASE).code == 1


def test_output_is_for_every_terminal(failing: Clone) -> None:
    failing.write(FAILING.replace("Send one.", "Señd “one” \U0001f600."))
    ran = gate(failing, "--base", BASE, "--format", "markdown", PYTHONIOENCODING="ascii:replace")
    assert ran.code == 1, ran.err


def test_nothing_is_written_into_the_repository(failing: Clone, tmp_path: Path) -> None:
    before = failing.git("status", "--porcelain"), failing.git("count-objects")
    gate(failing, "--base", BASE)
    assert (failing.git("status", "--porcelain"), failing.git("count-objects")) == before
