"""`mock-server ctl outbox`: what has gone out, and sending it again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import click

from mock_server.cli.control_client import below
from mock_server.cli.ctl import Ctl


@click.group("outbox")
def command() -> None:
    """See what has gone out, SMS and events, and send it again."""


@command.command("list")
@click.option("--kind", type=click.Choice(["sms", "event"]), help="Only SMS, or only events.")
@click.option("--type", "type_", metavar="TYPE", help="Only this type, such as invoice.paid.")
@click.option("--invoice", metavar="ID", help="Only what is about this invoice.")
@click.option("--state", type=click.Choice(["kept", "pending", "delivered", "failed"]), help="Only what is so far.")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="So many at most.")
@click.pass_obj
def list_(ctl: Ctl, kind: str | None, type_: str | None, invoice: str | None, state: str | None, limit: int) -> None:
    """List the messages, the latest first.

    \b
    Examples:
      mock-server ctl outbox list --kind sms
      mock-server ctl outbox list --type invoice.paid --state failed
    """
    query = {"kind": kind, "type": type_, "invoiceId": invoice, "state": state, "limit": limit}
    found = ctl.client.get("/outbox", query).json
    lines = [*map(_line, found["messages"]), *_rest(found)]
    ctl.show(found, "\n".join(lines) or "no messages")


@command.command("show")
@click.argument("message_id", metavar="MESSAGE")
@click.pass_obj
def show(ctl: Ctl, message_id: str) -> None:
    """Show a message with every attempt to deliver it."""
    sent = ctl.client.get(below("outbox", message_id)).json
    ctl.show(sent, "\n".join(_told(sent)))


@command.command("resend")
@click.argument("message_id", metavar="MESSAGE")
@click.option("--webhook", "webhook_id", metavar="ID", help="To this one; else to all that want it.")
@click.pass_obj
def resend(ctl: Ctl, message_id: str, webhook_id: str | None) -> None:
    """Deliver an event once more, whether it was delivered before or not."""
    sent = ctl.client.post(below("outbox", message_id, "resend"), {"webhookId": webhook_id} if webhook_id else {}).json
    ctl.show(sent, "\n".join(_told(sent)))


@command.command("clear")
@click.pass_obj
def clear(ctl: Ctl) -> None:
    """Forget all messages; what is still to be sent is not sent any more."""
    ctl.client.delete("/outbox")
    ctl.show({"cleared": "all"}, "cleared: all messages")


def _line(message: Mapping[str, Any]) -> str:
    about = f"to {message['to']}: {message['text']}" if message["kind"] == "sms" else f"invoice {message['resourceId']}"
    return f"{message['id']}  {message['at']}  {message['type']}  {message['state']}  {about}"


def _rest(found: Mapping[str, Any]) -> Iterator[str]:
    left = found["total"] - len(found["messages"])
    if left > 0:
        yield f"and {left} more"


def _told(sent: Mapping[str, Any]) -> Iterator[str]:
    """A message, its deliveries and their attempts, a line each."""
    yield _line(sent)
    if "body" in sent:
        yield f"  {sent['body']}"
    for delivery in sent["deliveries"]:
        following = f", next attempt at {delivery['nextAttemptAt']}" if delivery["nextAttemptAt"] else ""
        yield f"  {delivery['state']}: {delivery['url']} (webhook {delivery['webhookId']}){following}"
        for attempt in delivery["attempts"]:
            said = [str(each) for each in (attempt["status"], attempt["error"], attempt["answer"]) if each]
            yield f"    {attempt['at']}  {', '.join(said)}"
