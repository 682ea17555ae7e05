"""Issuing, spending and revoking codes and tokens, inside one unit of work."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from joserfc.jwk import RSAKey

from mock_server.core.clock import Clock
from mock_server.core.ids import Ids
from mock_server.core.instants import add_clamped
from mock_server.core.namespace import Namespace
from mock_server.core.records import UnitOfWork
from mock_server.oauth.clients import Client, Directory, User
from mock_server.oauth.records import CODES, REFRESH_TOKENS, CodeRecord, RefreshRecord, digest, is_revoked, revoke
from mock_server.oauth.revocations import Revocations
from mock_server.oauth.rules import Figures, refused
from mock_server.oauth.tokens import FAMILY, Grant, TokenCheck, TokenMint
from openapi.model import Contract

_LATEST = datetime(9999, 1, 1, tzinfo=UTC).timestamp()
"""A token that was made by hand may never expire; no store keeps a later instant than this."""


@dataclass(frozen=True)
class Desk:
    """What all issuing in one namespace shares."""

    directory: Directory
    figures: Figures
    mint: TokenMint
    check: TokenCheck
    clock: Clock
    ids: Ids
    revocations: Revocations


@dataclass(frozen=True)
class AuthorizationSettings:
    """How the authorization server is set up.

    `contract`: how each of its rules refuses. `namespace_of`: the one a request, as WSGI describes it, is for; its
    services under the contract's name are `Issuing`. `public_url`: the server's origin; `None` for the one each client
    uses. `auto_approve`: the user in whose name every request is approved without a page; `None` shows the page.
    """

    contract: Contract
    key: RSAKey
    directory: Directory
    figures: Figures
    namespace_of: Callable[[Mapping[str, Any]], Namespace]
    public_url: str | None = None
    auto_approve: str | None = None


@dataclass(frozen=True)
class Issuing:
    """One request's dealings with codes and tokens."""

    desk: Desk
    work: UnitOfWork

    @property
    def directory(self) -> Directory:
        return self.desk.directory

    def now(self) -> datetime:
        return self.desk.clock.now()

    def new_family(self) -> str:
        """A name for all tokens that come from one authorization."""
        return self.desk.ids.new().replace("-", "")

    def keep_code(
        self, code: str, client: Client, user: User, redirect_uri: str, scope: str, code_challenge: str
    ) -> None:
        """Remember a code that has just been made for a user's client."""
        expires_at = add_clamped(self.now(), self.desk.figures.code_lifetime)
        record = CodeRecord(
            id=digest(code),
            family=self.new_family(),
            client_id=client.id,
            username=user.username,
            redirect_uri=redirect_uri,
            scope=scope,
            code_challenge=code_challenge,
            expires_at=expires_at,
            kept_until=expires_at,
        )
        self.work.records(CODES).add(record)

    def use_code(self, code: str, client: Client, redirect_uri: str) -> CodeRecord:
        """What the code stands for; whatever comes next, it is spent.

        A code that comes back is in the wrong hands: all tokens that came from it are revoked (RFC 6749, 4.1.2).

        Raises:
            Refused: unknown, used, lapsed, another client's, or asked for with another redirect URI.
        """
        record = self.work.records(CODES).get(digest(code))
        if record is None:
            raise refused("AUTH-CODE")
        if record.is_used:
            self.revoke_family(record.family)
            raise refused("AUTH-CODE-SINGLE-USE")
        if record.expires_at <= self.now():
            raise refused("AUTH-CODE-LIFETIME")
        kept_until = add_clamped(self.now(), self.desk.figures.refresh_lifetime)
        self.work.records(CODES).replace(replace(record, is_used=True, kept_until=kept_until))
        if record.client_id != client.id:
            raise refused("AUTH-CODE")
        if record.redirect_uri not in {"", redirect_uri}:
            raise refused("AUTH-CODE-REDIRECT")
        return record

    def token(self, client: Client, user: User | Client | None, scope: str, family: str | None) -> dict[str, Any]:
        """A token reply without a refresh token, for a client that acts for a user or for itself."""
        person = user if isinstance(user, User) else None
        grant = Grant(
            subject=person.username if person else client.id,
            merchant_id=person.merchant_id if person else client.merchant_id,
            audience=client.group,
            permissions=client.permissions,
            scopes=tuple(scope.split()),
            more={"client_id": client.id, FAMILY: family},
        )
        lifetime = self.desk.figures.access_lifetime
        reply = {
            "access_token": self.desk.mint.mint(grant, lifetime),
            "token_type": "Bearer",
            "expires_in": int(lifetime.total_seconds()),
        }
        return {**reply, "scope": scope} if scope else reply

    def refresh_token(self, client: Client, user: User | Client | None, scope: str, family: str) -> str:
        """A new refresh token of a family."""
        token = self.desk.ids.secret()
        record = RefreshRecord(
            id=digest(token),
            family=family,
            client_id=client.id,
            username=user.username if isinstance(user, User) else "",
            scope=scope,
            expires_at=add_clamped(self.now(), self.desk.figures.refresh_lifetime),
        )
        self.work.records(REFRESH_TOKENS).add(record)
        return token

    def good_refresh_token(self, token: str, client: Client) -> RefreshRecord:
        """What the refresh token stands for. One that was used before ends its family: somebody has stolen it.

        Raises:
            Refused: unknown, used, expired, revoked, or another client's.
        """
        record = self.find_refresh_token(token)
        if record is None:
            raise refused("AUTH-REFRESH")
        if record.is_used:
            self.revoke_family(record.family)
            raise refused("AUTH-REFRESH-ROTATION")
        if record.expires_at <= self.now():
            raise refused("AUTH-REFRESH-LIFETIME")
        if record.client_id != client.id or is_revoked(self.work, record.family):
            raise refused("AUTH-REFRESH")
        return record

    def find_refresh_token(self, token: str) -> RefreshRecord | None:
        """The refresh token, good or not; looking at it changes nothing."""
        return self.work.records(REFRESH_TOKENS).get(digest(token))

    def is_good(self, record: RefreshRecord) -> bool:
        """Whether the next token can be had for this one."""
        return not record.is_used and record.expires_at > self.now() and not is_revoked(self.work, record.family)

    def spend_refresh_token(self, record: RefreshRecord) -> None:
        """The token was used."""
        self.work.records(REFRESH_TOKENS).replace(replace(record, is_used=True))

    def has_revoked(self, names: Sequence[str]) -> bool:
        """Whether one of these families or access tokens was revoked."""
        return any(is_revoked(self.work, name) for name in names)

    def revoke_family(self, family: str) -> None:
        """Make all tokens of a family good no more."""
        self._revoke(family, add_clamped(self.now(), self.desk.figures.refresh_lifetime))

    def revoke_access_token(self, claims: Mapping[str, Any]) -> None:
        """Make an access token good no more; tokens that were made by hand may live long, and are remembered as long.

        Raises:
            Refused: it has no id to remember it by.
        """
        if not claims.get("jti"):
            raise refused("AUTH-REVOKE-KIND")
        until = math.ceil(min(float(claims["exp"]), _LATEST))
        self._revoke(str(claims["jti"]), datetime.fromtimestamp(until, UTC))

    def _revoke(self, name: str, until: datetime) -> None:
        revoke(self.work, name, until)
        self.desk.revocations.note(name)
