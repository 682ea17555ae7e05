"""Command groups that find their commands: each is a module of a package, with a click command named `command`."""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType
from typing import Any

import click


class FoundCommands(click.Group):
    """The commands are the modules of `package`; the module `clock_set` is the command `clock-set`."""

    def __init__(self, *args: Any, package: ModuleType, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._package = package

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(each.name.replace("_", "-") for each in pkgutil.iter_modules(self._package.__path__))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        module = importlib.import_module(f"{self._package.__name__}.{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        return command
