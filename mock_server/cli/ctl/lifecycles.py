"""`mock-server ctl lifecycles`: what may happen to records, and what has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from textwrap import wrap
from typing import Any

import click

from mock_server.cli.control_client import below
from mock_server.cli.ctl import Ctl

ABSENT = "absent"
TABLE = "table"
WIDTH = 100


@click.command("lifecycles")
@click.argument("name", required=False)
@click.option(
    "--format",
    "form",
    type=click.Choice([TABLE, "mermaid", "svg"]),
    default=TABLE,
    show_default=True,
    help="How one lifecycle is shown.",
)
@click.option("--walked", is_flag=True, help="Mark what has been walked in the namespace.")
@click.option(
    "--output", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write the diagram to a file."
)
@click.pass_obj
def command(ctl: Ctl, name: str | None, form: str, walked: bool, output: Path | None) -> None:
    """List the lifecycles, or show one as a table or as a diagram.

    \b
    Examples:
      mock-server ctl lifecycles
      mock-server ctl lifecycles invoice --walked
      mock-server ctl lifecycles invoice --format svg --output invoice.svg
    """
    if name is None:
        if form != TABLE or walked or output:
            raise click.UsageError("Say which lifecycle; `mock-server ctl lifecycles` lists them.")
        found = ctl.client.get("/lifecycles").json
        ctl.show(found, "\n".join(map(_line, found["lifecycles"])))
        return
    if output and form == TABLE:
        raise click.UsageError("--output takes a diagram: --format mermaid or svg.")
    shown = "json" if form == TABLE else form
    answer = ctl.client.get(below("lifecycles", name), {"format": shown, "walked": walked})
    if form == TABLE:
        ctl.show(answer.json, "\n".join(_table(answer.json)))
    else:
        _put(answer.text, output)


def _put(diagram: str, output: Path | None) -> None:
    if output is None:
        click.echo(diagram, nl=False)
        return
    try:
        output.write_text(diagram, encoding="utf-8")
    except OSError as error:
        raise click.UsageError(f"The diagram can't be written to {output}: {error.strerror}.") from error


def _line(lifecycle: Mapping[str, Any]) -> str:
    group = lifecycle["group"].replace("_", "-")
    return f"{lifecycle['lifecycle']} of {group}: {', '.join(each['state'] for each in lifecycle['states'])}"


def _table(lifecycle: Mapping[str, Any]) -> Iterator[str]:
    """What may happen in each state, and what is refused there."""
    yield _line(lifecycle)
    for state in [ABSENT, *(each["state"] for each in lifecycle["states"])]:
        cells = [each for each in lifecycle["cells"] if each["state"] == state]
        yield f"\n{state}"
        for cell in (each for each in cells if each["isAllowed"]):
            yield from _ways(cell)
        refused = ", ".join(cell["action"] for cell in cells if not cell["isAllowed"])
        if refused:
            yield from wrap(f"refused: {refused}", WIDTH, initial_indent=" " * 4, subsequent_indent=" " * 13)
    allowed = [each for each in lifecycle["cells"] if each["isAllowed"]]
    if any("walked" in each for each in allowed):
        count = sum(len(each["walked"]) for each in allowed)
        yield f"\n* walked: {count} of {sum(len(each['targets']) for each in allowed)} steps"


def _ways(cell: Mapping[str, Any]) -> Iterator[str]:
    event = " (event)" if cell["isEvent"] else ""
    for target in cell["targets"]:
        mark = "*" if target in cell.get("walked", ()) else " "
        where = "stays" if target == cell["state"] else f"-> {target}"
        yield f"  {mark} {cell['action']}{event} {where}"
