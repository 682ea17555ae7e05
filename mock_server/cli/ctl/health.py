"""`mock-server ctl health`: whether the mock is up, and with what."""

from __future__ import annotations

import click

from mock_server.cli.ctl import Ctl


@click.command("health")
@click.pass_obj
def command(ctl: Ctl) -> None:
    """Tell whether the mock is up, and with what."""
    facts = ctl.client.get("/health").json
    if not isinstance(facts, dict):
        raise ctl.client.no_mock("what answers there is no mock server")
    groups = ", ".join(each.replace("_", "-") for each in facts["groups"])
    ctl.show(facts, f"mock-server {facts['version']} is up: groups {groups}; state in {facts['store']}")
