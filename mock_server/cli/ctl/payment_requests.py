"""`mock-server ctl payment-requests`: what uploaded invoices are attached to."""

from __future__ import annotations

import click

from mock_server.cli.ctl import Ctl


@click.command("payment-requests")
@click.option("--merchant", metavar="ID", help="Whose it is to be.")
@click.option("--description", metavar="TEXT", help="What it is for.")
@click.pass_obj
def command(ctl: Ctl, merchant: str | None, description: str | None) -> None:
    """Make a payment request and print its id."""
    asked = {"merchantId": merchant, "description": description}
    made = ctl.client.post(
        "/payment-requests", {name: value for name, value in asked.items() if value is not None}
    ).json
    ctl.show(made, made["id"])
