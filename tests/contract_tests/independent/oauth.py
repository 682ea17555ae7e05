"""Tokens of the independent server: JWTs signed with a shared secret."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import time
import uuid
from typing import Any
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import JSONResponse

SCOPE = "payment-requests:create"
ISSUER = "https://login.independent.example"
AUDIENCE = "uploads"
LIFETIME = 900
_KEY = b"independent"

CLIENTS = {
    "main": ("main-secret", "merchant-1", SCOPE),
    "other": ("other-secret", "merchant-2", SCOPE),
    "limited": ("limited-secret", "merchant-1", "something:else"),
}
REFRESH_TOKENS = {f"refresh-{client}": client for client in CLIENTS}


class Unauthorized(Exception):
    """The token is no good; says why."""


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _signed(text: str) -> str:
    return _text(hmac.new(_KEY, text.encode(), "sha256").digest())


def issued(merchant: str, scope: str) -> str:
    now = int(time.time())
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "iat": now,
        "exp": now + LIFETIME,
        "jti": str(uuid.uuid4()),
        "merchant_id": merchant,
        "scope": scope,
    }
    parts = [_text(json.dumps(each).encode()) for each in ({"alg": "HS256", "typ": "JWT"}, claims)]
    return ".".join([*parts, _signed(".".join(parts))])


def claims_of(authorization: str) -> dict[str, Any]:
    """The claims of a good token. Raises `Unauthorized`."""
    scheme, _, token = authorization.partition(" ")
    if not authorization or scheme.lower() != "bearer" or not token.strip():
        raise Unauthorized("a bearer token is needed")
    head, _, mark = token.strip().rpartition(".")
    if not hmac.compare_digest(_signed(head).encode(), mark.encode("utf-8", "replace")):
        raise Unauthorized("the token is not one of ours")
    try:
        text = head.split(".")[1]
        claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, IndexError, binascii.Error):
        raise Unauthorized("the token is not one of ours") from None
    if claims.get("exp", 0) <= time.time():
        raise Unauthorized("the token has expired")
    if claims.get("aud") != AUDIENCE or claims.get("iss") != ISSUER:
        raise Unauthorized("the token is for somebody else")
    return claims


async def token(request: Request) -> JSONResponse:
    """The token endpoint: refresh tokens only, for the codes are given out on a page."""
    form = {name: values[0] for name, values in parse_qs((await request.body()).decode("latin-1")).items()}
    client = form.get("client_id", "")
    if client not in CLIENTS or form.get("client_secret") != CLIENTS[client][0]:
        return JSONResponse({"error": "invalid_client"}, 401)
    if form.get("grant_type") != "refresh_token":
        return JSONResponse({"error": "unsupported_grant_type"}, 400)
    if REFRESH_TOKENS.get(form.get("refresh_token", "")) != client:
        return JSONResponse({"error": "invalid_grant"}, 400)
    _, merchant, scope = CLIENTS[client]
    reply = {"access_token": issued(merchant, scope), "token_type": "Bearer", "expires_in": LIFETIME, "scope": scope}
    return JSONResponse(reply, headers={"Cache-Control": "no-store"})
