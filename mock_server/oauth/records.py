"""What the authorization server remembers. Codes and refresh tokens are kept as digests: no store gives them away."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mock_server.core.records import Collection, Column, Condition, Query, UnitOfWork


@dataclass(frozen=True)
class CodeRecord:
    """An authorization code. `id`: its SHA-256. `family`: of all tokens that come from it."""

    id: str
    family: str
    client_id: str
    username: str
    redirect_uri: str
    scope: str
    code_challenge: str
    expires_at: datetime
    is_used: bool = False
    version: int = 0


@dataclass(frozen=True)
class RefreshRecord:
    """A refresh token. `id`: its SHA-256. `username`: empty where a client acts for itself."""

    id: str
    family: str
    client_id: str
    username: str
    scope: str
    expires_at: datetime
    is_used: bool = False
    version: int = 0


@dataclass(frozen=True)
class Revoked:
    """A family of tokens, or one access token by its `jti`, that is good no more. Kept until it would have expired."""

    id: str
    expires_at: datetime
    version: int = 0


CODES: Collection[CodeRecord] = Collection(
    "oauth_codes", CodeRecord, {"expires_at": Column(datetime, lambda code: code.expires_at)}, indexes=[("expires_at",)]
)
REFRESH_TOKENS: Collection[RefreshRecord] = Collection(
    "oauth_refresh_tokens",
    RefreshRecord,
    {"expires_at": Column(datetime, lambda token: token.expires_at)},
    indexes=[("expires_at",)],
)
REVOKED: Collection[Revoked] = Collection(
    "oauth_revoked", Revoked, {"expires_at": Column(datetime, lambda each: each.expires_at)}, indexes=[("expires_at",)]
)
COLLECTIONS: Sequence[Collection[Any]] = (CODES, REFRESH_TOKENS, REVOKED)


def digest(secret: str) -> str:
    """Under what a code or refresh token is kept."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def revoke(work: UnitOfWork, name: str, until: datetime) -> None:
    """Make a family or an access token good no more; twice is once."""
    if work.records(REVOKED).get(name) is None:
        work.records(REVOKED).add(Revoked(name, until))


def forget_expired(work: UnitOfWork, now: datetime) -> datetime | None:
    """Forget what has expired anyway; return when the next thing expires, `None` for never."""
    following: list[datetime] = []
    for collection in COLLECTIONS:
        records = work.records(collection)
        for each in records.find(Query(where=[Condition("expires_at", "<=", now)])).items:
            records.remove(each)
        first = records.first(Query(where=[Condition("expires_at", ">", now)], order_by="expires_at"))
        if first is not None:
            following.append(first.expires_at)
    return min(following, default=None)
