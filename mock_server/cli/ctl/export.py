"""`mock-server ctl export`: the namespace as a document."""

from __future__ import annotations

import click

from mock_server.cli.ctl import Ctl


@click.command("export")
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False), metavar="FILE", help="Where to; else to standard output."
)
@click.pass_obj
def command(ctl: Ctl, output: str | None) -> None:
    """Write the whole namespace as one JSON document, fit for version control."""
    document = ctl.client.get("/export").text
    if output is None:
        click.echo(document, nl=False)
        return
    try:
        with click.open_file(output, "w", encoding="utf-8", atomic=True) as file:
            file.write(document)
    except OSError as error:
        raise click.FileError(output, error.strerror) from error
