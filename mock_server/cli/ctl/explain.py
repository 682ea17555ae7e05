"""`mock-server ctl explain`: why an exchange went the way it did."""

from __future__ import annotations

import click

from mock_server.cli.control_client import below
from mock_server.cli.ctl import Ctl


@click.command("explain")
@click.argument("request_id", metavar="[REQUEST-ID]", default="latest-refused")
@click.pass_obj
def command(ctl: Ctl, request_id: str) -> None:
    """Explain why an exchange went the way it did.

    REQUEST-ID stands in the answer's header x-request-id. `latest` is the latest exchange of the namespace,
    `latest-refused` the latest with an error; that one is explained where none is named.

    \b
    Examples:
      mock-server ctl explain
      mock-server ctl explain 3f1a9f56-6d2f-4c0b-9a53-0a4b8f2a7c11
      mock-server ctl --namespace checkout-test --json explain latest
    """
    answer = ctl.client.get(below("explain", request_id), {"format": "json" if ctl.as_json else "text"})
    ctl.show(answer.json, answer.text.rstrip("\n"))
