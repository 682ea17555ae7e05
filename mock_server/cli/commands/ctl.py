"""`mock-server ctl`: steer a mock that is running."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from mock_server.cli import ctl
from mock_server.cli.admin_token import admin_token
from mock_server.cli.control_client import DEFAULT_URL, ControlClient, ControlError
from mock_server.cli.ctl import Ctl
from mock_server.cli.finding import FoundCommands

TOKEN_VARIABLE = "MOCK_SERVER_CTL_ADMIN_TOKEN"  # noqa: S105  # the name of a variable


class _ControlCommands(FoundCommands):
    """Turns a call that led to nothing into one line and its exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except ControlError as error:
            click.echo(f"mock-server: {' '.join(str(error).split())}", err=True)
            ctx.exit(error.exit_code)


@click.command("ctl", cls=_ControlCommands, package=ctl)
@click.option("--url", default=DEFAULT_URL, show_default=True, help="Where the mock is.")
@click.option("--namespace", metavar="NAME", show_default="default", help="The namespace it is about.")
@click.option(
    "--admin-token-file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help=f"Holds the admin token of the mock; else it is taken from {TOKEN_VARIABLE}.",
)
@click.option("--json", "as_json", is_flag=True, envvar="MOCK_SERVER_CTL_JSON", help="Print answers as JSON.")
@click.pass_context
def command(ctx: click.Context, url: str, namespace: str | None, admin_token_file: Path | None, as_json: bool) -> None:
    """Steer a mock that is running.

    Each option can also be set as MOCK_SERVER_CTL_<OPTION> in the environment. Exit codes: 0 done, 1 the mock refuses
    it, 2 wrong use, 3 no mock answers.
    """
    ctx.obj = Ctl(ControlClient(url, namespace, admin_token(admin_token_file, TOKEN_VARIABLE)), as_json)
