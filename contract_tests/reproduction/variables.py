"""Values that one answer gave and a later request used: variables, so that the steps work anywhere, any time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from contract_tests.exchange import Exchange
from contract_tests.redaction import plain
from contract_tests.reproduction.steps import Taken, place
from openapi.documents import to_pointer

SHORTEST = 8
MOST = 60


@dataclass(frozen=True)
class Found:
    """A variable with its value, and which call's answer gave it (from 0)."""

    value: str
    call: int
    taken: Taken


def found_in(exchanges: Sequence[Exchange]) -> list[Found]:
    """The values that later requests take from earlier answers, the longest first.

    What a request had said before is no such value: the answer only repeats it.
    """
    requests = [_request(each) for each in exchanges]
    found: dict[str, Found] = {}
    for number, exchange in enumerate(exchanges):
        before, after = "\n".join(requests[: number + 1]), "\n".join(requests[number + 1 :])
        for pointer, parameter, value in _candidates(exchange.json):
            if value in found or value in before or value not in after or len(found) == MOST:
                continue
            if not _whole(value).search(after):
                continue
            found[value] = Found(value, number, Taken(f"V{len(found) + 1}", pointer, parameter))
    return sorted(found.values(), key=lambda each: -len(each.value))


def is_in_request(value: str, exchange: Exchange) -> bool:
    """Whether a request names a value."""
    return _whole(value).search(_request(exchange)) is not None


def with_places(text: str, known: Sequence[Found], call: int) -> str:
    """The text of a request with variables for what earlier answers gave."""
    for each in known:
        if each.call < call and each.value in text:
            name = place(each.taken.name)
            text = _whole(each.value).sub(lambda _, name=name: name, text)  # type: ignore[misc]
    return text


def _whole(value: str) -> re.Pattern[str]:
    """Where a value stands as such, not within a longer word."""
    return re.compile(rf"(?<![\w\-]){re.escape(value)}(?![\w\-])")


def _candidates(value: Any) -> Iterator[tuple[str, str, str]]:
    for pointer, text in _texts(value):
        if len(text) < SHORTEST or not any(each.isdigit() for each in text) or plain(pointer) != pointer:
            continue
        yield pointer, "", text
        if text.startswith(("http://", "https://")):
            yield from ((pointer, name, each) for name, each in _parameters(text) if len(each) >= SHORTEST)


def _parameters(url: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(urlsplit(url).query)
    except ValueError:  # it only begins like a URL
        return []


def _texts(value: Any) -> Iterator[tuple[str, str]]:
    """Every text in a JSON value, with its pointer."""
    waiting: list[tuple[tuple[str | int, ...], Any]] = [((), value)]
    while waiting:
        path, each = waiting.pop()
        if isinstance(each, str):
            yield to_pointer(*path), each
        elif isinstance(each, dict):
            waiting += [((*path, name), child) for name, child in each.items()]
        elif isinstance(each, list):
            waiting += [((*path, index), child) for index, child in enumerate(each)]


def _request(exchange: Exchange) -> str:
    sent = exchange.sent
    headers = "\n".join(value for name, value in sent.headers.items() if name != "authorization")
    return f"{sent.url}\n{headers}\n{sent.body.decode('utf-8', 'replace')}"
