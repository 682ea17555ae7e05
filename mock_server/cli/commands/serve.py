"""`mock-server serve`: run the mock until it is stopped."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import click

from mock_server.cli.admin_token import admin_token
from mock_server.settings import Settings

_DEFAULTS = Settings()
TOKEN_VARIABLE = "MOCK_SERVER_SERVE_ADMIN_TOKEN"  # noqa: S105  # the name of a variable


def _no_nan(ctx: click.Context, param: click.Parameter, value: float) -> float:
    if math.isnan(value):  # neither below nor above the bounds of the range
        raise click.BadParameter("it is no number", ctx, param)
    return value


@click.command("serve")
@click.option("--host", default=_DEFAULTS.host, show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=_DEFAULTS.port,
    show_default=True,
    help="Port to listen on; 0 takes a free one.",
)
@click.option(
    "--state",
    default=_DEFAULTS.state,
    show_default="in memory",
    metavar="URL",
    help="Where records live: sqlite:///FILE keeps them for one server, postgresql+psycopg://... shares them.",
)
@click.option(
    "--objects",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="PATH",
    show_default="a temporary folder",
    help="Folder for uploaded bytes.",
)
@click.option(
    "--seed",
    default=_DEFAULTS.seed,
    show_default=True,
    metavar="NAME|FILE|none",
    help="What an empty state is filled with.",
)
@click.option("--id-seed", metavar="TEXT", help="Make new ids predictable: the same text, the same ids.")
@click.option(
    "--signing-key",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    show_default="a public test key",
    help="Private RSA key (JWK) that tokens are signed with.",
)
@click.option("--public-url", metavar="ORIGIN", help="Origin of presigned URLs, where clients see another one.")
@click.option("--auto-approve", metavar="USER", help="Approve authorization requests in this user's name, unasked.")
@click.option(
    "--admin-token-file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Token that callers of the mock's own API (/_mock) need; or in the environment.",
)
@click.option(
    "--max-namespaces",
    type=click.IntRange(min=1),
    default=_DEFAULTS.max_namespaces,
    show_default=True,
    help="So many namespaces at most.",
)
@click.option(
    "--namespace-idle-minutes",
    type=click.IntRange(1, 10_000_000),
    default=_DEFAULTS.namespace_idle_minutes,
    show_default=True,
    help="A namespace that is unused for longer lapses; the default one never does.",
)
@click.option(
    "--journal-exchanges",
    type=click.IntRange(min=1),
    default=_DEFAULTS.journal_exchanges,
    show_default=True,
    help="So many exchanges are kept in each namespace's journal.",
)
@click.option(
    "--allow-webhook-host",
    "webhook_hosts",
    multiple=True,
    envvar="MOCK_SERVER_SERVE_ALLOW_WEBHOOK_HOST",
    metavar="HOST",
    show_default="only this machine",
    help="Let webhooks lead to this host, * to any; repeatable.",
)
@click.option(
    "--webhook-seconds",
    type=click.FloatRange(0, 60, min_open=True),
    callback=_no_nan,
    default=_DEFAULTS.webhook_seconds,
    show_default=True,
    metavar="SECONDS",
    help="How long an attempt to deliver may take.",
)
@click.option("--access-log/--no-access-log", default=True, show_default=True, help="A line of JSON per request.")
def command(admin_token_file: Path | None, **options: Any) -> None:
    """Serve both APIs until Ctrl-C.

    Each option can also be set as MOCK_SERVER_SERVE_<OPTION> in the environment.
    """
    from mock_server.cli.running import run

    run(Settings(**options, admin_token=admin_token(admin_token_file, TOKEN_VARIABLE)))
