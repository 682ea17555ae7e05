"""What the authorization server remembers. Codes and refresh tokens are kept as digests: no store gives them away."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from mock_server.core.records import Collection, Column, Condition, Query, UnitOfWork


@dataclass(frozen=True)
class CodeRecord:
    """An authorization code. `id`: its SHA-256. `family`: of all tokens that come from it.

    `redirect_uri`: as in the authorization request; empty where it was left out.
    `kept_until`: a used code is known again for as long as the refresh token that it was exchanged for is good.
    """

    id: str
    family: str
    client_id: str
    username: str
    redirect_uri: str
    scope: str
    code_challenge: str
    expires_at: datetime
    kept_until: datetime
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
    """A family of tokens, or one access token by its `jti`, that is good no more.

    `id`: the digest of its name, for a token that was made by hand may have any text there.
    `kept_until`: when it would have expired anyway.
    """

    id: str
    kept_until: datetime
    version: int = 0


CODES: Collection[CodeRecord] = Collection(
    "oauth_codes", CodeRecord, {"kept_until": Column(datetime, lambda code: code.kept_until)}, indexes=[("kept_until",)]
)
REFRESH_TOKENS: Collection[RefreshRecord] = Collection(
    "oauth_refresh_tokens",
    RefreshRecord,
    {"kept_until": Column(datetime, lambda token: token.expires_at)},
    indexes=[("kept_until",)],
)
REVOKED: Collection[Revoked] = Collection(
    "oauth_revoked", Revoked, {"kept_until": Column(datetime, lambda each: each.kept_until)}, indexes=[("kept_until",)]
)
COLLECTIONS: Sequence[Collection[Any]] = (CODES, REFRESH_TOKENS, REVOKED)


def digest(secret: str) -> str:
    """Under what a code, a refresh token or the name of something revoked is kept."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def revoke(work: UnitOfWork, name: str, until: datetime) -> None:
    """Make a family or an access token good no more; twice is once."""
    if not is_revoked(work, name):
        work.records(REVOKED).add(Revoked(digest(name), until))


def is_revoked(work: UnitOfWork, name: str) -> bool:
    """Whether a family or an access token is good no more."""
    return work.records(REVOKED).get(digest(name)) is not None


def forget_expired(work: UnitOfWork, now: datetime) -> datetime | None:
    """Forget what nobody needs to know any more; return when there is next something to forget, `None` for never."""
    following: list[datetime] = []
    for collection in COLLECTIONS:
        records = work.records(collection)
        for each in records.find(Query(where=[Condition("kept_until", "<=", now)])).items:
            records.remove(each)
        first = records.first(Query(where=[Condition("kept_until", ">", now)], order_by="kept_until"))
        if first is not None:
            following.append(cast("datetime", collection.columns["kept_until"].value(first)))
    return min(following, default=None)
