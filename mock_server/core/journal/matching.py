"""What an exchange is expected to be, as data, and in what one differs from it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from mock_server.core.journal.contents import ABSENT, at, escaped, is_same, misses, value_of
from mock_server.core.journal.entry import Exchanged, Message
from mock_server.core.journal.filters import path_matches, status_matches

Matcher = Mapping[str, Any]
"""Members as in `DIFFERENCES`; an exchange has to fit all of them, and an empty matcher is fitted by any."""


@dataclass(frozen=True)
class Difference:
    """One thing that isn't as expected. `pointer`: into the matcher; `actual`: `ABSENT` where there is nothing."""

    pointer: str
    expected: Any
    actual: Any


@dataclass(frozen=True)
class Miss:
    """An exchange that doesn't match. `distance`: how far from it, what it was asked to do weighing most."""

    entry: Exchanged
    differences: tuple[Difference, ...]
    distance: int


def differences(matcher: Matcher, entry: Exchanged) -> Iterator[Difference]:
    """Everything in which the exchange is not what the matcher wants; nothing where it matches."""
    for name, wanted in matcher.items():
        yield from DIFFERENCES[name](wanted, entry)


def miss(matcher: Matcher, entry: Exchanged) -> Miss | None:
    """How the exchange misses the matcher; `None` where it matches."""
    found = tuple(differences(matcher, entry))
    heavy = [weight for each in found if (weight := WEIGHTS.get(each.pointer.split("/")[1]))]
    return Miss(entry, found, sum(heavy) + min(len(found) - len(heavy), MOST_LIGHT)) if found else None


def check(matcher: Matcher) -> None:
    """Raises `ValueError` for a matcher that no exchange could be held against."""
    if "status" in matcher:
        status_matches(matcher["status"], 200)
    for name in ("bodyPaths", "responseBodyPaths"):
        for pointer in matcher.get(name, {}):
            at({}, pointer)


def _same(name: str, read: Callable[[Exchanged], Any]) -> Callable[[Any, Exchanged], Iterator[Difference]]:
    def compare(wanted: Any, entry: Exchanged) -> Iterator[Difference]:
        actual = read(entry)
        if wanted != actual:
            yield Difference(f"/{name}", wanted, ABSENT if actual is None else actual)

    return compare


def _path(wanted: Any, entry: Exchanged) -> Iterator[Difference]:
    if not path_matches(wanted, entry.path):
        yield Difference("/path", wanted, entry.path)


def _status(wanted: Any, entry: Exchanged) -> Iterator[Difference]:
    if not status_matches(wanted, entry.status):
        yield Difference("/status", wanted, entry.status)


def _rule(wanted: Any, entry: Exchanged) -> Iterator[Difference]:
    if wanted not in entry.rules:
        yield Difference("/rule", wanted, ", ".join(entry.rules) or ABSENT)


def _headers(wanted: Any, entry: Exchanged) -> Iterator[Difference]:
    """Names in any case; `null` for one that must not have been sent."""
    for name, value in wanted.items():
        sent = [found for key, found in entry.request.headers if key == name.lower()]
        yield from _among(sent, value, f"/headers/{escaped(name)}")


def _query(wanted: Any, entry: Exchanged) -> Iterator[Difference]:
    """Decoded values; `null` for a parameter that must not have been sent."""
    pairs = parse_qsl(entry.query, keep_blank_values=True)
    for name, value in wanted.items():
        yield from _among([found for key, found in pairs if key == name], value, f"/query/{escaped(name)}")


def _body(name: str, read: Callable[[Exchanged], Message]) -> Callable[[Any, Exchanged], Iterator[Difference]]:
    def compare(wanted: Any, entry: Exchanged) -> Iterator[Difference]:
        for pointer, expected, actual in misses(wanted, value_of(read(entry))):
            yield Difference(f"/{name}{pointer}", expected, actual)

    return compare


def _body_paths(name: str, read: Callable[[Exchanged], Message]) -> Callable[[Any, Exchanged], Iterator[Difference]]:
    def compare(wanted: Any, entry: Exchanged) -> Iterator[Difference]:
        value = value_of(read(entry))
        for pointer, expected in wanted.items():
            actual = at(value, pointer)
            if not is_same(expected, actual):
                yield Difference(f"/{name}/{escaped(pointer)}", expected, actual)

    return compare


def _among(sent: list[str], wanted: str | None, pointer: str) -> Iterator[Difference]:
    if wanted is None and sent:
        yield Difference(pointer, ABSENT, ", ".join(sent))
    elif wanted is not None and wanted not in sent:
        yield Difference(pointer, wanted, ", ".join(sent) if sent else ABSENT)


def _request(entry: Exchanged) -> Message:
    return entry.request


def _response(entry: Exchanged) -> Message:
    return entry.response


DIFFERENCES: Mapping[str, Callable[[Any, Exchanged], Iterator[Difference]]] = {
    "operation": _same("operation", lambda entry: entry.operation_id),
    "method": _same("method", lambda entry: entry.method),
    "path": _path,
    "status": _status,
    "rule": _rule,
    "merchant": _same("merchant", lambda entry: entry.caller and entry.caller.merchant_id),
    "headers": _headers,
    "query": _query,
    "body": _body("body", _request),
    "bodyPaths": _body_paths("bodyPaths", _request),
    "responseBody": _body("responseBody", _response),
    "responseBodyPaths": _body_paths("responseBodyPaths", _response),
}
"""Member of a matcher -> in what an exchange differs from it."""

WEIGHTS = {"operation": 16, "path": 12, "method": 8, "merchant": 4, "status": 3, "rule": 3}
"""What makes an exchange another one altogether weighs more than a member of its body, which weighs 1."""

MOST_LIGHT = 10
"""However much a body differs: what was asked to do weighs more."""
