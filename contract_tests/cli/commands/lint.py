"""`contract-tests lint`: what is wrong with a contract by itself."""

from __future__ import annotations

from pathlib import Path

import click

from contract_tests.cli.reporting import deliver, report_options, today_and_waivers

USUAL_PATH = "openapi"
PROFILES = ("toolkit", "general")


@click.command("lint")
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@click.option("--fix", "is_fixing", is_flag=True, help="Mend what needs no thought, in the files themselves.")
@click.option(
    "--profile",
    type=click.Choice(PROFILES),
    help="What is demanded: all that contracts with rules need, or what is good for any; each says so by itself.",
)
@report_options("error")
@click.option("--allow-remote-refs", is_flag=True, help="Follow references to other sites.")
def command(
    paths: tuple[str, ...],
    profile: str | None,
    formats: tuple[str, ...],
    output: Path | None,
    waivers: Path | None,
    fail_on: tuple[str, ...],
    *,
    is_fixing: bool,
    allow_remote_refs: bool,
) -> int:
    """Look for faults in the contracts in PATHS: files, folders, git:REF:PATH or URLs; else the folder openapi.

    A contract with business rules (x-rules, x-lifecycle) has to have all that the mock and the suites need. Of any
    other OpenAPI document only what tools can't work with is an error, and the rest is a warning.

    \b
    Examples:
      contract-tests lint
      contract-tests lint api/openapi.yaml --fail-on warning
      contract-tests lint --fix openapi
      contract-tests lint git:origin/main:openapi --format sarif

    --fix adds operationIds, says `required: true` of the parameters of paths, removes what stands twice in a list,
    puts in quotes what readers of YAML disagree about, and removes blanks at the end of lines. It changes these places
    alone; comments, anchors and order stay as they are.

    Exit codes: 0 fine, 1 findings, 2 wrong use.
    """
    from contract_tests.gate.lint.check import Profile
    from contract_tests.gate.lint.examining import examine

    report = examine(
        paths or (USUAL_PATH,),
        fail_on,
        *today_and_waivers(waivers),
        profile=Profile(profile) if profile else None,
        is_fixing=is_fixing,
        allow_remote_refs=allow_remote_refs,
    )
    return deliver(report, formats, output)
