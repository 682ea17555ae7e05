"""`mock-server ctl namespaces`: worlds of their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from mock_server.cli.control_client import below
from mock_server.cli.ctl import Ctl
from mock_server.cli.ctl.clock import clock_line

_SEED_HELP = "What it is filled with: a seed of the fixtures, or none."


@click.group("namespaces")
def command() -> None:
    """List, make and delete namespaces; one is also made when it is first used."""


@command.command("list")
@click.pass_obj
def show_all(ctl: Ctl) -> None:
    """List all namespaces."""
    found = ctl.client.get("/namespaces").json
    ctl.show(found, "\n".join(namespace_line(each) for each in found["namespaces"]))


@command.command("create")
@click.argument("name", required=False)
@click.option("--seed", metavar="NAME", help=_SEED_HELP)
@click.option("--id-seed", metavar="TEXT", help="The same text, the same new ids.")
@click.option("--frozen-at", metavar="INSTANT", help="Let its clock stand still, at 2026-12-24T18:00:00Z for example.")
@click.option("--fork-of", metavar="NAME", help="Copy another namespace as it is now.")
@click.pass_obj
def create(ctl: Ctl, /, name: str | None, frozen_at: str | None, fork_of: str | None, **asked: Any) -> None:
    """Make a namespace; without a NAME it gets one."""
    stated = {"name": name, "seed": asked["seed"], "idSeed": asked["id_seed"], "forkOf": fork_of}
    clock = {"clock": {"mode": "frozen", "at": frozen_at}} if frozen_at else {}
    body = {**{key: value for key, value in stated.items() if value is not None}, **clock}
    made = ctl.client.post("/namespaces", body).json
    ctl.show(made, namespace_line(made))


@command.command("delete")
@click.argument("name")
@click.pass_obj
def delete(ctl: Ctl, name: str) -> None:
    """Forget a namespace and all that is in it."""
    ctl.client.delete(below("namespaces", name))
    ctl.show({}, f"{name} is gone")


def namespace_line(namespace: Mapping[str, Any]) -> str:
    """One line about a namespace."""
    ids = namespace["ids"]["seed"]
    told = f"seed {namespace['seed']}, {f'ids by {ids!r}' if ids else 'random ids'}"
    return f"{namespace['name']}: {told}, {clock_line(namespace['clock'])}"
