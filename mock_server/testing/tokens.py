"""Tokens as tests need them: those that work, and those that fail in a certain way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from mock_server.core.ids import RandomIds
from mock_server.core.namespace import Namespace
from mock_server.live import LiveServer
from mock_server.oauth.clients import grant_for
from mock_server.oauth.tokens import TokenMint


@dataclass(frozen=True)
class Wish:
    """What a token is to say; what is `None` is the client's own."""

    group: str
    client: str | None
    merchant: str | None
    lifetime: timedelta
    permissions: Sequence[str] | None
    scopes: Sequence[str] | None
    claims: Mapping[str, Any]


def minted(live: LiveServer, namespace: Namespace, wish: Wish) -> str:
    """The token, good on the namespace's clock and for this namespace alone.

    Its id is random: those of the namespace stay predictable, however many tokens a test takes.
    """
    grant = grant_for(live.server.directory, wish.group, client_id=wish.client, merchant_id=wish.merchant)
    if wish.permissions is not None:
        grant = replace(grant, permissions=tuple(wish.permissions))
    if wish.scopes is not None:
        grant = replace(grant, scopes=tuple(wish.scopes))
    mint = TokenMint(live.server.key, namespace.clock, RandomIds(), namespace.name)
    return mint.mint(grant.with_claims(wish.claims), wish.lifetime)
