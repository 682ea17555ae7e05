"""Issuing, spending and revoking codes and tokens, inside one unit of work."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from joserfc.jwk import RSAKey

from mock_server.core.clock import Clock
from mock_server.core.records import Store, UnitOfWork
from mock_server.oauth.clients import Client, Directory, User
from mock_server.oauth.records import CODES, REFRESH_TOKENS, REVOKED, CodeRecord, RefreshRecord, digest, revoke
from mock_server.oauth.revocations import Revocations
from mock_server.oauth.tokens import FAMILY, Grant, TokenCheck, TokenMint

ACCESS_LIFETIME = timedelta(seconds=900)
"""Seen."""

CODE_LIFETIME = timedelta(seconds=60)
REFRESH_LIFETIME = timedelta(days=30)
"""Assumed."""


@dataclass(frozen=True)
class Desk:
    """What all issuing shares."""

    directory: Directory
    mint: TokenMint
    check: TokenCheck
    clock: Clock
    revocations: Revocations


@dataclass(frozen=True)
class AuthorizationSettings:
    """How the authorization server is set up.

    `auto_approve`: the user in whose name every request is approved without a page; `None` shows the page.
    """

    key: RSAKey
    store: Store
    namespace: str
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

    def keep_code(
        self, code: str, client: Client, user: User, redirect_uri: str, scope: str, code_challenge: str
    ) -> None:
        """Remember a code that has just been made for a user's client."""
        record = CodeRecord(
            id=digest(code),
            family=secrets.token_hex(16),
            client_id=client.id,
            username=user.username,
            redirect_uri=redirect_uri,
            scope=scope,
            code_challenge=code_challenge,
            expires_at=self.now() + CODE_LIFETIME,
        )
        self.work.records(CODES).add(record)

    def use_code(self, code: str, client: Client) -> CodeRecord | None:
        """The code, if it is this client's, fresh and unused; whatever comes next, it is spent.

        A code that comes back is in the wrong hands: all tokens that came from it are revoked (RFC 6749, 4.1.2).
        """
        record = self.work.records(CODES).get(digest(code))
        if record is None:
            return None
        if record.is_used:
            self.revoke_family(record.family)
            return None
        self.work.records(CODES).replace(replace(record, is_used=True))
        is_good = record.client_id == client.id and record.expires_at > self.now()
        return record if is_good else None

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
        reply = {
            "access_token": self.desk.mint.mint(grant, ACCESS_LIFETIME),
            "token_type": "Bearer",
            "expires_in": int(ACCESS_LIFETIME.total_seconds()),
        }
        return {**reply, "scope": scope} if scope else reply

    def refresh_token(self, client: Client, user: User | Client | None, scope: str, family: str) -> str:
        """A new refresh token of a family."""
        token = secrets.token_urlsafe(32)
        record = RefreshRecord(
            id=digest(token),
            family=family,
            client_id=client.id,
            username=user.username if isinstance(user, User) else "",
            scope=scope,
            expires_at=self.now() + REFRESH_LIFETIME,
        )
        self.work.records(REFRESH_TOKENS).add(record)
        return token

    def find_refresh_token(self, token: str) -> RefreshRecord | None:
        """The refresh token, if it is good. One that was used before ends its family: somebody has stolen it."""
        record = self.work.records(REFRESH_TOKENS).get(digest(token))
        if record is None or record.expires_at <= self.now():
            return None
        if record.is_used:
            self.revoke_family(record.family)
            return None
        return None if self.is_revoked(record.family) else record

    def look_at_refresh_token(self, token: str) -> RefreshRecord | None:
        """The refresh token, if it is good; looking at it changes nothing."""
        record = self.work.records(REFRESH_TOKENS).get(digest(token))
        is_good = record is not None and not record.is_used and record.expires_at > self.now()
        return record if record and is_good and not self.is_revoked(record.family) else None

    def spend_refresh_token(self, record: RefreshRecord) -> None:
        """The token was used."""
        self.work.records(REFRESH_TOKENS).replace(replace(record, is_used=True))

    def is_revoked(self, name: str) -> bool:
        """Whether a family or an access token was revoked."""
        return self.work.records(REVOKED).get(name) is not None

    def revoke_family(self, family: str) -> None:
        """Make all tokens of a family good no more."""
        self._revoke(family, self.now() + REFRESH_LIFETIME)

    def revoke_access_token(self, token_id: str) -> None:
        """Make an access token good no more."""
        self._revoke(token_id, self.now() + ACCESS_LIFETIME)

    def _revoke(self, name: str, until: datetime) -> None:
        revoke(self.work, name, until)
        self.desk.revocations.note(name)
