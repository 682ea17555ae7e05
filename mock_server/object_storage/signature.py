"""AWS Signature Version 4 in the query: makes presigned URLs and checks them. Pure; the time is an argument.

The checks run in S3's order, and the first that fails answers; above all, expiry comes before the signature.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from urllib.parse import SplitResult, urlsplit, urlunsplit

from mock_server.object_storage.canonical import (
    Pairs,
    canonical_path,
    canonical_request,
    encoded_query,
    query_pairs,
)
from mock_server.object_storage.claim import (
    ALGORITHM,
    LONGEST_LIFETIME,
    TERMINATOR,
    Claim,
    credential_scope,
    read_claim,
    timestamp_of,
)
from mock_server.object_storage.rules import Refusal, Rule

TOLERATED_SKEW = timedelta(minutes=15)
DEFAULT_PORTS = {"http": 80, "https": 443}

# S3 refuses x-amz headers nobody signed. Assumed: a checksum of the bytes is let through, because the URLs made here
# don't sign one and a client must still be able to send it; settled by sending one to a real deployment.
MAY_BE_UNSIGNED = frozenset({"x-amz-checksum-sha256"})


@dataclass(frozen=True)
class Credentials:
    """An access key. The secret never shows."""

    access_key_id: str
    secret_access_key: str = field(repr=False)


@dataclass(frozen=True)
class SignedRequest:
    """A request as it was received: path and query undecoded, header names in any case."""

    method: str
    raw_path: bytes
    raw_query: bytes
    headers: Pairs


@dataclass(frozen=True)
class Verified:
    """A request whose signature holds. `parameters`: its query, all of it signed; the first of repeated names."""

    parameters: Mapping[str, str]


def presign(
    method: str,
    url: str,
    *,
    credentials: Credentials,
    region: str,
    now: datetime,
    lifetime: timedelta,
    headers: Mapping[str, str] = MappingProxyType({}),
    service: str = "s3",
) -> str:
    """Return the URL with a signature that holds from `now`, cut to the second, for `lifetime`.

    `url`: absolute; its query is signed too. `headers`: those the client will have to send exactly so; the host is
    always signed, without the port when that is the scheme's own.

    Raises:
        ValueError: the lifetime is not a whole number of seconds from 1 to 604800.
    """
    if lifetime != timedelta(seconds=int(lifetime.total_seconds())) or not timedelta() < lifetime <= LONGEST_LIFETIME:
        raise ValueError(f"a presigned URL lives 1 to 604800 whole seconds, not {lifetime}")
    parts = urlsplit(url)
    sent = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    sent.append((b"host", host_of(parts).encode()))
    names = sorted(name.decode() for name, _ in sent)
    timestamp = timestamp_of(now)
    scope = credential_scope(timestamp, region, service)
    query = encoded_query(
        [
            *query_pairs(parts.query.encode()),
            ("X-Amz-Algorithm", ALGORITHM),
            ("X-Amz-Credential", f"{credentials.access_key_id}/{scope}"),
            ("X-Amz-Date", timestamp),
            ("X-Amz-Expires", str(int(lifetime.total_seconds()))),
            ("X-Amz-SignedHeaders", ";".join(names)),
        ]
    )
    path = canonical_path(parts.path.encode())
    canonical = canonical_request(method, path.encode(), query_pairs(query.encode()), sent, names)
    signature = _signature(credentials, _string_to_sign(timestamp, scope, canonical), scope)
    return urlunsplit((parts.scheme, parts.netloc, path, f"{query}&X-Amz-Signature={signature}", ""))


def host_of(parts: SplitResult) -> str:
    """The Host header clients send for a URL: lower case, no user, no port that goes without saying."""
    host = parts.hostname or ""
    if ":" in host:
        host = f"[{host}]"
    if parts.port is None or parts.port == DEFAULT_PORTS.get(parts.scheme):
        return host
    return f"{host}:{parts.port}"


def verify(
    request: SignedRequest, *, credentials: Credentials, region: str, now: datetime, service: str = "s3"
) -> Verified | Refusal:
    """Return what was signed, or the first rule that is broken and why. A URL holds at its last instant still."""
    pairs = query_pairs(request.raw_query)
    if any(name.lower() == b"authorization" for name, _ in request.headers):
        return Refusal(Rule.PARAMETERS, "only one way to authenticate is allowed; drop the Authorization header")
    claim = read_claim(pairs, region=region, service=service)
    if isinstance(claim, Refusal):
        return claim
    case = _Case(request, pairs, claim, credentials, now)
    for check in CHECKS:
        refusal = check(case)
        if refusal is not None:
            return refusal
    return Verified({_text(name): _text(value) for name, value in reversed(pairs)})


@dataclass(frozen=True)
class _Case:
    """A request and all it is judged by."""

    request: SignedRequest
    pairs: Pairs
    claim: Claim
    credentials: Credentials
    now: datetime

    @property
    def sent_headers(self) -> frozenset[str]:
        return frozenset(name.decode("latin-1").lower() for name, _ in self.request.headers)


def _check_access_key(case: _Case) -> Refusal | None:
    given = case.claim.access_key_id
    if hmac.compare_digest(given.encode(), case.credentials.access_key_id.encode()):
        return None
    return Refusal(Rule.ACCESS_KEY, facts={"AWSAccessKeyId": given})


def _check_signed_headers(case: _Case) -> Refusal | None:
    """Every signed header was sent, and the host and all x-amz headers are signed.

    A method without a body need not send what describes one: it isn't the method that was signed, and that is for
    the signature to say.
    """
    signed = frozenset(case.claim.signed_headers)
    unsigned = sorted(
        name
        for name in case.sent_headers | {"host"}
        if (name == "host" or name.startswith("x-amz-")) and name not in signed | MAY_BE_UNSIGNED
    )
    if unsigned:
        return Refusal(Rule.SIGNED_HEADERS, facts={"HeadersNotSigned": ", ".join(unsigned)})
    absent = sorted(signed - case.sent_headers)
    if case.request.method != "PUT":
        absent = [name for name in absent if not name.startswith("content-")]
    if absent:
        return Refusal(Rule.SIGNED_HEADERS, f"signed but not sent: {', '.join(absent)}")
    return None


def _check_not_before(case: _Case) -> Refusal | None:
    if case.claim.signed_at - case.now <= TOLERATED_SKEW:
        return None
    return Refusal(Rule.FUTURE, facts={"RequestTime": case.claim.timestamp, "ServerTime": _instant(case.now)})


def _check_not_expired(case: _Case) -> Refusal | None:
    if case.now - case.claim.signed_at <= case.claim.lifetime:
        return None
    expires_at = case.claim.signed_at + case.claim.lifetime
    return Refusal(
        Rule.EXPIRED,
        facts={
            "X-Amz-Expires": str(int(case.claim.lifetime.total_seconds())),
            "Expires": _instant(expires_at),
            "ServerTime": _instant(case.now),
        },
    )


def _check_signature(case: _Case) -> Refusal | None:
    claim, request = case.claim, case.request
    pairs = [(name, value) for name, value in case.pairs if name != b"X-Amz-Signature"]
    canonical = canonical_request(request.method, request.raw_path, pairs, request.headers, claim.signed_headers)
    to_sign = _string_to_sign(claim.timestamp, claim.scope, canonical)
    expected = _signature(case.credentials, to_sign, claim.scope)
    if hmac.compare_digest(claim.signature.encode(), expected.encode()):
        return None
    return Refusal(
        Rule.SIGNATURE,
        facts={
            "AWSAccessKeyId": claim.access_key_id,
            "StringToSign": to_sign.decode(),
            "SignatureProvided": claim.signature,
            "StringToSignBytes": to_sign.hex(" "),
            "CanonicalRequest": canonical.decode("utf-8", "replace"),
            "CanonicalRequestBytes": canonical.hex(" "),
        },
    )


CHECKS: Sequence[Callable[[_Case], Refusal | None]] = (
    _check_access_key,
    _check_signed_headers,
    _check_not_before,
    _check_not_expired,
    _check_signature,
)


def _string_to_sign(timestamp: str, scope: str, canonical: bytes) -> bytes:
    return "\n".join([ALGORITHM, timestamp, scope, hashlib.sha256(canonical).hexdigest()]).encode()


def _signature(credentials: Credentials, to_sign: bytes, scope: str) -> str:
    date, region, service, _ = scope.rsplit("/", 3)
    key = f"AWS4{credentials.secret_access_key}".encode()
    for part in (date, region, service, TERMINATOR):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.digest(key, to_sign, "sha256").hex()


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")
