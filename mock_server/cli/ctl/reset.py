"""`mock-server ctl reset`: back to the beginning."""

from __future__ import annotations

import click

from mock_server.cli.ctl import Ctl
from mock_server.cli.ctl.namespaces import namespace_line


@click.command("reset")
@click.option("--seed", metavar="NAME", help="Fill it with another seed.")
@click.option("--id-seed", metavar="TEXT", help="Make its ids predictable.")
@click.pass_obj
def command(ctl: Ctl, seed: str | None, id_seed: str | None) -> None:
    """Put the namespace back to what it was when it was made. Snapshots stay."""
    asked = {"seed": seed, "idSeed": id_seed}
    namespace = ctl.client.post("/reset", {name: value for name, value in asked.items() if value is not None}).json
    ctl.show(namespace, namespace_line(namespace))
