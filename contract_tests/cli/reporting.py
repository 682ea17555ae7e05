"""How the commands of the gate report: what fails them, in which formats, and to where."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TextIO, TypeVar

import click

from contract_tests.errors import WrongUse
from contract_tests.gate.formats import format_named, formats, write
from contract_tests.gate.report import FAIL_ON, Report
from contract_tests.waivers import Waiver, read_waivers

Command = TypeVar("Command", bound=Callable[..., object])
USUAL = "text"
"""The format for people, which stands on standard output unless another one is asked for."""


def report_options(*fail_on: str) -> Callable[[Command], Command]:
    """The options `--format`, `--output`, `--waivers` and `--fail-on`; `fail_on`: what fails the command by itself."""
    options = (
        click.option(
            "--format", "formats", multiple=True, type=click.Choice(formats()), help=f"Instead of {USUAL}; repeatable."
        ),
        click.option(
            "--output",
            type=click.Path(path_type=Path, file_okay=False),
            metavar="FOLDER",
            help="Where each format is written to a file of its own; several need it.",
        ),
        click.option(
            "--waivers", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Known findings."
        ),
        click.option(
            "--fail-on",
            multiple=True,
            type=click.Choice(list(FAIL_ON)),
            default=fail_on,
            show_default=True,
            help="What makes the exit code 1; repeatable. Each takes in what is worse than itself.",
        ),
    )

    def added(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return added


def today_and_waivers(file: Path | None) -> tuple[date, Sequence[Waiver]]:
    """By what findings are judged besides their severity: the day, and what somebody answers for.

    Raises:
        WrongUse: the file can't be read, or has something else in it.
    """
    return datetime.now(UTC).date(), read_waivers(file) if file else ()


def deliver(report: Report, names: Sequence[str], folder: Path | None) -> int:
    """Print or write the report; returns the exit code.

    Raises:
        WrongUse: several formats at once and nowhere to put them, or the folder can't be written to.
    """
    chosen = list(dict.fromkeys(names))
    if folder is None:
        if len(chosen) > 1:
            raise WrongUse("several formats need --output FOLDER")
        echo(printed(report, *chosen))
        return report.exit_code
    try:
        files = write(report, chosen or [USUAL], folder)
    except OSError as error:
        raise WrongUse(f"{folder} can't be written to: {error.strerror}") from error
    echo(printed(report))
    click.echo(f"Reports: {folder} ({', '.join(each.name for each in files)})", err=True)
    return report.exit_code


def annotations_go_to(names: Sequence[str], folder: Path | None) -> TextIO | None:
    """Where annotations of a build may stand: not within another format; nowhere if they are printed anyway."""
    if folder is not None or set(names) <= {USUAL}:
        return sys.stdout
    return None if "github" in names else sys.stderr


def printed(report: Report, name: str = USUAL) -> str:
    """The report as it goes to standard output, which may be a terminal."""
    chosen = format_named(name)
    is_terminal = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    render: Callable[[Report], str] = getattr(chosen, "on_terminal", chosen.render) if is_terminal else chosen.render
    return render(report)


def echo(text: str) -> None:
    """To standard output; what no encoding has is replaced."""
    click.echo(text.encode("utf-8", "replace").decode(), nl=False)
