"""Revocation (RFC 7009) and introspection (RFC 7662), on Authlib."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7662 import IntrospectionEndpoint

from mock_server.core.tokens import TokenRefused
from mock_server.oauth.clients import Client
from mock_server.oauth.grants import AUTH_METHODS, SECRET_METHODS, required
from mock_server.oauth.issuing import Issuing
from mock_server.oauth.records import RefreshRecord
from mock_server.oauth.rules import refused
from mock_server.oauth.tokens import FAMILY

_Claims = Mapping[str, Any]
_TOLD = ("sub", "scope", "aud", "iss", "iat", "nbf", "exp", "jti", "merchant_id", "permissions")


class Revocation(RevocationEndpoint):  # type: ignore[misc]
    """A refresh token takes its whole family along, an access token goes alone. An unknown token is revoked already.

    Hints (RFC 7009, 2.1) are not needed to tell the two apart, and are ignored.
    """

    CLIENT_AUTH_METHODS = AUTH_METHODS

    def authenticate_token(self, request: Any, client: Client) -> _Claims | RefreshRecord | None:
        """A good access token's claims or a refresh token, also a used one: whoever has it means its family."""
        issuing: Issuing = self.server.issuing()
        token = required(request.form, "token")
        found = _claims(issuing, token) or issuing.find_refresh_token(token)
        if found and _client_of(found) != client.id:
            raise refused("AUTH-REVOKE-CLIENT")
        return found

    def revoke_token(self, token: _Claims | RefreshRecord, request: Any) -> None:
        issuing: Issuing = self.server.issuing()
        if isinstance(token, RefreshRecord):
            issuing.revoke_family(token.family)
        else:
            issuing.revoke_access_token(token)


class Introspection(IntrospectionEndpoint):  # type: ignore[misc]
    """What a good token says. A client learns of its own tokens only; others are not active to it."""

    CLIENT_AUTH_METHODS = SECRET_METHODS

    def authenticate_token(self, request: Any, client: Client) -> _Claims | RefreshRecord | None:
        issuing: Issuing = self.server.issuing()
        token = required(request.form, "token")
        found = _claims(issuing, token) or issuing.find_refresh_token(token)
        is_told = found is not None and _client_of(found) == client.id
        is_good = not isinstance(found, RefreshRecord) or issuing.is_good(found)
        return found if is_told and is_good else None

    def create_introspection_payload(self, token: _Claims | RefreshRecord | None) -> dict[str, Any]:
        if token is None:
            return {"active": False}
        return {"active": True, **(_told_of_refresh(token) if isinstance(token, RefreshRecord) else _told(token))}


def _claims(issuing: Issuing, token: str) -> _Claims | None:
    try:
        return issuing.desk.check.claims(token, None, issuing.has_revoked)
    except TokenRefused:
        return None


def _client_of(found: _Claims | RefreshRecord) -> str:
    """Tokens of the command line name no client: their subject is one."""
    return found.client_id if isinstance(found, RefreshRecord) else str(found.get("client_id") or found.get("sub"))


def _told(claims: _Claims) -> dict[str, Any]:
    told = {name: claims[name] for name in _TOLD if name in claims}
    is_person = FAMILY in claims and claims.get("sub") != claims.get("client_id")
    person = {"username": claims["sub"]} if is_person else {}
    return {"token_type": "Bearer", "client_id": _client_of(claims), **person, **told}


def _told_of_refresh(record: RefreshRecord) -> dict[str, Any]:
    person = {"username": record.username} if record.username else {}
    scope = {"scope": record.scope} if record.scope else {}
    return {
        "token_type": "refresh_token",
        "client_id": record.client_id,
        "sub": record.username or record.client_id,
        **person,
        **scope,
        "exp": int(record.expires_at.timestamp()),
    }
