"""Tokens that the authorization server could have issued: for several audiences, and with other grants."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from contract_tests.credentials import parts_of
from contract_tests.errors import NotReached
from contract_tests.forgeries import Attempt, signed_by

Json = Mapping[str, Any]


def for_several(token: str, key: RSAPrivateKey) -> Iterator[Attempt]:
    """Good tokens that are meant for others, too, or say so in a list (RFC 7519)."""
    header, claims = parts_of(token)
    right = claims["aud"]
    for name, audiences in {
        "a list of one audience": [right],
        "another audience before the right one": ["somewhere-else", right],
        "another audience after the right one": [right, "somewhere-else"],
    }.items():
        yield Attempt(name, f"Bearer {signed_by(key, header, {**claims, 'aud': audiences})}")


def with_other_grants(token: str, key: RSAPrivateKey) -> Iterator[Attempt]:
    """Tokens that grant nearly what is needed. What is needed is what the good token grants, of which there is one.

    Raises `NotReached` where the token says that in another way.
    """
    header, claims = parts_of(token)
    name, needed, is_list = _grant(claims)
    near = [needed[:-1], f"{needed}s", needed.swapcase(), f"{needed}:all", f"x{needed}", needed.partition(":")[0], "*"]
    for each in dict.fromkeys(each for each in near if each != needed):
        granted = [each] if is_list else each
        yield Attempt(f"{name} {each}", f"Bearer {signed_by(key, header, {**claims, name: granted})}")


def with_more_grants(token: str, key: RSAPrivateKey) -> Iterator[Attempt]:
    """Tokens that grant what is needed among other things."""
    header, claims = parts_of(token)
    name, needed, is_list = _grant(claims)
    for each in ([needed, "other"], ["other", needed]):
        granted = each if is_list else " ".join(each)
        yield Attempt(f"{name} {granted}", f"Bearer {signed_by(key, header, {**claims, name: granted})}")


def _grant(claims: Json) -> tuple[str, str, bool]:
    """The claim that says what the token grants, the one thing it grants, and whether that stands in a list."""
    for name in ("scope", "scp", "permissions", "roles"):
        value = claims.get(name)
        granted = value.split() if isinstance(value, str) else value
        if isinstance(granted, list) and len(granted) == 1 and isinstance(granted[0], str):
            return name, granted[0], isinstance(value, list)
    raise NotReached("the target's tokens don't say what they grant")
