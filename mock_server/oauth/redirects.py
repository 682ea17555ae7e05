"""Redirect URIs: which of them are a client's own, and how an answer is put into one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from urllib.parse import quote, urlencode

_LOOPBACK = re.compile(r"(http://(?:127\.0\.0\.1|\[::1\]|localhost))(?::[0-9]+)?((?:[/?].*)?)", re.DOTALL)
"""RFC 8252 would leave out the name; developers use it (assumed)."""

MAX_PORT = 65535


def is_registered(given: str, registered: Iterable[str]) -> bool:
    """Whether it is one of these, letter by letter; only the port of a loopback address may be another (RFC 8252).

    URIs are compared as texts and never parsed: what two parsers may read differently can't be the same text.
    """
    return any(given == each or _differs_in_port(given, each) for each in registered)


def with_answer(redirect_uri: str, answer: Sequence[tuple[str, str]]) -> str:
    """The URI with the members of an answer in its query. A blank becomes %20: not everybody reads a plus as one."""
    return f"{redirect_uri}{'&' if '?' in redirect_uri else '?'}{urlencode(answer, quote_via=quote)}"


def _differs_in_port(given: str, registered: str) -> bool:
    loopback = _LOOPBACK.fullmatch(registered)
    if loopback is None:
        return False
    origin, rest = map(re.escape, loopback.groups())
    found = re.fullmatch(f"{origin}(?::([1-9][0-9]{{0,4}}))?{rest}", given)
    return found is not None and int(found[1] or 0) <= MAX_PORT
