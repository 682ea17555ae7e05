"""The commands of `mock-server ctl`, one module each; and what each of them is given."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import click

from mock_server.cli.control_client import ControlClient


@dataclass(frozen=True)
class Ctl:
    """The mock that was named, and how answers are shown. A command gets it by `@click.pass_obj`."""

    client: ControlClient
    as_json: bool

    def show(self, value: Any, text: str) -> None:
        """Print a result: `value` as JSON where `--json` is given, else `text`, which may be empty."""
        shown = json.dumps(value, indent=2, ensure_ascii=False) if self.as_json else text
        if shown:
            click.echo(shown)
