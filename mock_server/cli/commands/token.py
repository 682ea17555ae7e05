"""`mock-server token`: print a token that works, or one that fails in the way a test needs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import click

SECONDS = click.IntRange(-(10**10), 10**10)
"""Some 317 years: what dates can carry in any case."""


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no value of JSON")


def _claims(ctx: click.Context, param: click.Parameter, values: Sequence[str]) -> dict[str, Any]:
    """The claims that are given as `NAME=JSON`."""
    claims: dict[str, Any] = {}
    for value in values:
        name, separator, content = value.partition("=")
        if not name or not separator:
            raise click.BadParameter(f"{value!r} is not NAME=JSON", ctx, param)
        try:
            claims[name] = json.loads(content, parse_constant=_refuse)
        except (ValueError, RecursionError) as error:
            message = f"the value of {name} is not JSON: {content!r}; a text needs quotes"
            raise click.BadParameter(message, ctx, param) from error
    return claims


@click.command("token")
@click.option("--group", required=True, metavar="GROUP", help="Which API: invoices or invoice-uploads.")
@click.option("--client", metavar="ID", help="Client of the fixtures; the group's first one by default.")
@click.option("--merchant", metavar="ID", help="Merchant the token is for; the client's own by default.")
@click.option(
    "--expires-in",
    type=SECONDS,
    default=43200,
    show_default=True,
    metavar="SECONDS",
    help="Lifetime; a negative one makes an expired token.",
)
@click.option("--not-before", type=SECONDS, metavar="SECONDS", help="Not good before so many seconds from now (nbf).")
@click.option("--scope", "scopes", multiple=True, metavar="NAME", help="Scope, instead of the client's; repeatable.")
@click.option("--no-scope", is_flag=True, help="No scope at all.")
@click.option(
    "--permission",
    "permissions",
    multiple=True,
    metavar="NAME",
    help="Permission, instead of the client's; repeatable.",
)
@click.option("--no-permission", is_flag=True, help="No permission at all.")
@click.option("--audience", metavar="NAME", help="API it is for; the group by default (aud).")
@click.option("--issuer", metavar="URI", help="Who has issued it; the mock's own issuer by default (iss).")
@click.option(
    "--claim",
    "claims",
    multiple=True,
    callback=_claims,
    metavar="NAME=JSON",
    help="Any claim, added or replaced; null leaves it out; repeatable.",
)
@click.option(
    "--signing-key",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="The key the server was started with, if not the default one.",
)
def command(
    group: str,
    client: str | None,
    merchant: str | None,
    expires_in: int,
    not_before: int | None,
    scopes: Sequence[str],
    no_scope: bool,
    permissions: Sequence[str],
    no_permission: bool,
    audience: str | None,
    issuer: str | None,
    claims: Mapping[str, Any],
    signing_key: Path | None,
) -> None:
    """Print a bearer token for one of the APIs.

    Without further options the token works. The options make any other that a test may need: an expired one, one of a
    foreign issuer, one without the scope.

    Examples:

    \b
      mock-server token --group invoices --expires-in -60
      mock-server token --group invoice-uploads --no-scope
      mock-server token --group invoices --claim 'aud=["invoices", "others"]' --claim jti=null
    """
    from mock_server.core.clock import FixedClock, SystemClock
    from mock_server.core.ids import RandomIds
    from mock_server.fixtures import fixture, signing_key_file
    from mock_server.oauth.clients import Directory, grant_for
    from mock_server.oauth.tokens import TokenMint, read_key

    clock = FixedClock(SystemClock().now())
    grant = grant_for(Directory.read(fixture("clients")), group, client_id=client, merchant_id=merchant)
    more = {
        "aud": audience,
        "iss": issuer,
        "nbf": None if not_before is None else int(clock.now().timestamp()) + not_before,
        "permissions": _instead("--permission", permissions, no_permission),
        "scope": _joined(_instead("--scope", scopes, no_scope)),
    }
    stated = {name: value for name, value in more.items() if value is not None}
    mint = TokenMint(read_key(signing_key or signing_key_file()), clock, RandomIds())
    try:
        token = mint.mint(grant.with_claims({**stated, **claims}), timedelta(seconds=expires_in))
    except UnicodeEncodeError as error:
        raise click.UsageError("A claim holds half of a surrogate pair, which no token can carry.") from error
    click.echo(token)


def _instead(option: str, given: Sequence[str], is_none: bool) -> list[str] | None:
    """What is said instead of what the client has; `None` where nothing is."""
    if given and is_none:
        raise click.UsageError(f"{option} and {option.replace('--', '--no-')} contradict each other.")
    return list(given) if given or is_none else None


def _joined(scopes: list[str] | None) -> str | None:
    return None if scopes is None else " ".join(scopes)
