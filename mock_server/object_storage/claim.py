"""What a presigned URL claims about itself: the `X-Amz-*` query parameters, read strictly."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from mock_server.object_storage.canonical import Pairs
from mock_server.object_storage.rules import Refusal, Rule

ALGORITHM = "AWS4-HMAC-SHA256"
TERMINATOR = "aws4_request"
TIMESTAMP = "%Y%m%dT%H%M%SZ"
LONGEST_LIFETIME = timedelta(days=7)

PARAMETERS = (
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Date",
    "X-Amz-Expires",
    "X-Amz-SignedHeaders",
    "X-Amz-Signature",
)

_TIMESTAMP_FORM = re.compile(r"[0-9]{8}T[0-9]{6}Z")
_SECONDS_FORM = re.compile(r"[1-9][0-9]{0,5}")
_HEADERS_FORM = re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]+(;[a-z0-9!#$%&'*+.^_`|~-]+)*")


@dataclass(frozen=True)
class Claim:
    """The parameters of a presigned URL, well-formed, not yet believed."""

    access_key_id: str
    signed_at: datetime
    lifetime: timedelta
    signed_headers: tuple[str, ...]
    signature: str
    scope: str

    @property
    def timestamp(self) -> str:
        return timestamp_of(self.signed_at)


def timestamp_of(instant: datetime) -> str:
    """The instant as X-Amz-Date has it; `strftime` would leave out the zeros of years before 1000."""
    return re.sub(r"[-:]|\+.*", "", instant.astimezone(UTC).isoformat(timespec="seconds")) + "Z"


class _Malformed(Exception):
    """A parameter is not as it must be."""


def read_claim(pairs: Pairs, *, region: str, service: str) -> Claim | Refusal:
    """Return what the query claims, or why it can't be read: a parameter is missing, doubled or malformed."""
    try:
        values = _present_once(pairs)
        _expect(values["X-Amz-Algorithm"] == ALGORITHM, f"X-Amz-Algorithm only supports {ALGORITHM}")
        signed_at = _timestamp(values["X-Amz-Date"])
        access_key_id, scope = _credential(values["X-Amz-Credential"], values["X-Amz-Date"], region, service)
        return Claim(
            access_key_id=access_key_id,
            signed_at=signed_at,
            lifetime=_lifetime(values["X-Amz-Expires"]),
            signed_headers=_signed_headers(values["X-Amz-SignedHeaders"]),
            signature=values["X-Amz-Signature"],
            scope=scope,
        )
    except _Malformed as malformed:
        return Refusal(Rule.PARAMETERS, str(malformed))


def credential_scope(timestamp: str, region: str, service: str) -> str:
    """What a signing key is good for: a day, a region, a service."""
    return f"{timestamp[:8]}/{region}/{service}/{TERMINATOR}"


def _expect(holds: bool, otherwise: str) -> None:
    if not holds:
        raise _Malformed(otherwise)


def _present_once(pairs: Pairs) -> dict[str, str]:
    values = {}
    for parameter in PARAMETERS:
        found = [value.decode("utf-8", "replace") for name, value in pairs if name == parameter.encode()]
        _expect(len(found) > 0 and found[0] != "", f"{parameter} is missing; required: {', '.join(PARAMETERS)}")
        _expect(len(found) == 1, f"{parameter} is given {len(found)} times")
        values[parameter] = found[0]
    return values


def _timestamp(value: str) -> datetime:
    _expect(_TIMESTAMP_FORM.fullmatch(value) is not None, "X-Amz-Date must be in the form yyyyMMdd'T'HHmmss'Z'")
    try:
        return datetime.strptime(value, TIMESTAMP).replace(tzinfo=UTC)
    except ValueError:
        raise _Malformed("X-Amz-Date is not a date") from None


def _credential(value: str, timestamp: str, region: str, service: str) -> tuple[str, str]:
    parts = value.rsplit("/", 4)
    _expect(
        len(parts) == 5 and all(parts),
        f"X-Amz-Credential must be <access key id>/<yyyyMMdd>/{region}/{service}/{TERMINATOR}",
    )
    access_key_id, *claimed = parts
    expected = credential_scope(timestamp, region, service).split("/")
    for what, given, wanted in zip(("date", "region", "service", "terminator"), claimed, expected, strict=True):
        _expect(given == wanted, f"the {what} in X-Amz-Credential is wrong; expecting '{wanted}'")
    return access_key_id, "/".join(expected)


def _lifetime(value: str) -> timedelta:
    longest = int(LONGEST_LIFETIME.total_seconds())
    _expect(
        _SECONDS_FORM.fullmatch(value) is not None and int(value) <= longest,
        f"X-Amz-Expires must be a whole number of seconds from 1 to {longest}",
    )
    return timedelta(seconds=int(value))


def _signed_headers(value: str) -> tuple[str, ...]:
    names = tuple(value.split(";"))
    _expect(
        _HEADERS_FORM.fullmatch(value) is not None and len(set(names)) == len(names),
        "X-Amz-SignedHeaders must name headers once each, in lower case, parted by semicolons",
    )
    return names
