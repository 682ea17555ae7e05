"""Bearer tokens at both APIs: whatever is wrong with one, the answer is 401 or 403, says so, and tells nothing else."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from httpx2 import Response
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import RSAKey

from mock_server.apis.invoice_uploads.errors import RULES as UPLOADS_RULES
from mock_server.apis.invoices.errors import RULES as INVOICES_RULES
from mock_server.cli.main import main
from mock_server.core.clock import FixedClock
from mock_server.core.group import PipelineRules
from mock_server.core.ids import RandomIds
from mock_server.core.tokens import TokenRefused
from mock_server.fixtures import fixture, signing_key_file
from mock_server.oauth.tokens import MAX_TOKEN_LENGTH, Grant, Signatures, TokenCheck, TokenMint, read_key
from openapi import contract_file, read_contract
from openapi.model import Operation
from tests.mock import BASE_PATHS, BODY, GRANTS, HARBOR, LUMEN, NOW, PAYMENT_REQUEST, Invoices, Mock

UNKNOWN = "12345678-1234-4234-8234-1234567890ab"
SEEDED_INVOICE = "69aaf3bf-ddab-4f41-9a84-82196941cdf2"
ANNOUNCEMENT = {"filename": "a.pdf", "mimeType": "application/pdf", "size": 5}
KEY = read_key(signing_key_file())
SECOND = timedelta(seconds=1)
MILLISECOND = timedelta(milliseconds=1)
ON_ONE_MOCK = settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@dataclass(frozen=True)
class Api:
    """One group: its rules, a call that reads, one that writes, and words that only a good token gets to read."""

    name: str
    rules: PipelineRules
    read: tuple[str, str]
    write: tuple[str, str, Any]
    error_members: frozenset[str]

    @property
    def other(self) -> str:
        return next(name for name in APIS if name != self.name)

    @property
    def grant(self) -> str:
        (values,) = GRANTS[self.name].values()
        return values[0]

    def operations(self) -> list[Operation]:
        return list(read_contract(contract_file(self.name.replace("-", "_"))).operations.values())


APIS = {
    "invoices": Api(
        "invoices",
        INVOICES_RULES,
        ("GET", f"/invoices/{SEEDED_INVOICE}"),
        ("POST", "/invoices", BODY),
        frozenset(
            ("errors", "details", "statusCode", "source", "exceptionType", "correlationId", "entityId", "errorCode")
        ),
    ),
    "invoice-uploads": Api(
        "invoice-uploads",
        UPLOADS_RULES,
        ("GET", f"/{PAYMENT_REQUEST}/invoice/url"),
        ("POST", "/invoice-uploads/presign", ANNOUNCEMENT),
        frozenset({"statusCode", "error", "message"}),
    ),
}
OPERATIONS = [(name, operation) for name, api in APIS.items() for operation in api.operations()]


@pytest.fixture(params=APIS)
def api(request: pytest.FixtureRequest) -> Api:
    return APIS[request.param]


@pytest.fixture(scope="module")
def moving_mock() -> Iterator[Mock]:
    """A mock whose clock the tests of this file move forward."""
    mock = Mock.start()
    yield mock
    mock.stop()


# --- making tokens ---


def encoded(value: Any) -> str:
    content = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def decoded(part: str) -> Any:
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def signed(claims: Any, key: RSAKey = KEY, **header: Any) -> str:
    """A token with any claims at all, or bytes instead of them, signed with the mock's key or another one."""
    payload = claims if isinstance(claims, bytes) else json.dumps(claims).encode()
    stated = {"alg": "RS256", **header}
    return jws.serialize_compact(stated, payload, key, algorithms=[stated["alg"]])


def altered(token: str, key: RSAKey = KEY, **changes: Any) -> str:
    """The token with other claims, signed again; a claim that is `...` is left out."""
    claims = {**decoded(token.split(".")[1]), **changes}
    return signed({name: value for name, value in claims.items() if value is not ...}, key)


def with_header(token: str, header: Any) -> str:
    """The token under another header, its signature as it was."""
    return ".".join([encoded(header), *token.split(".")[1:]])


def with_hmac(token: str, secret: bytes) -> str:
    """The token signed with HS256, the secret being what everybody knows: the public key."""
    to_sign = f"{encoded({'alg': 'HS256', 'typ': 'JWT'})}.{token.split('.')[1]}"
    return f"{to_sign}.{encoded(hmac.digest(secret, to_sign.encode(), hashlib.sha256))}"


FOREIGN_KEY = RSAKey.generate_key(2048, parameters={"kid": KEY.kid or "test"})
ANY_ALG_KEY = RSAKey.import_key({name: value for name, value in KEY.as_dict(private=True).items() if name != "alg"})
PUBLIC_JWK = FOREIGN_KEY.as_dict(private=False)


# --- what the answer must be ---


def ask(mock: Mock, api: Api, authorization: str | bytes | None, call: tuple[Any, ...] | None = None) -> Response:
    method, path, *body = call or api.read
    headers = {} if authorization is None else {"authorization": authorization}
    sent: dict[str, Any] = {"json": body[0]} if body else {}
    url = BASE_PATHS[api.name] + path
    return mock.client.request(method, url, headers=headers, **sent)  # type: ignore[arg-type]


CHALLENGE = re.compile(r'Bearer(?: \w+="[ !#-\[\]-~]*"(?:, \w+="[ !#-\[\]-~]*")*)?')


def challenge(response: Response) -> Mapping[str, str]:
    """What WWW-Authenticate says (RFC 6750, section 3)."""
    header = response.headers["www-authenticate"]
    assert CHALLENGE.fullmatch(header), header
    return dict(re.findall(r'(\w+)="([^"]*)"', header))


def refused(response: Response, api: Api, rule: str, status: int, error: str | None) -> None:
    """The group's own error, and nothing of what was asked for."""
    assert response.status_code == status, response.text
    assert response.headers["x-mock-stage"] == "authentication"
    assert response.headers["x-mock-rule"] == rule
    assert response.headers["x-request-id"]
    assert response.headers["content-type"] == "application/json"
    body = response.json()
    assert set(body) == api.error_members
    assert body["statusCode"] == status
    assert body.get("correlationId", response.headers["x-request-id"]) == response.headers["x-request-id"]
    told = challenge(response)
    assert told.get("error") == error
    assert ("error_description" in told) == (error is not None)
    assert "evil" not in response.headers
    for secret in ("Corazón", "totalAmount", "X-Amz", SEEDED_INVOICE, PAYMENT_REQUEST):
        assert secret not in response.text


def invalid(response: Response, api: Api) -> None:
    refused(response, api, api.rules.token_invalid, 401, "invalid_token")


def missing(response: Response, api: Api) -> None:
    refused(response, api, api.rules.token_missing, 401, None)


def expired(response: Response, api: Api) -> None:
    refused(response, api, api.rules.token_expired, 401, "invalid_token")


def forbidden(response: Response, api: Api) -> None:
    refused(response, api, api.rules.token_grant, 403, "insufficient_scope")
    assert challenge(response)["scope"] == api.grant


def accepted(response: Response) -> None:
    assert response.status_code < 300 or response.headers["x-mock-stage"] not in {"authentication", "response"}


# --- no token ---


@pytest.mark.parametrize(
    "authorization",
    [None, "", "Basic dXNlcjpwYXNzd29yZA==", "Digest username=x", "Bearer", "Bearer ", "Token x"],
    ids=str,
)
def test_a_call_without_a_bearer_token_is_told_to_send_one(
    authorization: str | None, api: Api, shared_mock: Mock
) -> None:
    """RFC 6750, section 3.1: where no token is sent, or another scheme is used, no error code is due."""
    missing(ask(shared_mock, api, authorization), api)


def test_a_token_elsewhere_than_in_the_header_does_not_count(api: Api, shared_mock: Mock) -> None:
    token = shared_mock.token(api.name)
    method, path = api.read

    missing(ask(shared_mock, api, None, (method, f"{path}?access_token={token}")), api)


# --- tokens nobody signed ---

MALFORMED: Mapping[str, Callable[[str], str]] = {
    "a word": lambda token: "x",
    "dots alone": lambda token: "..",
    "one part": lambda token: token.split(".")[0],
    "two parts": lambda token: token.rsplit(".", 1)[0],
    "no signature": lambda token: token.rsplit(".", 1)[0] + ".",
    "no payload": lambda token: "{0}..{2}".format(*token.split(".")),
    "no header": lambda token: "." + token.split(".", 1)[1],
    "four parts": lambda token: token + ".x",
    "five parts": lambda token: token + ".x.x",
    "two tokens": lambda token: f"{token} {token}",
    "two tokens with a comma": lambda token: f"{token}, {token}",
    "in quotes": lambda token: f'"{token}"',
    "padded": lambda token: token + "==",
    "no base64": lambda token: "{0}.!!!.{2}".format(*token.split(".")),
    "beyond ASCII": lambda token: "é€😀." + token.split(".", 1)[1],
    "a header that is no JSON": lambda token: with_header(token, b"{"),
    "a header that is a list": lambda token: with_header(token, []),
    "a header that is null": lambda token: with_header(token, None),
    "a header nested deeply": lambda token: f"{encoded(b'{' + b'[' * 3000)}.e30.e30",
    "a header without alg": lambda token: with_header(token, {}),
    "an alg that is a number": lambda token: with_header(token, {"alg": 5}),
    "an alg that is a list": lambda token: with_header(token, {"alg": ["RS256"]}),
    "alg none": lambda token: with_header(token, {"alg": "none"}),
    "alg none without a signature": lambda token: with_header(token, {"alg": "none"}).rsplit(".", 1)[0] + ".",
    "alg NONE": lambda token: with_header(token, {"alg": "NONE"}).rsplit(".", 1)[0] + ".",
    "an unknown alg": lambda token: with_header(token, {"alg": "RS1024"}),
    "HS256 with the public key as PEM": lambda token: with_hmac(token, KEY.as_pem(private=False)),
    "HS256 with the public key as PEM without its last line break": lambda token: with_hmac(
        token, KEY.as_pem(private=False).strip()
    ),
    "HS256 with the public key as DER": lambda token: with_hmac(token, KEY.as_der(private=False)),
    "HS256 with the public key as JWK": lambda token: with_hmac(token, json.dumps(KEY.as_dict(private=False)).encode()),
    "HS256 with an empty secret": lambda token: with_hmac(token, b""),
    "a foreign key": lambda token: altered(token, FOREIGN_KEY),
    "a foreign key that it brings along": lambda token: signed(
        decoded(token.split(".")[1]), FOREIGN_KEY, jwk=PUBLIC_JWK
    ),
    "a foreign key that is to be fetched": lambda token: signed(
        decoded(token.split(".")[1]), FOREIGN_KEY, jku="http://127.0.0.1:9/keys"
    ),
    "RS512": lambda token: signed(decoded(token.split(".")[1]), ANY_ALG_KEY, alg="RS512"),
    "PS256": lambda token: signed(decoded(token.split(".")[1]), ANY_ALG_KEY, alg="PS256"),
    "another payload": lambda token: token.replace(
        token.split(".")[1], encoded({**decoded(token.split(".")[1]), "merchant_id": LUMEN})
    ),
    "another header": lambda token: with_header(token, {"alg": "RS256", "kid": "x"}),
    "another signature": lambda token: token.replace(token.split(".")[2], token.split(".")[2][::-1]),
    "half the signature": lambda token: token[:-170],
    "a signature and more": lambda token: token + "AAAA",
    "a critical header nobody knows": lambda token: with_header(token, {"alg": "RS256", "crit": ["x"], "x": 1}),
    "encrypted": lambda token: with_header(token + ".x.x", {"alg": "RSA-OAEP", "enc": "A256GCM"}),
    "a line break": lambda token: f"{token}\r\nevil: 1",
    "a line break and a header": lambda token: f'x"\r\nevil: 1\r\n\r\n{token}',
    "a NUL": lambda token: f"{token}\0",
    "a tab": lambda token: f"\t{token}x",
    "10 kB of nothing": lambda token: "x" * 10_000,
    "10 kB of dots": lambda token: "." * 10_000,
    "a megabyte": lambda token: "x" * 1_000_000,
}


@pytest.mark.parametrize("case", MALFORMED)
def test_a_token_that_the_mock_did_not_sign_is_invalid(case: str, api: Api, shared_mock: Mock) -> None:
    token = MALFORMED[case](shared_mock.token(api.name))

    invalid(ask(shared_mock, api, f"Bearer {token}".encode()), api)


@ON_ONE_MOCK
@given(
    token=st.text(st.characters(codec="latin-1"), min_size=1, max_size=200)
    | st.from_regex(r"[\w-]+\.[\w-]+\.[\w-]*", fullmatch=True)
)
def test_no_text_is_taken_for_a_token(token: str, shared_mock: Mock) -> None:
    response = ask(shared_mock, APIS["invoices"], b"Bearer " + token.encode("latin-1", "replace"))

    assert response.status_code == 401
    assert CHALLENGE.fullmatch(response.headers["www-authenticate"])


# --- signed, and yet not good here ---

NOW_SECONDS = int(NOW.timestamp())
NOT_GOOD_HERE: Mapping[str, dict[str, Any]] = {
    "another issuer": {"iss": "https://login.elsewhere.invalid"},
    "no issuer": {"iss": ...},
    "an issuer with more behind": {"iss": "https://login.mock.invalid/"},
    "another audience": {"aud": "somebody else"},
    "other audiences": {"aud": ["somebody", "else"]},
    "no audience": {"aud": ...},
    "not good yet": {"nbf": NOW_SECONDS + 1},
    "not good yet by a fraction": {"nbf": NOW_SECONDS + 0.001},
}
"""Claims of tokens that are well formed and well signed."""

WRONG_TYPES: Mapping[str, dict[str, Any]] = {
    "an issuer that is a list": {"iss": ["https://login.mock.invalid"]},
    "an audience that is a number": {"aud": 1},
    "an audience that is null": {"aud": None},
    "an audience that is an object": {"aud": {"invoices": 1, "invoice-uploads": 1}},
    "audiences in lists": {"aud": [["invoices"], ["invoice-uploads"]]},
    "an end that is a text": {"exp": str(NOW_SECONDS + 60)},
    "an end that is null": {"exp": None},
    "an end that is true": {"exp": True},
    "an end that is a list": {"exp": [NOW_SECONDS + 60]},
    "an end that is not a number": {"exp": float("nan")},
    "an end in eternity": {"exp": float("inf")},
    "an end of 400 digits": {"exp": 10**400},
    "a beginning that is a text": {"nbf": "0"},
    "a beginning that is null": {"nbf": None},
    "a beginning that is not a number": {"nbf": float("nan")},
    "a beginning of 400 digits": {"nbf": -(10**400)},
    "a subject that is a number": {"sub": 1},
    "no subject": {"sub": ...},
    "a merchant that is a list": {"merchant_id": [HARBOR]},
    "a merchant that is null": {"merchant_id": None},
    "no merchant": {"merchant_id": ...},
    "permissions that are a text": {"permissions": "invoices"},
    "permissions that are an object": {"permissions": {"invoices": True}},
    "a scope that is a list": {"scope": ["payment-requests:create"]},
    "a scope that is null": {"scope": None},
}


@pytest.mark.parametrize("case", NOT_GOOD_HERE)
def test_a_token_for_something_else_is_invalid(case: str, api: Api, shared_mock: Mock) -> None:
    token = altered(shared_mock.token(api.name), **NOT_GOOD_HERE[case])

    invalid(ask(shared_mock, api, f"Bearer {token}"), api)


@pytest.mark.parametrize("case", WRONG_TYPES)
def test_a_token_with_a_claim_of_a_wrong_type_is_invalid(case: str, api: Api, shared_mock: Mock) -> None:
    """The default signing key is public, so anybody can sign anything with it."""
    token = altered(shared_mock.token(api.name), **WRONG_TYPES[case])

    invalid(ask(shared_mock, api, f"Bearer {token}"), api)


PAYLOADS = {
    "a list": b"[]", "a list of pairs": b'[["iss", "https://login.mock.invalid"]]', "a number": b"5", "a text": b'"x"',
    "null": b"null", "nothing": b"", "no UTF-8": b'{"iss": "\xff"}', "no JSON": b"{", "nested 3,000 deep": b"[" * 3000,
    "nested 2,000 deep and closed": b'{"x":' + b"[" * 2000 + b"]" * 2000 + b"}",
}  # fmt: skip


@pytest.mark.parametrize("case", PAYLOADS)
def test_a_token_that_does_not_hold_claims_is_invalid(case: str, api: Api, shared_mock: Mock) -> None:
    invalid(ask(shared_mock, api, f"Bearer {signed(PAYLOADS[case])}"), api)


HALF_A_PAIR = "\ud800"


@pytest.mark.parametrize("claim", ["sub", "merchant_id", "jti", "iss", "aud"])
@pytest.mark.parametrize("kind", ["read", "write"])
def test_half_a_surrogate_pair_in_a_claim_does_not_make_the_mock_fail(
    claim: str, kind: str, api: Api, shared_mock: Mock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger("mock_server.http"), "disabled", True)  # what it logs breaks pytest-xdist
    changes: dict[str, Any] = {claim: HALF_A_PAIR}
    for more in ({}, {"permissions": [], "scope": ""}):
        token = altered(shared_mock.token(api.name), **{**changes, **more})

        assert status_of(shared_mock, api, f"Bearer {token}", api.write if kind == "write" else api.read) < 500


def status_of(mock: Mock, api: Api, authorization: str, call: tuple[Any, ...]) -> int:
    """The status of the answer; 599 where the application raised instead, in words that break pytest-xdist."""
    try:
        return ask(mock, api, authorization, call).status_code
    except Exception:
        return 599


def test_the_token_of_the_other_api_is_invalid_even_with_all_grants(api: Api, shared_mock: Mock) -> None:
    token = shared_mock.token(api.other, permissions=("invoices",), scopes=("payment-requests:create",))

    for call in (api.read, api.write):
        invalid(ask(shared_mock, api, f"Bearer {token}", call), api)


ANY_JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=5), children, max_size=3),
    max_leaves=8,
)
CLAIMS = st.sampled_from(
    ["iss", "sub", "aud", "iat", "exp", "nbf", "jti", "merchant_id", "permissions", "scope", "sid"]
)


@ON_ONE_MOCK
@given(changes=st.dictionaries(CLAIMS, ANY_JSON | st.just(...), min_size=1, max_size=3))
def test_no_claims_make_the_mock_fail(changes: dict[str, Any], shared_mock: Mock) -> None:
    for api in APIS.values():
        token = altered(shared_mock.token(api.name), **changes)

        assert ask(shared_mock, api, f"Bearer {token}").status_code in {200, 401, 403, 404}


# --- times ---


def test_a_token_is_good_until_just_before_it_expires(api: Api, moving_mock: Mock) -> None:
    token = f"Bearer {moving_mock.token(api.name, lifetime=timedelta(seconds=60))}"
    accepted(ask(moving_mock, api, token))

    moving_mock.clock.advance(60 * SECOND - MILLISECOND)
    accepted(ask(moving_mock, api, token))

    moving_mock.clock.advance(MILLISECOND)
    expired(ask(moving_mock, api, token), api)


def test_a_token_that_is_remembered_expires_all_the_same(api: Api, moving_mock: Mock) -> None:
    token = f"Bearer {moving_mock.token(api.name, lifetime=timedelta(seconds=60))}"
    for _ in range(3):
        accepted(ask(moving_mock, api, token))

    moving_mock.clock.advance(timedelta(days=1))

    for call in (api.read, api.write):
        expired(ask(moving_mock, api, token, call), api)


def test_a_token_that_is_remembered_becomes_good_at_its_time(api: Api, moving_mock: Mock) -> None:
    begins = int(moving_mock.clock.now().timestamp()) + 60
    token = f"Bearer {altered(moving_mock.token(api.name), nbf=begins)}"
    invalid(ask(moving_mock, api, token), api)

    moving_mock.clock.advance(timedelta(seconds=60))

    accepted(ask(moving_mock, api, token))


def test_a_token_that_is_remembered_is_not_good_where_its_time_has_not_come() -> None:
    """The clocks of two namespaces: what was remembered in one is held to the other one's."""
    late, early = NOW + timedelta(days=2), NOW
    grant = Grant("tests", HARBOR, "invoices", more={"nbf": int((NOW + timedelta(days=1)).timestamp())})
    token = TokenMint(KEY, FixedClock(late), RandomIds()).mint(grant, timedelta(days=1))
    signatures = Signatures(KEY)

    for _ in range(2):
        caller = TokenCheck(signatures, FixedClock(late), lambda names: False).verify(token, "invoices")
        assert caller.subject == "tests"
        with pytest.raises(TokenRefused, match="not good yet"):
            TokenCheck(signatures, FixedClock(early), lambda names: False).verify(token, "invoices")
        with pytest.raises(TokenRefused, match="revoked"):
            TokenCheck(signatures, FixedClock(late), lambda names: True).verify(token, "invoices")


def test_a_token_that_is_remembered_is_not_good_at_the_other_api(api: Api, shared_mock: Mock) -> None:
    token = f"Bearer {shared_mock.token(api.name)}"
    accepted(ask(shared_mock, api, token))

    invalid(ask(shared_mock, APIS[api.other], token), APIS[api.other])
    accepted(ask(shared_mock, api, token))


@pytest.mark.parametrize("lifetime", [timedelta(), -SECOND, -timedelta(days=400)])
def test_a_token_without_a_future_has_expired(lifetime: timedelta, api: Api, shared_mock: Mock) -> None:
    expired(ask(shared_mock, api, f"Bearer {shared_mock.token(api.name, lifetime=lifetime)}"), api)


def test_a_token_without_an_end_has_expired(api: Api, shared_mock: Mock) -> None:
    expired(ask(shared_mock, api, f"Bearer {altered(shared_mock.token(api.name), exp=...)}"), api)


def test_expiry_counts_before_permission(api: Api, shared_mock: Mock) -> None:
    token = shared_mock.token(api.name, permissions=(), scopes=(), lifetime=-SECOND)

    expired(ask(shared_mock, api, f"Bearer {token}"), api)


# --- permissions and scopes ---


@pytest.mark.parametrize(
    "granted",
    [(), ("payment-requests",), ("payment-requests:create:all",), ("PAYMENT-REQUESTS:CREATE", "Invoices"), ("*",)],
)
def test_a_token_without_the_permission_or_scope_is_forbidden(
    granted: tuple[str, ...], api: Api, shared_mock: Mock
) -> None:
    token = shared_mock.token(api.name, permissions=granted, scopes=granted)

    for call in (api.read, api.write):
        forbidden(ask(shared_mock, api, f"Bearer {token}", call), api)


def test_one_scope_among_others_is_enough(api: Api, shared_mock: Mock) -> None:
    granted = ("first", api.grant, "last")

    accepted(ask(shared_mock, api, f"Bearer {shared_mock.token(api.name, permissions=granted, scopes=granted)}"))


def test_a_subject_can_forge_no_header(api: Api, shared_mock: Mock) -> None:
    name = 'x"\r\nevil: 1\r\n\r\n<script> é\0\\'

    response = ask(
        shared_mock, api, f"Bearer {altered(shared_mock.token(api.name), sub=name, permissions=[], scope='')}"
    )

    forbidden(response, api)


# --- good ones ---


@pytest.mark.parametrize("authorization", ["Bearer {}", "bearer {}", "BEARER {}", "Bearer   {}", "Bearer {}  "])
def test_a_good_token_is_taken_however_the_scheme_is_spelt(authorization: str, api: Api, shared_mock: Mock) -> None:
    for call in (api.read, api.write):
        accepted(ask(shared_mock, api, authorization.format(shared_mock.token(api.name)), call))


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": ["somebody", "invoices", "invoice-uploads"]},
        {"nbf": NOW_SECONDS},
        {"nbf": NOW_SECONDS - 0.5},
        {"nbf": ...},
        {"iat": ...},
        {"jti": ...},
        {"exp": NOW_SECONDS + 0.5},
        {"exp": NOW_SECONDS + 1e12},
        {"more": "x" * 3000},
    ],
    ids=lambda changes: str(changes)[:40],
)
def test_a_token_with_other_good_claims_is_taken(changes: dict[str, Any], api: Api, shared_mock: Mock) -> None:
    accepted(ask(shared_mock, api, f"Bearer {altered(shared_mock.token(api.name), **changes)}"))


def test_a_token_may_be_long_but_not_endless(api: Api, shared_mock: Mock) -> None:
    def padded(length: int) -> str:
        return altered(shared_mock.token(api.name), more="x" * length)

    fits, is_too_long = padded(5000), padded(10_000)
    assert len(fits) < MAX_TOKEN_LENGTH < len(is_too_long)

    accepted(ask(shared_mock, api, f"Bearer {fits}"))
    invalid(ask(shared_mock, api, f"Bearer {is_too_long}"), api)


# --- every operation ---


def concrete(operation: Operation, value: str = UNKNOWN) -> tuple[str, str]:
    return operation.method, re.sub(r"\{\w+\}", value, operation.path)


BAD_TOKENS: Mapping[str, tuple[Callable[[Mock, Api], str | None], Callable[[Response, Api], None]]] = {
    "no token": (lambda mock, api: None, missing),
    "a malformed one": (lambda mock, api: "Bearer x.y.z", invalid),
    "a foreign one": (lambda mock, api: f"Bearer {altered(mock.token(api.name), FOREIGN_KEY)}", invalid),
    "one for the other API": (lambda mock, api: f"Bearer {mock.token(api.other)}", invalid),
    "an expired one": (lambda mock, api: f"Bearer {mock.token(api.name, lifetime=-SECOND)}", expired),
    "one without permission": (
        lambda mock, api: f"Bearer {mock.token(api.name, permissions=(), scopes=())}",
        forbidden,
    ),
}


@pytest.mark.parametrize("case", BAD_TOKENS)
@pytest.mark.parametrize(("name", "operation"), OPERATIONS, ids=lambda each: getattr(each, "id", ""))
def test_every_operation_refuses_a_bad_token_before_it_looks_at_anything_else(
    name: str, operation: Operation, case: str, shared_mock: Mock
) -> None:
    api = APIS[name]
    make, check = BAD_TOKENS[case]
    method, path = concrete(operation)

    check(ask(shared_mock, api, make(shared_mock, api), (method, path)), api)
    check(ask(shared_mock, api, make(shared_mock, api), (*concrete(operation, "no-uuid"), {"size": "x"})), api)


@pytest.mark.parametrize(("name", "operation"), OPERATIONS, ids=lambda each: getattr(each, "id", ""))
def test_every_operation_takes_a_good_token(name: str, operation: Operation, shared_mock: Mock) -> None:
    accepted(ask(shared_mock, APIS[name], f"Bearer {shared_mock.token(name)}", concrete(operation)))


def test_every_operation_documents_what_a_bad_token_is_answered() -> None:
    for _, operation in OPERATIONS:
        assert {"401", "403"} <= set(operation.answers)


def test_a_refused_call_creates_nothing(shared_mock: Mock) -> None:
    invoices = Invoices(shared_mock)
    for token in (invoices.call.token, shared_mock.token("invoices", invoices.merchant, lifetime=-SECOND)):
        bad = f"Bearer {altered(str(token), FOREIGN_KEY)}"
        assert ask(shared_mock, APIS["invoices"], bad, APIS["invoices"].write).status_code == 401

    assert invoices.call("GET", "/invoices").json()["total"] == 0


# --- whose records ---

INVOICE_OPERATIONS = [each.id for each in APIS["invoices"].operations() if "{invoiceId}" in each.path] + [
    "publishInvoice"
]


@pytest.mark.parametrize("status", ["Draft", "Published"])
@pytest.mark.parametrize("operation", INVOICE_OPERATIONS)
def test_another_merchants_invoice_is_404_like_an_unknown_one(operation: str, status: str, shared_mock: Mock) -> None:
    mine, theirs = Invoices(shared_mock), Invoices(shared_mock)
    invoice_id = theirs.in_status(status)
    before = theirs.get(invoice_id)

    foreign, unknown = mine.act(operation, invoice_id), mine.act(operation, UNKNOWN)

    assert foreign.status_code == unknown.status_code == 404
    assert foreign.headers["x-mock-rule"] == unknown.headers["x-mock-rule"]
    assert without_ids(foreign, invoice_id) == without_ids(unknown, UNKNOWN)
    assert theirs.get(invoice_id) == before


def without_ids(response: Response, record_id: str) -> str:
    body = response.json()
    return json.dumps({**body, "correlationId": ""}).replace(record_id, "the id")


def test_lists_have_the_callers_own_records_only(shared_mock: Mock) -> None:
    mine, theirs = Invoices(shared_mock), Invoices(shared_mock)
    invoice_id = mine.create()
    theirs.create()

    assert [each["id"] for each in mine.call("GET", "/invoices").json()["items"]] == [invoice_id]


def test_one_merchants_token_does_not_open_the_seeded_records_of_the_other(api: Api, shared_mock: Mock) -> None:
    theirs = ask(shared_mock, api, f"Bearer {shared_mock.token(api.name, LUMEN)}")

    assert theirs.status_code == 404
    assert theirs.headers["x-mock-stage"] != "authentication"


def test_the_merchant_of_the_token_counts_and_not_that_of_the_subject(shared_mock: Mock) -> None:
    mine, theirs = Invoices(shared_mock), Invoices(shared_mock)
    invoice_id = mine.create()
    token = altered(str(theirs.call.token), sub=mine.merchant)

    assert ask(shared_mock, APIS["invoices"], f"Bearer {token}", ("GET", f"/invoices/{invoice_id}")).status_code == 404


# --- mock-server token ---


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """`mock-server token ...` on the shared mock's clock: exit code, standard output, standard error."""
    monkeypatch.setattr("mock_server.core.clock.SystemClock", lambda: FixedClock(NOW))

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["mock-server", "token", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        captured = capsys.readouterr()
        return int(str(ended.value.code)), captured.out, captured.err

    return run


def test_a_printed_token_works(api: Api, printed: Any, shared_mock: Mock) -> None:
    code, token, errors = printed("--group", api.name)

    assert (code, errors, token.count("\n")) == (0, "", 1)
    accepted(ask(shared_mock, api, f"Bearer {token.strip()}"))
    accepted(ask(shared_mock, api, f"Bearer {token.strip()}", api.write))
    invalid(ask(shared_mock, APIS[api.other], f"Bearer {token.strip()}"), APIS[api.other])


def test_a_printed_token_is_for_the_client_and_the_merchant_asked_for(printed: Any) -> None:
    claims = decoded(printed("--group", "invoices", "--client", "lumen-invoices")[1].split(".")[1])
    assert (claims["sub"], claims["merchant_id"]) == ("lumen-invoices", LUMEN)

    claims = decoded(
        printed("--group", "invoices", "--client", "lumen-invoices", "--merchant", HARBOR)[1].split(".")[1]
    )
    assert (claims["sub"], claims["merchant_id"]) == ("lumen-invoices", HARBOR)


@pytest.mark.parametrize(("seconds", "is_good"), [("1", True), ("0", False), ("-1", False), ("-100000", False)])
def test_a_printed_token_lives_as_long_as_asked_for(
    seconds: str, is_good: bool, api: Api, printed: Any, shared_mock: Mock
) -> None:
    _, token, _ = printed("--group", api.name, "--expires-in", seconds)

    response = ask(shared_mock, api, f"Bearer {token.strip()}")

    if is_good:
        accepted(response)
    else:
        expired(response, api)


def test_every_client_of_the_fixtures_gets_a_token(printed: Any, shared_mock: Mock) -> None:
    for client in fixture("clients")["clients"]:
        code, token, _ = printed("--group", client["group"], "--client", client["clientId"])
        response = ask(shared_mock, APIS[client["group"]], f"Bearer {token.strip()}")

        assert code == 0
        if client.get("permissions") or client.get("scopes"):
            accepted(response)
        else:
            forbidden(response, APIS[client["group"]])


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--group", "nobody"], "there is no group 'nobody' with tokens; possible: invoice-uploads, invoices"),
        (
            ["--group", "invoices", "--client", "nobody"],
            "there is no client 'nobody' in invoices; possible: harbor-invoices",
        ),
        (["--group", "invoices", "--client", "harbor-uploads"], "there is no client 'harbor-uploads' in invoices"),
        (["--group", "invoices", "--signing-key", "no/such/file"], "the signing key no/such/file can't be read"),
        (["--group", "invoices", "--expires-in", "tomorrow"], "'tomorrow' is not a valid integer"),
        (["--group", "invoices", "--expires-in", "99999999999999"], ""),
        (["--group", "invoices", "--expires-in", "-99999999999999"], ""),
        (["--group", "invoices", "--expires-in", "9" * 30], ""),
        (["--nothing"], "--nothing"),
        ([], "--group"),
    ],
    ids=lambda each: " ".join(each) if isinstance(each, list) else "",
)
def test_wrong_use_is_one_line_and_code_2(arguments: list[str], told: str, printed: Any) -> None:
    code, out, errors = printed(*arguments)

    assert (code, out, errors.count("\n")) == (2, "", 1)
    assert errors.startswith("mock-server: ")
    assert told in errors


NO_KEYS = {
    "an empty file": "",
    "no JSON": "no JSON",
    "no key": "{}",
    "a list": "[]",
    "the public part alone": json.dumps(KEY.as_dict(private=False)),
    "a secret": '{"kty": "oct", "k": "eA"}',
}


@pytest.mark.parametrize("case", NO_KEYS)
def test_a_file_that_holds_no_private_rsa_key_is_refused(case: str, printed: Any, tmp_path: Path) -> None:
    file = tmp_path / "key.json"
    file.write_text(NO_KEYS[case])

    code, out, errors = printed("--group", "invoices", "--signing-key", str(file))

    assert (code, out, errors.count("\n")) == (2, "", 1)
    assert f"the signing key {file} can't be used" in errors


def test_a_token_printed_with_another_key_works_where_the_server_has_that_key(
    printed: Any, shared_mock: Mock, tmp_path: Path
) -> None:
    file = tmp_path / "key.json"
    file.write_text(json.dumps(FOREIGN_KEY.as_dict(private=True)))
    own = Mock.start(signing_key=file)

    _, token, _ = printed("--group", "invoices", "--signing-key", str(file))

    accepted(ask(own, APIS["invoices"], f"Bearer {token.strip()}"))
    invalid(ask(shared_mock, APIS["invoices"], f"Bearer {token.strip()}"), APIS["invoices"])
    invalid(ask(own, APIS["invoices"], f"Bearer {shared_mock.token('invoices')}"), APIS["invoices"])
    own.stop()
