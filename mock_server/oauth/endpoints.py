"""Revocation (RFC 7009) and introspection (RFC 7662), on Authlib."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from authlib.oauth2.rfc6749 import InvalidRequestError
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7662 import IntrospectionEndpoint

from mock_server.core.tokens import TokenRefused
from mock_server.oauth.clients import Client
from mock_server.oauth.grants import AUTH_METHODS
from mock_server.oauth.issuing import Issuing
from mock_server.oauth.records import RefreshRecord
from mock_server.oauth.tokens import FAMILY


@dataclass(frozen=True)
class _Token:
    """A token that is good, as Authlib asks for it: an access token's claims, or a refresh token's record."""

    client_id: str
    claims: dict[str, Any] | None = None
    record: RefreshRecord | None = None

    def check_client(self, client: Client) -> bool:
        return self.client_id == client.id

    def is_expired(self) -> bool:
        return False

    def is_revoked(self) -> bool:
        return False


def _found(issuing: Issuing, token: str) -> _Token | None:
    """The token of either kind, if it is good; hints (RFC 7009, 2.1) are not needed to tell them apart."""
    try:
        claims = issuing.desk.check.claims(token, None)
        return _Token(str(claims.get("client_id") or claims["sub"]), claims=claims)
    except TokenRefused:
        pass
    record = issuing.look_at_refresh_token(token)
    return _Token(record.client_id, record=record) if record else None


def _one_token(request: Any) -> None:
    if not request.form.get("token"):
        raise InvalidRequestError("Missing 'token' in request.")


class Revocation(RevocationEndpoint):  # type: ignore[misc]
    """A refresh token takes its whole family along, an access token goes alone. An unknown token is revoked already."""

    CLIENT_AUTH_METHODS = AUTH_METHODS

    def check_params(self, request: Any, client: Client) -> None:
        _one_token(request)
        super().check_params(request, client)

    def query_token(self, token_string: str, token_type_hint: str | None) -> _Token | None:
        return _found(self.server.issuing(), token_string)

    def revoke_token(self, token: _Token, request: Any) -> None:
        issuing: Issuing = self.server.issuing()
        if token.record is not None:
            issuing.revoke_family(token.record.family)
        elif token.claims is not None:
            issuing.revoke_access_token(str(token.claims["jti"]))


class Introspection(IntrospectionEndpoint):  # type: ignore[misc]
    """What a good token says. A client learns of its own tokens only; others are not active to it."""

    CLIENT_AUTH_METHODS = AUTH_METHODS[:2]

    def check_params(self, request: Any, client: Client) -> None:
        _one_token(request)
        super().check_params(request, client)

    def query_token(self, token_string: str, token_type_hint: str | None) -> _Token | None:
        return _found(self.server.issuing(), token_string)

    def check_permission(self, token: _Token, client: Client, request: Any) -> bool:
        return token.check_client(client)

    def introspect_token(self, token: _Token) -> dict[str, Any]:
        if token.claims is not None:
            shown = {name: value for name, value in token.claims.items() if name != FAMILY}
            return {"active": True, "token_type": "Bearer", "client_id": token.client_id, **shown}
        assert token.record is not None, "a token is one or the other"
        return {
            "active": True,
            "token_type": "refresh_token",
            "client_id": token.client_id,
            "scope": token.record.scope,
            "exp": int(token.record.expires_at.timestamp()),
        }
