"""`python -m tests.benchmarks`: measures the mock beside others, and what it has to reach."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

import click

from tests.benchmarks import driving
from tests.benchmarks.contenders import contenders
from tests.benchmarks.lab import CACHE, BenchmarkError, Lab
from tests.benchmarks.machine import load, machine
from tests.benchmarks.parts import parts
from tests.benchmarks.report import as_json, markdown, verdicts

PARTS = parts()


@click.command()
@click.option("--rounds", default=5, show_default=True, help="How often everything is measured.")
@click.option("--seconds", default=3.0, show_default=True, help="How long each measurement takes.")
@click.option("--connections", default=16, show_default=True, help="How many clients there are at once.")
@click.option("--only", multiple=True, type=click.Choice(list(PARTS)), help="Only this part; repeatable.")
@click.option(
    "--contender",
    multiple=True,
    type=click.Choice([each.name for each in contenders()]),
    help="Only this one, beside the mock and bare Starlette; repeatable.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    default=CACHE,
    show_default="build/benchmarks",
    help="Folder for results.json and results.md.",
)
@click.option("--strict", is_flag=True, help="End with 1 where a target that was measured does not hold.")
def main(
    rounds: int,
    seconds: float,
    connections: int,
    only: tuple[str, ...],
    contender: tuple[str, ...],
    output: Path,
    *,
    strict: bool,
) -> None:
    """Measure the mock beside others that answer from the same contract, and what it has to reach.

    Exit codes: 0 fine; 1 with --strict, where a target does not hold; 2 where something can't be measured.
    """
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        lab = Lab(rounds, seconds, connections, Path(folder), contender)
        try:
            conditions = _measured(lab, only or tuple(PARTS))
        except BenchmarkError as error:
            click.echo(f"Error: {error}", err=True)
            sys.exit(2)
    _keep(lab, conditions, output)
    click.echo(markdown(lab, conditions))
    if lab.has_failed:
        sys.exit(2)
    sys.exit(int(strict and any(each.holds is False for each in verdicts(lab))))


def _measured(lab: Lab, names: tuple[str, ...]) -> dict[str, str]:
    """Measure these parts; returns under which conditions."""
    if not Path("/proc/self/status").exists():
        raise BenchmarkError("memory is read from /proc, which only Linux has")
    driving.wrk()
    began = load()
    for name in names:
        lab.tell(f"{name}: {PARTS[name].SAYS}")
        try:
            PARTS[name].run(lab)
        except BenchmarkError as error:
            lab.fail(f"{name} could not be measured: {error}")
    return {**machine(), "load before and after": f"{began}, {load()}"}


def _keep(lab: Lab, conditions: dict[str, str], output: Path) -> None:
    output.mkdir(parents=True, exist_ok=True)
    (output / "results.json").write_text(json.dumps(as_json(lab, conditions), indent=1) + "\n", encoding="utf-8")
    (output / "results.md").write_text(markdown(lab, conditions), encoding="utf-8")


if __name__ == "__main__":
    main()
