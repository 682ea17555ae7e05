"""Bearer tokens at the door: who calls, and whether the contract lets them (RFC 6750)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from mock_server.core.errors import Refused
from mock_server.core.exchange import Caller
from mock_server.core.group import Group
from mock_server.core.head import Head
from mock_server.core.tokens import TokenFault, TokenRefused, TokenVerifier
from mock_server.http.context import Exchange
from mock_server.http.guard import Guard

_Known = Mapping[str, Any]
Verify = Callable[[Any], _Known | Awaitable[_Known]]


def security_map(group: Group, guard: Guard, *, asks_far_away: bool) -> dict[str, type[Any]]:
    """Handlers for every kind of security scheme the contracts use, in the form Connexion asks for.

    A group without an audience takes no tokens of the APIs: the guard lets its callers in.

    `asks_far_away`: whether a token was revoked is asked of a store that is not embedded; that belongs on a thread.
    """

    class BearerHandler:
        """Connexion makes one per scheme and operation; `required_scopes` is what the contract asks for there."""

        def get_fn(self, security_scheme: Mapping[str, Any], required_scopes: Sequence[str]) -> Verify:
            needed = frozenset(required_scopes) | group.grants

            def verify(request: Any) -> _Known:
                exchange = Exchange.of(request.scope)
                caller = _caller(exchange.head.once(_stated_token), group, exchange.namespace.verifier)
                exchange.caller = caller
                _check_grants(caller, needed, group)
                return {"sub": caller.subject}

            async def verify_on_thread(request: Any) -> _Known:
                return await asyncio.to_thread(verify, request)

            return verify_on_thread if asks_far_away else verify

    class GuardedHandler:
        """For the mock's own API."""

        def get_fn(self, security_scheme: Mapping[str, Any], required_scopes: Sequence[str]) -> Verify:
            def verify(request: Any) -> _Known:
                guard.check(request.scope)
                return {"sub": "admin"}

            return verify

    if group.audience is None:
        return {"bearer": GuardedHandler}
    return {"bearer": BearerHandler, "oauth2": BearerHandler}


def _stated_token(head: Head) -> str | None:
    """The bearer token in the head of a request; empty where it holds something else, `None` where it is not there."""
    authorization = head.text(b"authorization")
    if not authorization:
        return None
    scheme, _, token = authorization.strip().partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _caller(token: str | None, group: Group, verifier: TokenVerifier) -> Caller:
    if token is None:
        message = "No token was sent: this operation takes an 'Authorization: Bearer ...' header."
        raise Refused(group.rules.token_missing, message, headers=_challenge())
    if not token:
        message = "The Authorization header holds no bearer token."
        raise Refused(group.rules.token_missing, message, headers=_challenge())
    try:
        return verifier.verify(token, group.audience or "")
    except TokenRefused as error:
        rule = {
            TokenFault.INVALID: group.rules.token_invalid,
            TokenFault.EXPIRED: group.rules.token_expired,
        }[error.fault]
        raise Refused(rule, str(error), headers=_challenge("invalid_token", str(error))) from error


def _check_grants(caller: Caller, needed: frozenset[str], group: Group) -> None:
    if not needed <= caller.grants:
        missing = sorted(needed - caller.grants)
        message = f"The token of {caller.subject} lacks {', '.join(missing)}."
        challenge = _challenge("insufficient_scope", message, scope=" ".join(sorted(needed)))
        raise Refused(group.rules.token_grant, message, headers=challenge)


def _challenge(error: str = "", description: str = "", scope: str = "") -> dict[str, str]:
    parts = {"error": error, "error_description": description, "scope": scope}
    told = ", ".join(f'{name}="{_quotable(value)}"' for name, value in parts.items() if value)
    return {"www-authenticate": f"Bearer {told}" if told else "Bearer"}


def _quotable(text: str) -> str:
    """Only what RFC 6750 allows in a quoted value, so that no token content can forge a header."""
    return "".join(each if " " <= each <= "~" and each not in '"\\' else "'" for each in text)
