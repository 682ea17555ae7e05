"""Which namespace a request is for: it says so in a header, in its host, in its query or in its token."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from urllib.parse import parse_qsl

from mock_server.core.errors import Refused
from mock_server.core.head import Head
from mock_server.core.namespace import CLAIM, DEFAULT, HEADER, NAME_RULE, QUERY_PARAMETER, is_name

RULE_NAME = "CTL-NAMESPACE-NAME"
RULE_ONE = "CTL-NAMESPACE-ONE"
_HEADER = HEADER.encode()
_LOCAL = ".localhost"
_IN_HOST = _LOCAL.encode()


def selected(head: Head, query: bytes) -> str:
    """The name of the namespace a request is for.

    Raises:
        Refused: CTL-NAMESPACE-NAME, no namespace can be called that; CTL-NAMESPACE-ONE, two are named.
    """
    named = head.once(_named_in_head)
    if query and (b"amespace" in query or b"%" in query):  # its name may be spelled in another way
        named = (*named, *_named_in_query(query))
    return _only(dict.fromkeys(named)) if named else DEFAULT


def _only(named: Mapping[str, None]) -> str:
    for name in named:
        if not is_name(name):
            raise Refused(RULE_NAME, f"No namespace can be called {name[:80]!r}: {NAME_RULE}.")
    if len(named) > 1:
        listed = " and ".join(named)
        raise Refused(RULE_ONE, f"The request names more than one namespace: {listed}. It can be served in one only.")
    return next(iter(named))


def _named_in_head(head: Head) -> Sequence[str]:
    """The names in header, host and token."""
    return [name for key, value in head.lines if key in _READERS for name in _READERS[key](value)]


def _named_in_query(query: bytes) -> Sequence[str]:
    pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    return [value for name, value in pairs if name == QUERY_PARAMETER]


def _stated(value: bytes) -> Sequence[str]:
    return (value.decode("latin-1").strip(),)


def _in_host(value: bytes) -> Sequence[str]:
    if _IN_HOST not in value.lower():
        return ()
    name = value.decode("latin-1").lower().rsplit(":", 1)[0].rstrip(".")
    return (name.removesuffix(_LOCAL),) if name.endswith(_LOCAL) else ()


def _in_token(value: bytes) -> Sequence[str]:
    claimed = _claimed(value)
    return () if claimed is None else (claimed,)


@lru_cache(maxsize=1024)
def _claimed(authorization: bytes) -> str | None:
    """What a bearer token says of the namespace. Its signature is checked later, on that namespace's clock."""
    parts = authorization.split(b".")
    if len(parts) != 3 or len(authorization) > 10_000:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + b"=" * (-len(parts[1]) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        return None
    claimed = claims.get(CLAIM) if isinstance(claims, dict) else None
    return claimed if claimed is None or isinstance(claimed, str) else f"{claimed!r} of the token"


_READERS: Mapping[bytes, Callable[[bytes], Sequence[str]]] = {
    _HEADER: _stated,
    b"host": _in_host,
    b"authorization": _in_token,
}
"""Headers that may name a namespace."""
