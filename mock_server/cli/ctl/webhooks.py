"""`mock-server ctl webhooks`: the endpoints that are told of events, and one to try it out with."""

from __future__ import annotations

import signal
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from mock_server.cli.control_client import below
from mock_server.cli.ctl import Ctl

FINDINGS = 1
_EVENTS = click.Choice(["invoice.created", "invoice.paid"])
_event_option = click.option(
    "--event", "events", type=_EVENTS, multiple=True, show_default="all", help="Tell of these; repeatable."
)
_merchant_option = click.option("--merchant", metavar="ID", show_default="all", help="Only events of this merchant.")
_secret_option = click.option(
    "--secret-file",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    metavar="FILE",
    show_default="one is made up",
    help="Holds the secret that deliveries are signed with.",
)


@click.group("webhooks")
def command() -> None:
    """Let endpoints be told of events."""


@command.command("add")
@click.argument("url")
@_event_option
@_merchant_option
@_secret_option
@click.option("--disabled", is_flag=True, help="Tell it of nothing but what is sent to it by name.")
@click.pass_obj
def add(
    ctl: Ctl, url: str, events: Sequence[str], merchant: str | None, secret_file: Path | None, disabled: bool
) -> None:
    """Register an endpoint. Its secret is shown this once.

    \b
    Examples:
      mock-server ctl webhooks add http://localhost:9000/hooks
      mock-server ctl webhooks add http://localhost:9000/hooks --event invoice.paid
    """
    stated = {
        **_registration(url, events, merchant, _secret(secret_file)),
        **({"isEnabled": False} if disabled else {}),
    }
    made = ctl.client.post("/webhooks", stated).json
    ctl.show(made, f"{_line(made)}\nsecret: {made['secret']}")


@command.command("list")
@click.pass_obj
def list_(ctl: Ctl) -> None:
    """List the registered endpoints."""
    found = ctl.client.get("/webhooks").json
    ctl.show(found, "\n".join(map(_line, found["webhooks"])) or "no webhooks")


@command.command("remove")
@click.argument("webhook_ids", nargs=-1, required=True, metavar="WEBHOOK...")
@click.pass_obj
def remove(ctl: Ctl, webhook_ids: Sequence[str]) -> None:
    """Forget these endpoints, and give up what is on its way to them."""
    for webhook_id in webhook_ids:
        ctl.client.delete(below("webhooks", webhook_id))
    ctl.show({"removed": list(webhook_ids)}, f"removed: {', '.join(webhook_ids)}")


@command.command("listen")
@click.option("--port", type=click.IntRange(0, 65535), default=0, show_default="a free one", help="Port to listen on.")
@_event_option
@_merchant_option
@_secret_option
@click.option(
    "--answer",
    "status",
    type=click.IntRange(200, 599),
    default=204,
    show_default=True,
    metavar="STATUS",
    help="Answer deliveries with this, to see the mock try again.",
)
@click.option("--count", type=click.IntRange(1), metavar="N", help="Stop after so many; else at Ctrl-C.")
@click.pass_context
def listen(
    ctx: click.Context,
    port: int,
    events: Sequence[str],
    merchant: str | None,
    secret_file: Path | None,
    status: int,
    count: int | None,
) -> None:
    """Be an endpoint: print each delivery, and whether it is genuine.

    Registers itself with the mock, and takes that back at the end. Exit code 1 if any delivery was not genuine.

    \b
    Examples:
      mock-server ctl webhooks listen
      mock-server ctl webhooks listen --answer 503 --count 3
    """
    from secrets import token_urlsafe

    from mock_server.cli.listening import Endpoint

    ctl: Ctl = ctx.obj
    secret = _secret(secret_file) or token_urlsafe(32)
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # the end is that of Ctrl-C: it takes itself back
    with Endpoint(ctl.client, secret, port, status) as endpoint:
        made = ctl.client.post("/webhooks", _registration(endpoint.url, events, merchant, secret)).json
        try:
            click.echo(f"listening on {endpoint.url} as webhook {made['id']}", err=True)
            for delivered in endpoint.deliveries(count):
                ctl.show(delivered.json, delivered.line)
        except KeyboardInterrupt:
            pass
        finally:
            ctl.client.delete(below("webhooks", made["id"]))
    ctx.exit(FINDINGS if endpoint.has_complained else 0)


def _registration(url: str, events: Sequence[str], merchant: str | None, secret: str | None) -> dict[str, Any]:
    stated = {"url": url, "events": list(events) or None, "merchantId": merchant, "secret": secret}
    return {name: value for name, value in stated.items() if value is not None}


def _secret(file: Path | None) -> str | None:
    if file is None:
        return None
    try:
        secret = file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise click.UsageError(f"The secret can't be read from {file}: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise click.UsageError(f"The secret can't be read from {file}: it is no UTF-8 text.") from error
    if not secret:
        raise click.UsageError(f"The secret can't be read from {file}: it is empty.")
    return secret


def _line(webhook: Mapping[str, Any]) -> str:
    whose = f" of merchant {webhook['merchantId']}" if webhook["merchantId"] else ""
    off = "" if webhook["isEnabled"] else " (disabled)"
    return f"{webhook['id']}  {webhook['url']}  {', '.join(webhook['events'])}{whose}{off}"
