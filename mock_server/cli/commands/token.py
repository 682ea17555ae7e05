"""`mock-server token`: print a token that works."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import click


@click.command("token")
@click.option("--group", required=True, metavar="GROUP", help="Which API: invoices or invoice-uploads.")
@click.option("--client", metavar="ID", help="Client of the fixtures; the group's first one by default.")
@click.option("--merchant", metavar="ID", help="Merchant the token is for; the client's own by default.")
@click.option(
    "--expires-in",
    type=int,
    default=43200,
    show_default=True,
    metavar="SECONDS",
    help="Lifetime; a negative one makes an expired token.",
)
@click.option(
    "--signing-key",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="The key the server was started with, if not the default one.",
)
def command(group: str, client: str | None, merchant: str | None, expires_in: int, signing_key: Path | None) -> None:
    """Print a bearer token for one of the APIs."""
    from mock_server.core.clock import SystemClock
    from mock_server.core.ids import RandomIds
    from mock_server.fixtures import fixture, signing_key_file
    from mock_server.oauth.clients import Directory, grant_for
    from mock_server.oauth.tokens import TokenMint, read_key

    grant = grant_for(Directory.read(fixture("clients")), group, client_id=client, merchant_id=merchant)
    mint = TokenMint(read_key(signing_key or signing_key_file()), SystemClock(), RandomIds())
    click.echo(mint.mint(grant, timedelta(seconds=expires_in)))
