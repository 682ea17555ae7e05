"""`mock-server ctl import`: the namespace as it was exported."""

# ruff: noqa: N999  # the module is called as the command

from __future__ import annotations

import json
from typing import TextIO

import click

from mock_server.cli.ctl import Ctl
from mock_server.cli.ctl.namespaces import namespace_line


@click.command("import")
@click.argument("file", type=click.File(encoding="utf-8"))
@click.pass_obj
def command(ctl: Ctl, file: TextIO) -> None:
    """Put the namespace into the state of an exported FILE (- for standard input)."""
    try:
        document = json.load(file)
    except (ValueError, RecursionError) as error:
        raise click.UsageError(f"{file.name} holds no JSON: {error}") from error
    namespace = ctl.client.post("/import", document).json
    ctl.show(namespace, namespace_line(namespace))
