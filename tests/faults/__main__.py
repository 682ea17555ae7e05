"""`python -m tests.faults`: plants each fault of the catalogue in a mock, and measures how soon it is found."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import click

from tests.faults.every import faults
from tests.faults.fault import Fault, Kind
from tests.faults.measuring import Conditions, Measured, Search, examined, measured
from tests.faults.serving import faulty_mock
from tests.faults.table import table

NEEDED = 0.97
"""The share of the faults that a default run has to find."""

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")


@click.command()
@click.option("--only", multiple=True, metavar="TEXT", help="Only faults with this in their name; repeatable.")
@click.option(
    "--kind",
    multiple=True,
    type=click.Choice(list(Kind), case_sensitive=False),
    help="Only faults of this kind; repeatable.",
)
@click.option("--seed", default=1, show_default=True, help="Of both programs.")
@click.option("--seconds", default=60.0, show_default=True, help="How long each may look.")
@click.option("--workers", default=2, show_default=True, help="So many faults at once.")
@click.option("--alone", is_flag=True, help="Leave plain schemathesis out.")
@click.option("--correct-server", is_flag=True, help="Examine the mock without a fault: nothing may be found.")
@click.option("--seeds", default=20, show_default=True, help="With --correct-server: so many runs, each with its seed.")
@click.option(
    "--output", type=click.Path(path_type=Path, dir_okay=False), default="build/faults.json", show_default=True
)
def main(**given: Any) -> None:
    """Plant each fault of the catalogue in a mock, and measure how soon a default run finds it.

    Exit codes: 0 enough is found, or nothing on the correct server; 1 otherwise.
    """
    sys.exit(_correct(**given) if given["correct_server"] else _faulty(**given))


def _faulty(only: tuple[str, ...], kind: tuple[str, ...], workers: int, output: Path, **given: Any) -> int:
    how = Conditions(given["seconds"], given["seed"], is_compared=not given["alone"])
    chosen = [each for each in faults() if _is_meant(each, only, kind)]
    rows = list(_told(_all(lambda fault: measured(fault, how), chosen, workers), len(chosen)))
    _keep(output, [each.as_json() for each in rows])
    click.echo(table(rows))
    return int(sum(each.ours.is_found for each in rows) < NEEDED * len(rows))


def _is_meant(fault: Fault, only: tuple[str, ...], kind: tuple[str, ...]) -> bool:
    return (not only or any(each in fault.name for each in only)) and (not kind or fault.kind in kind)


def _correct(seeds: int, workers: int, output: Path, seconds: float, **_: Any) -> int:
    searches = list(_all(lambda seed: _seeded(seed, seconds), range(1, seeds + 1), workers))
    found = [each for each in searches if each.is_found or not each.note.startswith("exit code 0")]
    _keep(output, [vars(each) for each in searches])
    for seed, each in enumerate(searches, 1):
        click.echo(f"seed {seed}: {each.rule or each.note} {each.check}".rstrip())
    click.echo(f"{len(found)} of {seeds} runs found something on the correct server")
    return int(bool(found))


def _keep(file: Path, rows: list[dict[str, Any]]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(rows, indent=1), encoding="utf-8")


def _seeded(seed: int, seconds: float) -> Search:
    with faulty_mock("") as served, tempfile.TemporaryDirectory() as folder:
        return examined(served, Path(folder), Conditions(seconds, seed))


def _all(work: Callable[[Asked], Answer], asked: Iterable[Asked], workers: int) -> Iterator[Answer]:
    with ThreadPoolExecutor(workers) as pool:
        yield from pool.map(work, asked)


def _told(rows: Iterable[Measured], total: int) -> Iterator[Measured]:
    """The rows, told on standard error as they come."""
    for number, row in enumerate(rows, 1):
        click.echo(f"{number}/{total} {row.name}: {row.found_by}, {row.ours.seconds:.1f} s", err=True)
        yield row


if __name__ == "__main__":
    main()
