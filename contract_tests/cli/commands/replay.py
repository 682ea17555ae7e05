"""`contract-tests replay`: whether a finding still shows."""

from __future__ import annotations

import shlex
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from contract_tests.cli.commands.run import arguments, require_one_target, target_options, told
from contract_tests.errors import WrongUse

if TYPE_CHECKING:
    from contract_tests.cli.running import Ended
    from contract_tests.results import Found, Results


@click.command("replay")
@click.argument("finding")
@target_options
@click.option(
    "--from",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default="contract-tests-report",
    show_default=True,
    help="The reports with the finding.",
)
def command(finding: str, folder: Path, **given: Any) -> int:
    """Run the check again that made a FINDING, named by its fingerprint or the beginning of it.

    The same cases are run on the same target, unless another one is named.

    Exit codes: 0 it does not show any more, 1 it does, 2 wrong use, 3 the target can't be examined.
    """
    require_one_target(given)
    from contract_tests.results import results_in

    try:
        results = results_in(folder)
    except OSError as error:
        raise WrongUse(f"{folder} holds no run: {error.strerror}") from error
    found = _named(finding, results)
    fingerprint = str(found.finding["fingerprint"])
    with tempfile.TemporaryDirectory() as out:
        ended = _again(found, results, {**_target(results, given), "output": out})
        again = results_in(Path(out)) if (Path(out) / "events.ndjson").is_file() else None
    if again is None or ended.code not in {0, 1}:
        return told(ended)
    shown = {str(each.finding["fingerprint"]) for each in again.findings}
    passed = all(each.outcome == "passed" for each in again.checks)
    name = f"{fingerprint} ({found.finding['rule']}, {found.checks[0]})"
    if fingerprint in shown:
        click.echo(f"{name} still shows")
        return 1
    if passed and again.checks:
        click.echo(f"{name} does not show any more")
        return 0
    others = [f"{each.outcome}: {each.reason}" for each in again.checks if each.outcome != "passed"]
    raise WrongUse(f"{name} can't be told: {'; '.join(others) or 'the check is gone'}")


def _named(finding: str, results: Results) -> Found:
    """The finding of a fingerprint, or of the beginning of one. Raises `WrongUse` where it is none or several."""
    known = [str(each.finding["fingerprint"]) for each in results.findings]
    meant = [each for each in results.findings if str(each.finding["fingerprint"]).startswith(finding.lower())]
    if len(meant) == 1:
        return meant[0]
    if meant:
        raise WrongUse(f"{finding} may be {', '.join(str(each.finding['fingerprint']) for each in meant)}")
    raise WrongUse(f"the run in {results.folder} has no finding {finding}; it has {', '.join(known) or 'none'}")


def _again(found: Found, results: Results, given: dict[str, Any]) -> Ended:
    """Run the first check that made a finding, with the seed and as many examples as then."""
    from contract_tests.cli.running import options, run_pytest

    started = results.started
    given = {**given, "seed": started.seed, "max_seconds": started.max_seconds or None, "strict": started.strict}
    return run_pytest(arguments(given, options), checks=[found.checks[0]])


def _target(results: Results, given: dict[str, Any]) -> dict[str, Any]:
    """The target that is named now, else that of the run; its file of targets is where the run had it."""
    if given["target"] or given["url"] or given["mock"]:
        return given
    words = shlex.split(results.started.again)
    before = dict(zip(words, [*words[1:], ""], strict=True))
    return {**given, "target": before.get("--target"), "url": before.get("--url")}
