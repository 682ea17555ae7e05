"""`contract-tests gate`: whether a change of the contract may go in."""

from __future__ import annotations

from pathlib import Path

import click

from contract_tests.cli.reporting import annotations_go_to, deliver, report_options, today_and_waivers


@click.command("gate")
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@click.option("--base", required=True, metavar="REF", help="A branch, tag or commit: what the change will go into.")
@report_options("breaking", "error")
@click.option("--allow-remote-refs", is_flag=True, help="Follow references to other sites.")
def command(
    paths: tuple[str, ...],
    base: str,
    formats: tuple[str, ...],
    output: Path | None,
    waivers: Path | None,
    fail_on: tuple[str, ...],
    *,
    allow_remote_refs: bool,
) -> int:
    """Compare the contracts in PATHS (files or folders; else the folder openapi) with what they were where the working
    tree has left the base, look for faults in them, and say which version they should have.

    \b
    Examples:
      contract-tests gate --base origin/main
      contract-tests gate --base v1.4.0 api/openapi.yaml --fail-on breaking --fail-on version
      contract-tests gate --base origin/main --format sarif --format junit --output gate-report

    In GitHub Actions it also writes annotations, the summary of the step, and the outputs version, versions, bump,
    breaking, risky, safe, failed and changelog.

    Exit codes: 0 fine, 1 findings, 2 wrong use.
    """
    from contract_tests.build_server import is_github
    from contract_tests.gate.gate import examine
    from contract_tests.gate.publishing import publish

    report = examine(base, paths, fail_on, *today_and_waivers(waivers), allow_remote_refs=allow_remote_refs)
    code = deliver(report, formats, output)
    if is_github():
        publish(report, annotations_go_to(formats, output))
    return code
