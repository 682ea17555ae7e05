"""`mock-server ctl snapshots`: copies of the namespace to come back to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from mock_server.cli.control_client import below
from mock_server.cli.ctl import Ctl
from mock_server.cli.ctl.namespaces import namespace_line


@click.group("snapshots")
def command() -> None:
    """Save, restore, fork, list and delete snapshots."""


@command.command("list")
@click.pass_obj
def show_all(ctl: Ctl) -> None:
    """List the snapshots of the namespace."""
    found = ctl.client.get("/snapshots").json
    ctl.show(found, "\n".join(_line(each) for each in found["snapshots"]))


@command.command("save")
@click.argument("name", required=False)
@click.option("--replace", is_flag=True, help="Replace a snapshot of this name.")
@click.pass_obj
def save(ctl: Ctl, name: str | None, replace: bool) -> None:
    """Save the namespace as it is now; without a NAME under the next number."""
    body = {"replace": replace, **({"name": name} if name else {})}
    saved = ctl.client.post("/snapshots", body).json
    ctl.show(saved, _line(saved))


@command.command("restore")
@click.argument("name")
@click.pass_obj
def restore(ctl: Ctl, name: str) -> None:
    """Put the namespace back to a snapshot."""
    namespace = ctl.client.post(f"{below('snapshots', name)}/restore").json
    ctl.show(namespace, namespace_line(namespace))


@command.command("fork")
@click.argument("name")
@click.argument("namespace", required=False)
@click.pass_obj
def fork(ctl: Ctl, name: str, namespace: str | None) -> None:
    """Make a new NAMESPACE of a snapshot; without a name it gets one."""
    body = {"namespace": namespace} if namespace else {}
    made = ctl.client.post(f"{below('snapshots', name)}/fork", body).json
    ctl.show(made, namespace_line(made))


@command.command("delete")
@click.argument("name")
@click.pass_obj
def delete(ctl: Ctl, name: str) -> None:
    """Forget a snapshot."""
    ctl.client.delete(below("snapshots", name))
    ctl.show({}, f"{name} is gone")


def _line(snapshot: Mapping[str, Any]) -> str:
    clock = snapshot["clock"]
    stands = f"frozen at {clock['at']}" if clock["mode"] == "frozen" else "running"
    return f"{snapshot['name']}: seed {snapshot['seed']}, clock {stands}"
