"""Bad tokens differ from the good one in what they say they differ in, and a careful server takes none of them."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from contract_tests.credentials import parts_of
from contract_tests.errors import NotReached
from contract_tests.forgeries import (
    TYPICAL,
    Attempt,
    badly_issued,
    decoded,
    foreign_key,
    forged,
    malformed,
    private_key,
    signed_by,
    without_token,
)

PEM, SPKI = Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
NOW = 1_800_000_000
CLAIMS = {"iss": "https://login.example", "sub": "a-client", "aud": "invoices", "exp": NOW + 900, "merchant_id": "m"}
KEY = RSAKey.generate_key(2048, {"kid": "one"})
TOKEN = jwt.encode({"alg": "RS256", "kid": "one"}, CLAIMS, KEY)
OWN_KEY = private_key(KEY.as_dict(private=True))
KEY_SET: dict[str, Any] = {"keys": [KEY.as_dict(private=False)]}


def all_forged() -> Iterator[Attempt]:
    return forged(TOKEN, KEY_SET)


def token_of(attempt: Attempt) -> str:
    scheme, _, token = str(attempt.authorization).partition(" ")
    assert scheme == "Bearer"
    return token


def is_taken(token: str, key: RSAKey) -> bool:
    """Whether a library takes a token with this key."""
    try:
        jwt.decode(token, key, algorithms=["RS256"])
    except (JoseError, ValueError, KeyError, TypeError):
        return False
    return True


def is_taken_with_secret(token: str, secret: bytes) -> bool:
    """Whether a careless server would take a token that is signed with HMAC; libraries refuse such secrets."""
    text, _, signature = token.rpartition(".")
    return parts_of(token)[0]["alg"] == "HS256" and hmac.new(secret, text.encode(), "sha256").digest() == decoded(
        signature
    )


@pytest.mark.parametrize("attempt", [*malformed(TOKEN), *all_forged()], ids=lambda each: each.name)
def test_a_library_takes_none_of_the_bad_tokens(attempt: Attempt) -> None:
    assert not is_taken(token_of(attempt), KEY)


def test_names_are_unique() -> None:
    names = [each.name for each in [*without_token(TOKEN), *malformed(TOKEN), *all_forged()]]
    assert len(names) == len(set(names))


def test_what_is_typical_is_there() -> None:
    names = {each.name for each in [*malformed(TOKEN), *all_forged()]}
    assert TYPICAL - names == {"a token of the other API"}


def test_no_way_without_a_token_is_a_bearer() -> None:
    for attempt in without_token(TOKEN):
        assert attempt.authorization is None or attempt.authorization.strip() in {"", "Bearer"} or (
            not attempt.authorization.startswith("Bearer ")
        )  # fmt: skip


def test_a_token_without_a_signature_says_so() -> None:
    unsigned = next(each for each in all_forged() if each.name == "alg none")
    header, claims = parts_of(token_of(unsigned))
    assert header == {"alg": "none", "kid": "one", "typ": "JWT"}
    assert claims == CLAIMS
    assert token_of(unsigned).endswith(".")


def test_a_foreign_key_signs_the_right_claims_well() -> None:
    token = token_of(next(each for each in all_forged() if each.name == "a foreign key"))
    foreign = RSAKey.import_key(foreign_key().public_key().public_bytes(PEM, SPKI))
    assert is_taken(token, foreign)
    assert parts_of(token) == parts_of(TOKEN)


def test_a_server_that_confuses_keys_takes_the_public_one_as_a_secret() -> None:
    confused = {each.name: token_of(each) for each in all_forged() if each.name.startswith("HS256")}
    pem = KEY.as_pem(private=False)
    assert is_taken_with_secret(confused["HS256 with the public key as PEM"], pem)
    assert is_taken_with_secret(confused["HS256 with the public key as PEM without the last line break"], pem.strip())


def test_without_published_keys_there_is_less_to_confuse() -> None:
    names = {each.name for each in forged(TOKEN, None) if each.name.startswith("HS256")}
    assert names == {"HS256 with nothing", "HS256 with a word"}


@pytest.mark.parametrize("attempt", list(badly_issued(TOKEN, OWN_KEY, NOW)), ids=lambda each: each.name)
def test_badly_issued_tokens_are_signed_well_and_say_something_else(attempt: Attempt) -> None:
    claims = dict(jwt.decode(token_of(attempt), KEY, algorithms=["RS256"]).claims)
    assert claims != CLAIMS


def test_a_good_token_signed_once_more_is_good() -> None:
    header, claims = parts_of(TOKEN)
    again = signed_by(OWN_KEY, header, claims)
    assert dict(jwt.decode(again, KEY, algorithms=["RS256"]).claims) == CLAIMS


def test_claims_that_are_there_already_are_not_tried() -> None:
    token = jwt.encode({"alg": "RS256"}, {**CLAIMS, "sub": "somebody-else"}, KEY)
    assert not any(each.name.startswith("somebody else") for each in forged(token, None))


def test_opaque_tokens_can_not_be_forged() -> None:
    with pytest.raises(NotReached, match="no JWTs"):
        list(forged("8xLOxBtZp8Z1nZ1rXQ5wQ0mF", None))


def test_spare_bits_of_base64_do_not_count() -> None:
    assert decoded("QQ") == decoded("QR") == b"A"
    assert decoded("Q!") is None
