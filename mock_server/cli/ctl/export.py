"""`mock-server ctl export`: the namespace as a document."""

from __future__ import annotations

from typing import TextIO

import click

from mock_server.cli.ctl import Ctl


@click.command("export")
@click.option("-o", "--output", type=click.File("w", encoding="utf-8", atomic=True), default="-", metavar="FILE")
@click.pass_obj
def command(ctl: Ctl, output: TextIO) -> None:
    """Write the whole namespace as one JSON document, fit for version control."""
    output.write(ctl.client.get("/export").text)
