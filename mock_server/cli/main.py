"""`mock-server`: finds its commands, and turns what goes wrong into one line and an exit code."""

from __future__ import annotations

import sys

import click

from mock_server import __version__
from mock_server.cli import commands
from mock_server.cli.finding import FoundCommands
from mock_server.core.errors import SetupError

WRONG_USE = 2


@click.command(cls=FoundCommands, package=commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="mock-server")
def cli() -> None:
    """A stateful mock of the Invoices and Invoice Uploads APIs."""


def main() -> None:
    """Run the command line. Exit codes: 0 fine, 1 refused, 2 wrong use or a server that can't start, 3 none there."""
    try:
        code = cli.main(standalone_mode=False, prog_name="mock-server", auto_envvar_prefix="MOCK_SERVER")
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        sys.exit(WRONG_USE)
    except click.ClickException as error:
        _refuse(error.format_message())
    except SetupError as error:
        _refuse(str(error))
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    sys.exit(code if isinstance(code, int) else 0)


def _refuse(message: str) -> None:
    click.echo(f"mock-server: {' '.join(message.split())}", err=True)
    sys.exit(WRONG_USE)
