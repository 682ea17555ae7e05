"""`contract-tests lint` as users have it."""

from __future__ import annotations

import json
import subprocess
from datetime import date
from pathlib import Path

import pytest

from contract_tests.gate.lint.examining import examine
from contract_tests.gate.report import Standing
from contract_tests.waivers import Waiver
from tests.contract_tests.gate.lint.sound import SOUND, found, write
from tests.contract_tests.running import contract_tests

TWICE = SOUND.replace("[gift, own]", "[gift, own, gift]")
TODAY = date(2026, 11, 22)


def test_a_folder_that_is_clean_ends_with_0(tmp_path: Path) -> None:
    (tmp_path / "openapi").mkdir()
    write(tmp_path / "openapi", SOUND)
    ran = contract_tests(tmp_path, "lint")

    assert (ran.code, ran.err) == (0, "")
    assert "nothing to report" in ran.out


def test_an_error_ends_with_1_and_is_told_with_its_place(tmp_path: Path) -> None:
    write(tmp_path, TWICE)
    ran = contract_tests(tmp_path, "lint", "orders.yaml")

    line = 1 + TWICE.split("\n").index("        kind: {type: string, enum: [gift, own, gift]}")
    assert ran.code == 1
    assert f"orders.yaml:{line} /components/schemas/Order/properties/kind/enum/2" in ran.out
    assert "hint: remove it" in ran.out


def test_advice_fails_only_where_that_is_asked_for(tmp_path: Path) -> None:
    write(tmp_path, SOUND.replace("description: It is placed.", "description: It is placed and"))

    assert contract_tests(tmp_path, "lint", "orders.yaml").code == 0
    assert contract_tests(tmp_path, "lint", "orders.yaml", "--fail-on", "warning").code == 1


def test_what_is_fixed_is_shown_and_gone(tmp_path: Path) -> None:
    file = Path(write(tmp_path, TWICE))
    ran = contract_tests(tmp_path, "lint", "--fix", "orders.yaml")

    assert ran.code == 0, ran.err
    assert "Fixed: orders.yaml:" in ran.out
    assert 'lint-list-unique: "gift" stands twice in enum; removes it' in ran.out
    assert file.read_text() == SOUND


def test_every_format_has_the_problems(tmp_path: Path) -> None:
    write(tmp_path, TWICE)
    ran = contract_tests(tmp_path, "lint", "orders.yaml", "--format", "json")

    assert ran.code == 1
    assert "lint-list-unique" in json.dumps(json.loads(ran.out))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("nowhere.yaml",), "nowhere.yaml is not there"),
        (("broken.yaml",), "broken.yaml:2: is not YAML"),
        (("--fix", "git:HEAD:openapi"), "only files and folders of this machine can be fixed"),
        (("--profile", "other", "broken.yaml"), "--profile"),
        (("--format", "other", "broken.yaml"), "--format"),
    ],
)
def test_wrong_use_ends_with_2_and_one_line(arguments: tuple[str, ...], says: str, tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_text("openapi: [\n")
    ran = contract_tests(tmp_path, "lint", *arguments)

    assert ran.code == 2
    assert ran.out == ""
    assert says in ran.err
    assert ran.err.count("\n") == 1


def test_what_is_known_at_the_base_is_found_there_by_the_same_fingerprint(tmp_path: Path) -> None:
    """Also what only the text shows, and no data."""
    text = TWICE.replace("  title: Orders\n", "  title: Orders  \n").replace('"204": {', "204: {")
    write(tmp_path, text)
    for command in (("init", "-q"), ("add", "."), ("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "a")):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    here = contract_tests(tmp_path, "lint", "orders.yaml", "--format", "json")
    there = contract_tests(tmp_path, "lint", "git:HEAD:orders.yaml", "--format", "json")

    assert here.code == there.code == 1
    prints = [{each["fingerprint"] for each in json.loads(ran.out)["items"]} for ran in (here, there)]
    assert prints[0] == prints[1]
    assert len(prints[0]) == 3


def test_a_waiver_is_for_one_problem_until_a_day(tmp_path: Path) -> None:
    path = write(tmp_path, TWICE)
    fingerprint = found(path)["lint-list-unique"].fingerprint
    waivers = [Waiver(fingerprint, "clients know both", "ada", "2026-12-31")]

    report = examine([path], ("error",), TODAY, waivers)
    assert [each.standing for each in report.items] == [Standing.WAIVED]
    assert report.exit_code == 0
    assert examine([path], ("error",), date(2027, 1, 1), waivers).exit_code == 1


def test_help_is_quick_and_names_the_exit_codes(tmp_path: Path) -> None:
    ran = contract_tests(tmp_path, "lint", "--help")

    assert ran.code == 0
    assert "Exit codes: 0 fine, 1 findings, 2 wrong use." in ran.out
