"""The benchmark is no test, but it has to go on working: what it makes of figures, and what it says of itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.benchmarks.__main__ import PARTS, main
from tests.benchmarks.contenders import contenders
from tests.benchmarks.contenders.contender import BARE, MOCK
from tests.benchmarks.lab import Lab
from tests.benchmarks.measures import Figures, percentile, rate
from tests.benchmarks.parts.requests import GET
from tests.benchmarks.report import markdown, verdicts

README = (Path(__file__).parents[1] / "benchmarks" / "README.md").read_text(encoding="utf-8")


def lab(tmp_path: Path, *rates: tuple[str, float]) -> Lab:
    made = Lab(rounds=1, seconds=1, connections=16, folder=tmp_path)
    for contender, value in rates:
        made.figures.add(contender, rate(GET), value)
    return made


def test_each_round_is_compared_with_itself() -> None:
    figures = Figures()
    for mine, bare in ((50, 100), (5, 10), (90, 100)):
        figures.add(MOCK, rate(GET), mine)
        figures.add(BARE, rate(GET), bare)

    assert figures.ratio((MOCK, rate(GET)), (BARE, rate(GET))) == 0.5


@pytest.mark.parametrize(("mine", "holds"), [(50, True), (49, False)])
def test_a_target_holds_or_does_not(mine: float, holds: bool, tmp_path: Path) -> None:
    (found,) = (each for each in verdicts(lab(tmp_path, (MOCK, mine), (BARE, 100))) if each.measured is not None)

    assert found.target.says == "GET an invoice: requests/s beside bare Starlette"
    assert found.holds is holds


def test_what_was_not_measured_neither_holds_nor_fails(tmp_path: Path) -> None:
    assert {each.holds for each in verdicts(lab(tmp_path))} == {None}


def test_the_report_names_everybody_who_was_measured(tmp_path: Path) -> None:
    told = markdown(lab(tmp_path, (MOCK, 50), (BARE, 100)), {"processor": "a slow one"})

    assert "| mock | 50 | 0.50 |" in told
    assert "| bare Starlette | 100 | 1.00 |" in told
    assert "- processor: a slow one" in told


@pytest.mark.parametrize(("share", "value"), [(0.5, 2), (0.99, 4), (0.25, 1)])
def test_a_percentile_is_one_of_the_values(share: float, value: float) -> None:
    assert percentile([4, 3, 1, 2], share) == value


def test_without_wrk_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")

    ended = CliRunner().invoke(main, ["--only", "documents"])

    assert ended.exit_code == 2
    assert "apt-get install wrk" in ended.stderr


@pytest.mark.parametrize("name", [*PARTS, *(each.name for each in contenders())])
def test_the_readme_says_what_it_is(name: str) -> None:
    assert f"`{name}`" in README or f"| {name} |" in README
