"""The three grants, on Authlib: what is stored for each, and what comes of using something twice."""

from __future__ import annotations

import hmac
import re
from typing import Any

from authlib.oauth2.rfc6749 import grants
from authlib.oauth2.rfc7636 import CodeChallenge, create_s256_code_challenge
from flask import g

from mock_server.oauth.clients import Client, User
from mock_server.oauth.issuing import Issuing
from mock_server.oauth.records import CodeRecord, RefreshRecord
from mock_server.oauth.redirects import with_answer
from mock_server.oauth.rules import refused

AUTH_METHODS = ["client_secret_basic", "client_secret_post", "none"]
SECRET_METHODS = AUTH_METHODS[:2]
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")


class _Code:
    """A stored code, as Authlib asks for it."""

    def __init__(self, record: CodeRecord) -> None:
        self.record = record

    def get_redirect_uri(self) -> str:
        return self.record.redirect_uri

    def get_scope(self) -> str:
        return self.record.scope


class _RefreshToken:
    """A stored refresh token, as Authlib asks for it."""

    def __init__(self, record: RefreshRecord) -> None:
        self.record = record

    def check_client(self, client: Client) -> bool:
        return self.record.client_id == client.id

    def get_scope(self) -> str:
        return self.record.scope


class ProofKey(CodeChallenge):  # type: ignore[misc]
    """PKCE with S256 and nothing else, asked of every client (RFC 9700)."""

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        asked = grant.request.payload.data
        is_given = _CHALLENGE.fullmatch(asked.get("code_challenge", ""))
        if not is_given or asked.get("code_challenge_method") != "S256":
            raise refused("AUTH-CHALLENGE")

    def validate_code_verifier(self, grant: Any, result: Any) -> None:
        verifier = grant.request.form.get("code_verifier", "")
        if not _VERIFIER.fullmatch(verifier):
            raise refused("AUTH-VERIFIER")
        expected: str = grant.request.authorization_code.record.code_challenge
        if not hmac.compare_digest(create_s256_code_challenge(verifier), expected):
            raise refused("AUTH-PKCE")


class CodeGrant(grants.AuthorizationCodeGrant):  # type: ignore[misc]
    """Authorization codes: good once, for a minute. Whatever is tried with a code, it is spent afterwards."""

    TOKEN_ENDPOINT_AUTH_METHODS = AUTH_METHODS

    def create_authorization_response(self, redirect_uri: str, grant_user: User) -> tuple[int, str, Any]:
        """Back to the client with a code, the state as it was sent, and who it is from (RFC 9207)."""
        self.request.user = grant_user
        code = self.generate_authorization_code()
        self.save_authorization_code(code, self.request)
        state = self.request.payload.state
        told = [("code", code), *([("state", state)] if state else []), ("iss", self.server.issuer())]
        return 302, "", [("Location", with_answer(redirect_uri, told))]

    def generate_authorization_code(self) -> str:
        return _issuing(self).desk.ids.secret()

    def save_authorization_code(self, code: str, request: Any) -> None:
        asked = request.payload
        challenge = asked.data["code_challenge"]
        _issuing(self).keep_code(code, request.client, request.user, asked.redirect_uri or "", request.scope, challenge)

    def query_authorization_code(self, code: str, client: Client) -> _Code:
        given = required(self.request.form, "code")
        return _Code(_issuing(self).use_code(given, client, self.request.form.get("redirect_uri", "")))

    def delete_authorization_code(self, authorization_code: _Code) -> None:
        """Nothing to do: it was spent when it was looked up, and is kept to know it again."""

    def authenticate_user(self, authorization_code: _Code) -> User | None:
        g.family = authorization_code.record.family
        return _issuing(self).directory.users.get(authorization_code.record.username)


class ClientGrant(grants.ClientCredentialsGrant):  # type: ignore[misc]
    """A client acts for itself. Unlike RFC 6749 has it, a refresh token comes along (seen)."""

    TOKEN_ENDPOINT_AUTH_METHODS = SECRET_METHODS

    def create_token_response(self) -> tuple[int, dict[str, Any], Any]:
        token = self.generate_token(scope=self.request.payload.scope, include_refresh_token=True)
        self.save_token(token)
        return 200, token, self.TOKEN_RESPONSE_HEADER


class RefreshGrant(grants.RefreshTokenGrant):  # type: ignore[misc]
    """Refresh tokens: each is good once and replaced; using one twice ends its whole family."""

    TOKEN_ENDPOINT_AUTH_METHODS = AUTH_METHODS
    INCLUDE_NEW_REFRESH_TOKEN = True

    def authenticate_refresh_token(self, refresh_token: str) -> _RefreshToken:
        given = required(self.request.form, "refresh_token")
        return _RefreshToken(_issuing(self).good_refresh_token(given, self.request.client))

    def authenticate_user(self, refresh_token: _RefreshToken) -> User | Client | None:
        """Who the token is for: a user, or the client itself."""
        record = refresh_token.record
        g.family = record.family
        if not record.username:
            client: Client = self.request.client
            return client
        return _issuing(self).directory.users.get(record.username)

    def revoke_old_credential(self, refresh_token: _RefreshToken) -> None:
        _issuing(self).spend_refresh_token(refresh_token.record)


def required(form: Any, name: str) -> str:
    """A parameter that can't be left out; an empty one counts as left out (RFC 6749, 3.2).

    Raises:
        Refused: it is missing.
    """
    value: str = form.get(name, "")
    if not value:
        raise refused("AUTH-PARAMETER", f"The parameter {name} is missing.")
    return value


def _issuing(grant: Any) -> Issuing:
    issuing: Issuing = grant.server.issuing()
    return issuing
