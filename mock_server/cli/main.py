"""`mock-server`: finds its commands, and turns what goes wrong into one line and an exit code."""

from __future__ import annotations

import importlib
import pkgutil
import sys

import click

from mock_server import __version__
from mock_server.cli import commands
from mock_server.core.errors import SetupError

WRONG_USE = 2


class _FoundCommands(click.Group):
    """Commands are the modules of `mock_server.cli.commands`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(each.name.replace("_", "-") for each in pkgutil.iter_modules(commands.__path__))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        module = importlib.import_module(f"{commands.__name__}.{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        return command


@click.command(cls=_FoundCommands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="mock-server")
def cli() -> None:
    """A stateful mock of the Invoices and Invoice Uploads APIs."""


def main() -> None:
    """Run the command line. Exit codes: 0 fine, 2 wrong use or a server that can't start as asked."""
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
