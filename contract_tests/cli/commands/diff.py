"""`contract-tests diff`: what has changed from one contract to another, and whom it breaks."""

from __future__ import annotations

from pathlib import Path

import click

from contract_tests.cli.reporting import deliver, report_options, today_and_waivers


@click.command("diff")
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@report_options("breaking")
@click.option("--allow-remote-refs", is_flag=True, help="Follow references to other sites.")
def command(
    old: str,
    new: str,
    formats: tuple[str, ...],
    output: Path | None,
    waivers: Path | None,
    fail_on: tuple[str, ...],
    *,
    allow_remote_refs: bool,
) -> int:
    """Compare the contracts of OLD and NEW: does a client that followed the old one still work?

    Each is a file, a folder, git:REF:PATH, or the URL of a document, of a running mock or of a deployment; OpenAPI 3.0
    or 3.1.

    \b
    Examples:
      contract-tests diff openapi.yaml next/openapi.yaml
      contract-tests diff git:v1.4.0:openapi openapi --format markdown
      contract-tests diff openapi/invoices.yaml http://localhost:8080 --fail-on risky

    Exit codes: 0 fine, 1 breaking changes (or what --fail-on says), 2 wrong use, 3 the URL is not reachable.
    """
    from contract_tests.gate.differing import differ

    report = differ(old, new, fail_on, *today_and_waivers(waivers), allow_remote_refs=allow_remote_refs)
    return deliver(report, formats, output)
