"""Presigned URLs as text: read, and changed in one place while the rest stays letter by letter. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, unquote, urlsplit, urlunsplit

PARAMETERS = (
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Date",
    "X-Amz-Expires",
    "X-Amz-SignedHeaders",
    "X-Amz-Signature",
)
TIMESTAMP = "%Y%m%dT%H%M%SZ"
Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class BucketCall:
    """A request to a bucket, before it is sent. `says_length`: whether Content-Length is sent along."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    says_length: bool = True

    def with_headers(self, **changes: str | None) -> BucketCall:
        """With these headers, an underscore for a dash; `None` leaves one out."""
        named = {name.replace("_", "-"): value for name, value in changes.items()}
        merged = {**self.headers, **named}
        return replace(self, headers={name: value for name, value in merged.items() if value is not None})

    def with_parameter(self, name: str, value: str) -> BucketCall:
        """With another value of a parameter of the query, or one more."""
        return replace(self, url=with_parameter(self.url, name, value))


def pairs(url: str) -> Pairs:
    """The query's names and values, decoded, in their order."""
    parts = (each.partition("=") for each in urlsplit(url).query.split("&") if each)
    return [(unquote(name), unquote(value)) for name, _, value in parts]


def parameter(url: str, name: str) -> str:
    """The value of a parameter; empty where it is missing. Names are compared as S3 does, with their case."""
    return dict(pairs(url)).get(name, "")


def with_parameter(url: str, name: str, value: str) -> str:
    """The URL with another value of a parameter, or with one more."""
    kept = pairs(url)
    if not any(each == name for each, _ in kept):
        return _with_query(url, [*kept, (name, value)])
    return _with_query(url, [(each, value if each == name else old) for each, old in kept])


def without_parameter(url: str, name: str) -> str:
    return _with_query(url, [pair for pair in pairs(url) if pair[0] != name])


def with_twice(url: str, name: str) -> str:
    """The URL with a parameter that comes twice, with the same value."""
    return _with_query(url, [*pairs(url), (name, parameter(url, name))])


def with_path(url: str, path: str) -> str:
    """The URL with another path, as it is sent."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, path, parts.query, ""))


def with_access_key(url: str, key: str) -> str:
    """The URL with a credential of somebody else."""
    _, slash, scope = parameter(url, "X-Amz-Credential").partition("/")
    return with_parameter(url, "X-Amz-Credential", key + slash + scope)


def signed_at(url: str) -> datetime:
    """When the URL says it was signed. Raises `ValueError` where it does not say."""
    return datetime.strptime(parameter(url, "X-Amz-Date"), TIMESTAMP).replace(tzinfo=UTC)


def lifetime(url: str) -> timedelta:
    """How long the URL says it is good. Raises `ValueError` where it does not say."""
    return timedelta(seconds=int(parameter(url, "X-Amz-Expires")))


def dated(url: str, moved: timedelta) -> str:
    """The URL with another date, in the scope of the credential as well, so that nothing but the date is wrong."""
    stamp = (signed_at(url) + moved).strftime(TIMESTAMP)
    key, _, *scope = parameter(url, "X-Amz-Credential").split("/")
    url = with_parameter(url, "X-Amz-Date", stamp)
    return with_parameter(url, "X-Amz-Credential", "/".join([key, stamp[:8], *scope]))


def signed_headers(url: str) -> tuple[str, ...]:
    """The names of the headers that were signed."""
    return tuple(parameter(url, "X-Amz-SignedHeaders").split(";"))


def other_letter(text: str, position: int) -> str:
    """The hexadecimal text with another digit at this position; `X-Amz-Signature` stays well formed."""
    other = "0" if text[position] != "0" else "1"
    return text[:position] + other + text[position + 1 :]


def _with_query(url: str, named: Pairs) -> str:
    parts = urlsplit(url)
    query = "&".join(f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}" for name, value in named)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))
