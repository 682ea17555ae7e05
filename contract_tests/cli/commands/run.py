"""`contract-tests run`: examine a target."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from contract_tests.cli.options import ca_file_option, config_option, insecure_option

Command = TypeVar("Command", bound=Callable[..., object])


MAX_SECONDS = 10_000_000


def _no_nan(ctx: click.Context, param: click.Parameter, value: float) -> float:
    if math.isnan(value):  # neither below nor above the bounds of the range
        raise click.BadParameter("it is no number", ctx, param)
    return value


def target_options(command: Command) -> Command:
    """Which target, and how it is reached; the same in every command that needs one."""
    for option in reversed(_TARGET_OPTIONS):
        command = option(command)
    return command


_TARGET_OPTIONS = (
    click.option("--target", metavar="NAME", help="A target of the file of targets."),
    click.option("--url", metavar="URL", help="A mock, wherever it is; or a deployment, which is only read then."),
    click.option(
        "--mock", is_flag=True, help="A mock of this version, started for the run; without a target it is so."
    ),
    config_option,
    ca_file_option,
    insecure_option,
)


@click.command("run")
@target_options
@click.option("--waivers", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Known findings.")
@click.option("--suite", multiple=True, metavar="NAME", help="Only this suite; repeatable.")
@click.option("--operation", multiple=True, metavar="ID", help="Only checks of this operation; repeatable.")
@click.option("--rule", multiple=True, metavar="ID", help="Only checks of this rule; repeatable.")
@click.option(
    "--max-seconds",
    type=click.FloatRange(1, MAX_SECONDS),
    callback=_no_nan,
    default=60.0,
    show_default=True,
    help="How long at most.",
)
@click.option("--seed", type=int, metavar="N", help="The same number and target, the same cases.")
@click.option("--workers", type=click.IntRange(min=1), default=1, show_default=True, help="So many at once.")
@click.option("--failed-first", is_flag=True, help="Begin with the checks and examples that failed before.")
@click.option(
    "--max-findings", type=click.IntRange(min=1), metavar="N", help="End after so many findings that fail it."
)
@click.option("-x", "--exitfirst", is_flag=True, help="End after the first of them.")
@click.option("--strict/--not-strict", default=None, help="Whether broken assumptions fail; on a mock they do.")
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    default="contract-tests-report",
    show_default=True,
    help="Where the reports go.",
)
def command(**given: Any) -> int:
    """Examine a target, and report what breaks the contract.

    \b
    Examples:
      contract-tests run
      contract-tests run --url http://127.0.0.1:8080 --suite lifecycle
      contract-tests run --target staging --max-seconds 600

    Exit codes: 0 fine, 1 findings, 2 wrong use, 3 the target can't be examined.
    """
    began = time.monotonic()
    require_one_target(given)
    from contract_tests import reports
    from contract_tests.cli.progress import Progress, standard_error
    from contract_tests.cli.running import options, run_pytest
    from contract_tests.results import results_in

    folder: Path = given["output"]
    with standard_error() as out:
        progress = Progress(out, given["max_seconds"], out.isatty(), began=began)
        ended = run_pytest(arguments(given, options), workers=given["workers"], plugins=[progress], began=began)
    if progress.is_started:
        files = reports.write(folder, reports.formats())
        if not ended.message or progress.done:
            _show(results_in(folder))
            click.echo(f"Reports: {folder} ({', '.join(each.name for each in files)})", err=True)
    return told(ended)


def require_one_target(given: dict[str, Any]) -> None:
    """Raises `UsageError` where several targets are named, or one by nothing, as by a variable that is not set."""
    for name in ("target", "url"):
        if given[name] == "":
            raise click.UsageError(f"--{name} is empty.")
    if sum(bool(given[name]) for name in ("target", "url", "mock")) > 1:
        raise click.UsageError("One of --target, --url and --mock.")


def arguments(given: dict[str, Any], options: Callable[..., list[str]]) -> list[str]:
    """The options as pytest takes them."""
    strict = given.get("strict")
    return options(
        target=given["target"],
        url=given["url"],
        config=given["config"],
        ca_file=given["ca_file"],
        insecure=given["insecure"],
        waivers=given.get("waivers"),
        suite=given.get("suite", ()),
        operation=given.get("operation", ()),
        rule=given.get("rule", ()),
        seconds=given.get("max_seconds"),
        seed=given.get("seed"),
        failed_first=given.get("failed_first", False),
        max_findings=1 if given.get("exitfirst") else given.get("max_findings"),
        strict=bool(strict),
        not_strict=strict is False,
        events=given["output"],
    )


def told(ended: Any) -> int:
    """Say on standard error what is to be said, and return the exit code."""
    for each in [*ended.stays, *([ended.message] if ended.message else [])]:
        click.echo(f"contract-tests: {' '.join(each.split())}", err=True)
    return int(ended.code)


def _show(results: Any) -> None:
    """The results on standard output, in colours where that is a terminal."""
    from rich.console import Console

    from contract_tests.reports import console

    is_terminal = sys.stdout.isatty()
    console.tell(
        results, Console(file=sys.stdout, width=None if is_terminal else console.WIDTH, no_color=not is_terminal)
    )
