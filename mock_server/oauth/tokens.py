"""Access tokens: JWTs signed with RS256, minted for clients of the fixtures and checked on the mock's clock."""

from __future__ import annotations

import json
import math
import sys
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeGuard

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateNumbers, RSAPublicNumbers
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey
from joserfc.util import urlsafe_b64decode

from mock_server.core.clock import Clock
from mock_server.core.errors import SetupError
from mock_server.core.exchange import Caller
from mock_server.core.ids import Ids
from mock_server.core.namespace import CLAIM
from mock_server.core.tokens import TokenFault, TokenRefused

ALGORITHM = "RS256"
ISSUER = "https://login.mock.invalid"
"""Assumed; the vendor's issuer is not documented. A fixed name, so that a token fits a mock on any port."""

FAMILY = "sid"
"""The claim that says from which authorization a token comes; all of one can be revoked together."""

MAX_TOKEN_LENGTH = 8192
_NUMBERS = ("n", "e", "d", "p", "q", "dp", "dq", "qi")
_REMEMBERED = 1024


IsRevoked = Callable[[Sequence[str]], bool]


@dataclass(frozen=True)
class Grant:
    """What a token is to say: who, for which merchant, for which API, and what they may do there.

    `more`: further claims, or others in the place of the usual ones; `None` leaves a claim out.
    """

    subject: str
    merchant_id: str
    audience: str
    permissions: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    more: Mapping[str, Any] = field(default_factory=dict)

    def with_claims(self, claims: Mapping[str, Any]) -> Grant:
        """The same with further claims."""
        return replace(self, more={**self.more, **claims})


def read_key(file: Path) -> RSAKey:
    """The signing key in a JWK file.

    Raises:
        SetupError: the file can't be read or holds no private RSA key.
    """
    try:
        key = RSAKey.import_key(json.loads(file.read_text(encoding="utf-8")))
    except OSError as error:
        raise SetupError(f"the signing key {file} can't be read: {error.strerror}") from error
    except (ValueError, JoseError) as error:
        raise SetupError(f"the signing key {file} can't be used: {error}") from error
    if not key.is_private:
        raise SetupError(f"the signing key {file} can't be used: it has no private part")
    key.ensure_kid()
    return key


def read_fixture_key(file: Path) -> RSAKey:
    """The test key of the fixtures. OpenSSL would take 30 ms to prove what is known of it: that its factors are prime.

    Raises:
        SetupError: the file can't be read.
    """
    try:
        values = json.loads(file.read_text(encoding="utf-8"))
        number = {name: int.from_bytes(urlsafe_b64decode(values[name].encode()), "big") for name in _NUMBERS}
    except (OSError, ValueError, KeyError) as error:
        raise SetupError(f"the signing key {file} can't be used: {error}") from error
    public = RSAPublicNumbers(number["e"], number["n"])
    private = RSAPrivateNumbers(
        p=number["p"],
        q=number["q"],
        d=number["d"],
        dmp1=number["dp"],
        dmq1=number["dq"],
        iqmp=number["qi"],
        public_numbers=public,
    )
    key = RSAKey(private.private_key(unsafe_skip_rsa_key_validation=True), values)
    key.ensure_kid()
    return key


class TokenMint:
    """Makes tokens. `namespace`: where they lead; `None` where a token leads nowhere in particular."""

    def __init__(self, key: RSAKey, clock: Clock, ids: Ids, namespace: str | None = None) -> None:
        self._key = key
        self._clock = clock
        self._ids = ids
        self._namespace = namespace

    def mint(self, grant: Grant, lifetime: timedelta) -> str:
        """A token that is good from now on for `lifetime`; a negative one makes a token that has expired."""
        now = self._clock.now().timestamp()
        expires_at = now + lifetime.total_seconds()
        claims = {
            "iss": ISSUER,
            "sub": grant.subject,
            "aud": grant.audience,
            "iat": int(min(now, expires_at)),
            "exp": int(expires_at),
            "jti": self._ids.new(),
            "merchant_id": grant.merchant_id,
            "permissions": list(grant.permissions),
            "scope": " ".join(grant.scopes),
            CLAIM: self._namespace,
            **grant.more,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode({"alg": ALGORITHM, "kid": self._key.kid}, claims, self._key, algorithms=[ALGORITHM])


@dataclass(frozen=True, slots=True)
class Standing:
    """What a token says to an audience it is meant for: who calls, from when until when, and what may revoke it."""

    caller: Caller
    not_before: float
    expires_at: float
    names: tuple[str, ...]

    @classmethod
    def of(cls, claims: dict[str, Any]) -> Standing:
        """Raises `TokenRefused` where it can't be told."""
        return cls(
            _caller(claims), _instant(claims, "nbf", -math.inf), _instant(claims, "exp", -math.inf), _names(claims)
        )


class Signatures:
    """Reads tokens that we have signed. A good signature is remembered, for it can't become bad; and so is what a token
    says, for that stands below the signature.
    """

    def __init__(self, key: RSAKey) -> None:
        self._key = key
        self._signed: OrderedDict[str, dict[str, Any]] = OrderedDict()
        self._standings: OrderedDict[tuple[str, str], Standing] = OrderedDict()

    def standing(self, token: str, audience: str) -> Standing | None:
        """What a token says to an audience; `None` where `note` was not told."""
        return self._standings.get((token, audience))

    def note(self, token: str, audience: str, standing: Standing) -> None:
        """Remember what a token says that was found to be meant for this audience."""
        self._standings[token, audience] = standing
        if len(self._standings) > _REMEMBERED:
            self._standings.popitem(last=False)

    def claims(self, token: str) -> dict[str, Any]:
        """What the token says. Raises `TokenRefused` where it is malformed or somebody else's."""
        known = self._signed.get(token)
        if known is not None:
            return known
        if len(token) > MAX_TOKEN_LENGTH:
            raise TokenRefused(TokenFault.INVALID, "The token is too long.")
        try:
            claims = dict(jwt.decode(token, self._key, algorithms=[ALGORITHM]).claims)
        except (JoseError, ValueError, TypeError, KeyError, RecursionError) as error:
            raise TokenRefused(TokenFault.INVALID, "The token is malformed or signed by a foreign key.") from error
        self._signed[token] = claims
        if len(self._signed) > _REMEMBERED:
            self._signed.popitem(last=False)
        return claims


class TokenCheck:
    """Checks tokens in one namespace: times on its clock, audience, and whether they were revoked there."""

    def __init__(self, signatures: Signatures, clock: Clock, is_revoked: IsRevoked) -> None:
        self._signatures = signatures
        self._clock = clock
        self._is_revoked = is_revoked

    def verify(self, token: str, audience: str) -> Caller:
        """Return who is calling.

        Raises:
            TokenRefused: malformed, signed by a foreign key, from another issuer, for another audience, not good yet,
                expired, or revoked.
        """
        standing = self._signatures.standing(token, audience)
        if standing is None or not self._is_good(standing):
            standing = Standing.of(self.claims(token, audience))  # raises, if it isn't seen for the first time
            self._signatures.note(token, audience, standing)
        return standing.caller

    def _is_good(self, standing: Standing) -> bool:
        """Whether a token that was good once is so still: what its signature can't say is asked for every call."""
        now = self._clock.now().timestamp()
        return standing.not_before <= now < standing.expires_at and not self._is_revoked(standing.names)

    def claims(self, token: str, audience: str | None, is_revoked: IsRevoked | None = None) -> dict[str, Any]:
        """What a good token says; `None` is any audience. Raises `TokenRefused` like `verify`.

        `is_revoked`: to be asked instead of the usual one, by who has a unit of work open already.
        """
        claims = self._signatures.claims(token)
        if claims.get("iss") != ISSUER:
            raise TokenRefused(TokenFault.INVALID, "The token was issued by somebody else.")
        audiences = claims.get("aud")
        if audience is not None and audience not in (audiences if isinstance(audiences, list) else [audiences]):
            raise TokenRefused(TokenFault.INVALID, f"The token is not meant for {audience}.")
        now = self._clock.now().timestamp()
        if _instant(claims, "nbf", -math.inf) > now:
            raise TokenRefused(TokenFault.INVALID, "The token is not good yet.")
        if _instant(claims, "exp", -math.inf) <= now:
            raise TokenRefused(TokenFault.EXPIRED, "The token has expired.")
        if (is_revoked or self._is_revoked)(_names(claims)):
            raise TokenRefused(TokenFault.INVALID, "The token was revoked.")
        return claims


def _names(claims: dict[str, Any]) -> tuple[str, ...]:
    """By which a token may have been revoked."""
    return tuple(str(claims[name]) for name in ("jti", FAMILY) if claims.get(name))


def _instant(claims: dict[str, Any], name: str, default: float) -> float:
    if name not in claims:
        return default
    value = claims[name]
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= sys.float_info.max:
        raise TokenRefused(TokenFault.INVALID, f"The token's {name} is not a time.")
    return float(value)


def _is_name(value: Any) -> TypeGuard[str]:
    """Whether it is a text that stores and logs can take: JSON lets halves of surrogate pairs pass."""
    return isinstance(value, str) and (value.isascii() or not any("\ud800" <= each <= "\udfff" for each in value))


def _caller(claims: dict[str, Any]) -> Caller:
    subject, merchant_id = claims.get("sub"), claims.get("merchant_id")
    permissions, scope = claims.get("permissions", []), claims.get("scope", "")
    if not _is_name(subject) or not _is_name(merchant_id):
        raise TokenRefused(TokenFault.INVALID, "The token doesn't say for whom it is.")
    if not isinstance(permissions, list) or not isinstance(scope, str):
        raise TokenRefused(TokenFault.INVALID, "The token's permissions can't be read.")
    return Caller(subject, merchant_id, frozenset([*map(str, permissions), *scope.split()]))
