"""`contract-tests`: finds its commands, and turns what goes wrong into one line and an exit code."""

from __future__ import annotations

import importlib
import pkgutil
import sys

import click

from contract_tests.cli import commands
from contract_tests.errors import ExaminerError, TargetUnreachable

WRONG_USE = 2
NOT_REACHABLE = 3
CONFORMANCE = frozenset({"pytest", "hypothesis", "jinja2", "requests", "rich", "schemathesis"})
"""What the extra `conformance` installs, by the names of the modules."""


class _Commands(click.Group):
    """The modules of `contract_tests.cli.commands`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(each.name for each in pkgutil.iter_modules(commands.__path__))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        command: click.Command = importlib.import_module(f"{commands.__name__}.{cmd_name}").command
        return command


@click.command(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="invoice-contract-toolkit", prog_name="contract-tests")
def cli() -> None:
    """Examines deployments of the two APIs, and changes of their contracts."""


def main() -> None:
    """Run the command line. Exit codes: 0 fine, 1 findings, 2 wrong use, 3 the target is not reachable."""
    try:
        code = cli.main(standalone_mode=False, prog_name="contract-tests", auto_envvar_prefix="CONTRACT_TESTS")
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        sys.exit(WRONG_USE)
    except click.ClickException as error:
        _end(error.format_message(), WRONG_USE)
    except TargetUnreachable as error:
        _end(str(error), NOT_REACHABLE)
    except ExaminerError as error:
        _end(str(error), WRONG_USE)
    except ModuleNotFoundError as error:
        if error.name not in CONFORMANCE:
            raise
        _end(f"{error.name} is not installed: pip install 'invoice-contract-toolkit[conformance]'", WRONG_USE)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    sys.exit(code if isinstance(code, int) else 0)


def _end(message: str, code: int) -> None:
    click.echo(f"contract-tests: {' '.join(message.split())}", err=True)
    sys.exit(code)
