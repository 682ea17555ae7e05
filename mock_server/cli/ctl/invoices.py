"""`mock-server ctl invoices`: invoices in any status, and what happens to them by itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TextIO

import click

from mock_server.cli.control_client import below
from mock_server.cli.ctl import Ctl


@click.group("invoices")
def command() -> None:
    """Make invoices in any status, and let events happen to them."""


@command.command("place")
@click.option("--status", metavar="NAME", help="Such as Expired; Draft where nothing is said.")
@click.option("--merchant", metavar="ID", help="Whose it is to be.")
@click.option("--body", type=click.File(encoding="utf-8"), metavar="FILE", help="A body of createInvoice.")
@click.pass_obj
def place(ctl: Ctl, status: str | None, merchant: str | None, body: TextIO | None) -> None:
    """Make an invoice; it goes the shortest way to its status."""
    try:
        invoice = None if body is None else json.load(body)
    except (ValueError, RecursionError) as error:
        raise click.UsageError(f"The body is no JSON: {error}") from error
    asked = {"status": status, "merchantId": merchant, "invoice": invoice}
    placed = ctl.client.post("/invoices", {name: value for name, value in asked.items() if value is not None}).json
    ctl.show(placed, _line(placed))


@command.command("event")
@click.argument("invoice_id")
@click.argument("event")
@click.pass_obj
def event(ctl: Ctl, invoice_id: str, event: str) -> None:
    """Let an EVENT happen to an invoice: settle, return, refund or expire."""
    placed = ctl.client.post(f"{below('invoices', invoice_id)}/events", {"event": event}).json
    ctl.show(placed, _line(placed))


def _line(invoice: Mapping[str, Any]) -> str:
    return f"{invoice['id']}: {invoice['status']}, {invoice['number'] or 'no number'}, {invoice['totalAmount']}"
