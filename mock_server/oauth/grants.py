"""The three grants, on Authlib: what is stored for each, and what comes of using something twice."""

from __future__ import annotations

from typing import Any

from authlib.oauth2.rfc6749 import InvalidRequestError, grants
from authlib.oauth2.rfc7636 import CodeChallenge
from flask import g

from mock_server.oauth.clients import Client, User
from mock_server.oauth.issuing import Issuing
from mock_server.oauth.records import CodeRecord, RefreshRecord

AUTH_METHODS = ["client_secret_basic", "client_secret_post", "none"]


class _Code:
    """A stored code, as Authlib asks for it."""

    code_challenge_method = "S256"

    def __init__(self, record: CodeRecord) -> None:
        self.record = record
        self.code_challenge = record.code_challenge

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

    SUPPORTED_CODE_CHALLENGE_METHOD = ("S256",)

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        data = grant.request.payload.data
        if not data.get("code_challenge"):
            raise InvalidRequestError("Missing 'code_challenge': proof keys (PKCE) are required.")
        if data.get("code_challenge_method") != "S256":
            raise InvalidRequestError("Unsupported 'code_challenge_method': only S256 is.")
        super().validate_code_challenge(grant, redirect_uri)


class CodeGrant(grants.AuthorizationCodeGrant):  # type: ignore[misc]
    """Authorization codes: good once, for a minute. Whatever is tried with a code, it is spent afterwards."""

    TOKEN_ENDPOINT_AUTH_METHODS = AUTH_METHODS

    def save_authorization_code(self, code: str, request: Any) -> None:
        redirect_uri = request.payload.redirect_uri or request.client.get_default_redirect_uri()
        challenge = request.payload.data["code_challenge"]
        _issuing(self).keep_code(code, request.client, request.user, redirect_uri, request.scope, challenge)

    def query_authorization_code(self, code: str, client: Client) -> _Code | None:
        record = _issuing(self).use_code(code, client)
        return _Code(record) if record else None

    def delete_authorization_code(self, authorization_code: _Code) -> None:
        """Nothing to do: it was spent when it was looked up, and is kept to know it again."""

    def authenticate_user(self, authorization_code: _Code) -> User | None:
        g.family = authorization_code.record.family
        return _issuing(self).directory.users.get(authorization_code.record.username)

    def validate_token_request(self) -> Any:
        if not self.request.form.get("redirect_uri"):
            raise InvalidRequestError("Missing 'redirect_uri' in request.")
        return super().validate_token_request()


class ClientGrant(grants.ClientCredentialsGrant):  # type: ignore[misc]
    """A client acts for itself. Unlike RFC 6749 has it, a refresh token comes along (seen)."""

    TOKEN_ENDPOINT_AUTH_METHODS = AUTH_METHODS[:2]

    def create_token_response(self) -> tuple[int, dict[str, Any], Any]:
        token = self.generate_token(scope=self.request.payload.scope, include_refresh_token=True)
        self.save_token(token)
        return 200, token, self.TOKEN_RESPONSE_HEADER


class RefreshGrant(grants.RefreshTokenGrant):  # type: ignore[misc]
    """Refresh tokens: each is good once and replaced; using one twice ends its whole family."""

    TOKEN_ENDPOINT_AUTH_METHODS = AUTH_METHODS
    INCLUDE_NEW_REFRESH_TOKEN = True

    def authenticate_refresh_token(self, refresh_token: str) -> _RefreshToken | None:
        record = _issuing(self).find_refresh_token(refresh_token)
        return _RefreshToken(record) if record else None

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


def _issuing(grant: Any) -> Issuing:
    issuing: Issuing = grant.server.issuing()
    return issuing
