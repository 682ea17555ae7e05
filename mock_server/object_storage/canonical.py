"""The canonical form of a request: what Signature Version 4 signs instead of the bytes on the wire.

A path or query is decoded and encoded again, one way for all, as S3 does: clients and proxies spell the same URL
differently (`~` or `%7E`, `%20` or `+` in a query), and none of that changes what is asked for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from urllib.parse import quote, unquote_to_bytes

UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD"

Pairs = Sequence[tuple[bytes, bytes]]


def encoded(value: str | bytes) -> str:
    """Percent-encoded UTF-8; only letters, digits and `-_.~` stay."""
    return quote(value, safe="-_.~")


def encoded_path(path: str | bytes) -> str:
    """Like `encoded`, but slashes stay: they part the path, doubled or not."""
    return quote(path, safe="/-_.~")


def canonical_path(raw_path: bytes) -> str:
    """The path in one spelling. Dots and double slashes stay as they are: to S3 they are part of the key."""
    return encoded_path(unquote_to_bytes(raw_path)) or "/"


def query_pairs(raw_query: bytes) -> list[tuple[bytes, bytes]]:
    """Names and values of a query, decoded, in their order; a plus sign is a space, as in forms."""
    parts = (part.partition(b"=") for part in raw_query.replace(b"+", b" ").split(b"&") if part)
    return [(unquote_to_bytes(name), unquote_to_bytes(value)) for name, _, value in parts]


def encoded_query(pairs: Iterable[tuple[str | bytes, str | bytes]]) -> str:
    """The pairs as a query, in the order given."""
    return "&".join(f"{encoded(name)}={encoded(value)}" for name, value in pairs)


def canonical_query(pairs: Pairs) -> str:
    """The pairs as a query, ordered by encoded name, then encoded value."""
    ordered = sorted((encoded(name), encoded(value)) for name, value in pairs)
    return "&".join(f"{name}={value}" for name, value in ordered)


def canonical_header(name: str, headers: Pairs) -> bytes:
    """One header line: all values it was sent with, outer space cut and inner space made single; empty when absent."""
    values = [b" ".join(value.split()) for sent, value in headers if sent.lower() == name.encode()]
    return name.encode() + b":" + b",".join(values)


def canonical_request(
    method: str, raw_path: bytes, pairs: Pairs, headers: Pairs, signed_headers: Collection[str]
) -> bytes:
    """The text whose digest is signed. `pairs`: the query without the signature itself."""
    names = sorted(signed_headers)
    return b"\n".join(
        [
            method.encode(),
            canonical_path(raw_path).encode(),
            canonical_query(pairs).encode(),
            *(canonical_header(name, headers) for name in names),
            b"",
            ";".join(names).encode(),
            UNSIGNED_PAYLOAD.encode(),
        ]
    )
