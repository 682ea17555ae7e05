"""Bad tokens, made of good ones, and bad ways to send a good one. Pure, but for keys that are made at random."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import (
    RSAPrivateKey,
    RSAPrivateNumbers,
    RSAPublicKey,
    RSAPublicNumbers,
    generate_private_key,
)

from contract_tests.credentials import parts_of

Json = Mapping[str, Any]
Sign = Callable[[bytes], bytes]
_PRIVATE = ("p", "q", "d", "dp", "dq", "qi")
A_DAY = 86_400
TYPICAL = frozenset({
    "a word", "three letters", "alg none", "no signature", "a day more, with the old signature", "a foreign key",
    "HS256 with the public key as PEM", "a token of the other API",
})  # fmt: skip


@dataclass(frozen=True)
class Attempt:
    """A way to call without being allowed to. `authorization`: the header's value; `None` where none is sent.

    `is_typical`: worth a try on every operation.
    """

    name: str
    authorization: str | None

    @property
    def is_typical(self) -> bool:
        return self.name in TYPICAL

    @property
    def headers(self) -> dict[str, str]:
        return {} if self.authorization is None else {"authorization": self.authorization}


def without_token(token: str) -> Iterator[Attempt]:
    """No token is sent as a bearer, though the good one may be sent in another way."""
    basic = base64.b64encode(f"token:{token}".encode()).decode()
    yield Attempt("no header", None)
    yield Attempt("an empty header", "")
    yield Attempt("the scheme alone", "Bearer")
    yield Attempt("the scheme and a blank", "Bearer ")
    yield Attempt("the token alone", token)
    yield Attempt("scheme and token without a blank", f"Bearer{token}")
    yield Attempt("the scheme Token", f"Token {token}")
    yield Attempt("the scheme JWT", f"JWT {token}")
    yield Attempt("the scheme Basic", f"Basic {token}")
    yield Attempt("Basic with the token as a password", f"Basic {basic}")


def malformed(token: str) -> Iterator[Attempt]:
    """What is no token."""
    header, claims, signature = token.split(".")
    no_object, no_json = encoded(b'["RS256"]'), encoded(b"{alg")
    for name, text in {
        "a word": "token",
        "three letters": "a.b.c",
        "dots": "..",
        "null": "null",
        "one part": header,
        "two parts": f"{header}.{claims}",
        "four parts": f"{token}.{signature}",
        "five parts": f"{header}.{claims}.{signature}.{claims}.{signature}",
        "an empty first part": f".{claims}.{signature}",
        "an empty second part": f"{header}..{signature}",
        "a header that is no JSON": f"{no_json}.{claims}.{signature}",
        "a header that is no object": f"{no_object}.{claims}.{signature}",
        "claims that are no object": f"{header}.{no_object}.{signature}",
        "letters that are not base64": f"{header}.{claims}.{'!' * len(signature)}",
        "the token with a word after it": f"{token} x",
        "the token after a comma": f"x, Bearer {token}",
        "the token in quotes": f'"{token}"',
        "the token reversed": token[::-1],
        "4000 letters": "a" * 4000,
    }.items():
        yield Attempt(name, f"Bearer {text}")


def forged(token: str, key_set: Json | None) -> Iterator[Attempt]:
    """Tokens that look good and were not signed by the authorization server.

    `key_set`: its public keys (RFC 7517), where they are known. Raises `NotReached` where tokens are no JWTs.
    """
    header, claims = parts_of(token)
    kept = token.rpartition(".")[2]
    for algorithm in ("none", "None", "NONE"):
        unsigned = {**header, "alg": algorithm}
        yield Attempt(f"alg {algorithm}", f"Bearer {joined(unsigned, claims)}.")
        yield Attempt(f"alg {algorithm} with a signature", f"Bearer {joined(unsigned, claims)}.{kept}")
    yield Attempt("no alg", f"Bearer {joined(_without(header, 'alg'), claims)}.{kept}")
    yield Attempt("no signature", f"Bearer {joined(header, claims)}.")
    for name, changed in altered(claims):
        if changed == claims:
            continue
        yield Attempt(f"{name}, with the old signature", f"Bearer {joined(header, changed)}.{kept}")
    yield from _foreign(header, claims)
    yield from _confused(header, claims, key_set)


def altered(claims: Json) -> Iterator[tuple[str, Json]]:
    """Claims that would give more than those."""
    yield "a day more", {**claims, "exp": int(claims.get("exp", 0)) + A_DAY}
    yield "no end", _without(claims, "exp")
    yield "somebody else", {**claims, "sub": "somebody-else"}
    yield "another merchant", {**claims, "merchant_id": "a400a900-d32a-4d12-9625-0df500020e05"}
    yield "all permissions", {**claims, "permissions": ["invoices", "admin"], "scope": "payment-requests:create admin"}


def signed_by(key: RSAPrivateKey, header: Json, claims: Json) -> str:
    """A token with a good signature of this key (RS256)."""
    text = joined({**header, "alg": "RS256"}, claims)
    return f"{text}.{encoded(key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def badly_issued(token: str, key: RSAPrivateKey, now: int) -> Iterator[Attempt]:
    """Tokens that the authorization server itself has signed, and that are good for nothing here.

    `now`: in seconds since 1970, on the server's clock.
    """
    header, claims = parts_of(token)
    for name, changed in {
        "another issuer": {**claims, "iss": "https://login.somebody-else.invalid"},
        "no issuer": _without(claims, "iss"),
        "no audience": _without(claims, "aud"),
        "an audience that is a part of the right one": {**claims, "aud": str(claims["aud"])[:-1]},
        "an audience that begins like the right one": {**claims, "aud": f"{claims['aud']}2"},
        "the audience in other letters": {**claims, "aud": str(claims["aud"]).swapcase()},
        "other audiences": {**claims, "aud": ["somewhere", "else"]},
        "not good before tomorrow": {**claims, "nbf": now + A_DAY, "exp": now + 2 * A_DAY},
    }.items():
        yield Attempt(name, f"Bearer {signed_by(key, header, changed)}")


def private_key(jwk: Json) -> RSAPrivateKey:
    """The key in a JWK. Raises `KeyError` or `ValueError` where it has no private RSA key."""
    p, q, d, dp, dq, qi = (_number(jwk[name]) for name in _PRIVATE)
    return RSAPrivateNumbers(p, q, d, dp, dq, qi, public_numbers(jwk)).private_key(unsafe_skip_rsa_key_validation=True)


def public_numbers(jwk: Json) -> RSAPublicNumbers:
    """The public RSA key in a JWK. Raises `KeyError` or `ValueError` where it has none."""
    return RSAPublicNumbers(_number(jwk["e"]), _number(jwk["n"]))


@lru_cache(maxsize=1)
def foreign_key() -> RSAPrivateKey:
    """A key that no authorization server knows."""
    return generate_private_key(public_exponent=65537, key_size=2048)


def joined(header: Json, claims: Json) -> str:
    """What is signed of a token."""
    return ".".join(encoded(json.dumps(each, separators=(",", ":")).encode()) for each in (header, claims))


def encoded(content: bytes) -> str:
    """base64url without padding, as in JWTs."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def decoded(text: str) -> bytes | None:
    """What stands in a part of a token; `None` where it is no base64url. Spare bits of the last letter don't count."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return None


def _foreign(header: Json, claims: Json) -> Iterator[Attempt]:
    """The right claims, signed by somebody else."""
    key = foreign_key()
    numbers = key.public_key().public_numbers()
    jwk = {
        "kty": "RSA",
        "n": _text(numbers.n),
        "e": _text(numbers.e),
        **({"kid": header["kid"]} if "kid" in header else {}),
    }
    yield Attempt("a foreign key", f"Bearer {signed_by(key, header, claims)}")
    yield Attempt("a foreign key without a name", f"Bearer {signed_by(key, _without(header, 'kid'), claims)}")
    yield Attempt("a foreign key of another name", f"Bearer {signed_by(key, {**header, 'kid': 'mine'}, claims)}")
    yield Attempt("a foreign key in the header", f"Bearer {signed_by(key, {**header, 'jwk': jwk}, claims)}")
    where = {**header, "jku": "https://keys.somebody-else.invalid/jwks"}
    yield Attempt("the address of a foreign key", f"Bearer {signed_by(key, where, claims)}")


def _confused(header: Json, claims: Json, key_set: Json | None) -> Iterator[Attempt]:
    """HMAC with what everybody knows as the secret: the public key, in the forms it is found in, or nothing."""
    secrets: dict[str, bytes] = {"nothing": b"", "a word": b"secret"}
    for jwk in (key_set or {}).get("keys", []):
        if jwk.get("kty") == "RSA":
            secrets.update(_public_forms(jwk))
    text = joined({**header, "alg": "HS256"}, claims)
    for name, secret in secrets.items():
        signature = hmac.new(secret, text.encode(), hashlib.sha256).digest()
        yield Attempt(f"HS256 with {name}", f"Bearer {text}.{encoded(signature)}")


def _public_forms(jwk: Json) -> dict[str, bytes]:
    key: RSAPublicKey = public_numbers(jwk).public_key()
    pem, der = serialization.Encoding.PEM, serialization.Encoding.DER
    spki, pkcs1 = serialization.PublicFormat.SubjectPublicKeyInfo, serialization.PublicFormat.PKCS1
    return {
        "the public key as PEM": key.public_bytes(pem, spki),
        "the public key as PEM without the last line break": key.public_bytes(pem, spki).strip(),
        "the public key as PEM of PKCS 1": key.public_bytes(pem, pkcs1),
        "the public key as DER": key.public_bytes(der, spki),
        "the public key's modulus": str(jwk["n"]).encode(),
        "the public key as JSON": json.dumps(dict(jwk)).encode(),
    }


def _without(values: Json, name: str) -> dict[str, Any]:
    return {each: value for each, value in values.items() if each != name}


def _number(text: str) -> int:
    return int.from_bytes(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def _text(number: int) -> str:
    return encoded(number.to_bytes((number.bit_length() + 7) // 8))
