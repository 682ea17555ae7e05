"""Entries as an HTTP Archive (HAR 1.2), which browsers and HTTP tools open."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from mock_server.core.instants import to_text
from mock_server.core.journal.contents import media_type, text_of
from mock_server.core.journal.entry import Exchanged, Headers, Message
from openapi.redaction.bodies import FORM_TYPE

HTTP_VERSION = "HTTP/1.1"
UNKNOWN_SIZE = -1


def har(entries: Iterable[Exchanged], creator: str, version: str) -> Iterator[bytes]:
    """The archive, piece by piece."""
    head = {"version": "1.2", "creator": {"name": creator, "version": version}, "pages": []}
    yield f'{{"log":{json.dumps(head)[:-1]},"entries":['.encode()
    for place, entry in enumerate(entries):
        yield (b"," if place else b"") + json.dumps(har_entry(entry), ensure_ascii=False).encode("utf-8", "replace")
    yield b"]}}"


def har_entry(entry: Exchanged) -> dict[str, Any]:
    """One entry of an archive."""
    milliseconds = round(entry.seconds * 1000, 3)
    return {
        "startedDateTime": to_text(entry.at),
        "time": milliseconds,
        "request": _request(entry),
        "response": _response(entry),
        "cache": {},
        "timings": {"send": 0, "wait": milliseconds, "receive": 0},
        "_id": entry.id,
        "_operation": entry.operation_id,
        "_rules": list(entry.rules),
    }


def _request(entry: Exchanged) -> dict[str, Any]:
    sent = entry.request
    found = {
        "method": entry.method,
        "url": entry.url,
        "httpVersion": HTTP_VERSION,
        "cookies": [],
        "headers": _headers(sent.headers),
        "queryString": [
            {"name": name, "value": value} for name, value in parse_qsl(entry.query, keep_blank_values=True)
        ],
        "headersSize": UNKNOWN_SIZE,
        "bodySize": sent.size_bytes,
    }
    return {**found, "postData": _post_data(sent)} if sent.size_bytes else found


def _post_data(sent: Message) -> dict[str, Any]:
    """HAR knows no encoding here: what is no text is written as base64, and says so in a comment."""
    text = text_of(sent)
    data: dict[str, Any] = {"mimeType": media_type(sent), "text": base64.b64encode(sent.body).decode()}
    if text is None:
        return {**data, "comment": "base64"}
    if media_type(sent) == FORM_TYPE:
        pairs = parse_qsl(text, keep_blank_values=True)
        return {**data, "text": text, "params": [{"name": name, "value": value} for name, value in pairs]}
    return {**data, "text": text, **_cut(sent)}


def _response(entry: Exchanged) -> dict[str, Any]:
    received = entry.response
    return {
        "status": entry.status,
        "statusText": _phrase(entry.status),
        "httpVersion": HTTP_VERSION,
        "cookies": [],
        "headers": _headers(received.headers),
        "content": _content(received),
        "redirectURL": received.header("location"),
        "headersSize": UNKNOWN_SIZE,
        "bodySize": received.size_bytes,
    }


def _content(received: Message) -> dict[str, Any]:
    found = {"size": received.size_bytes, "mimeType": media_type(received) or "x-unknown", **_cut(received)}
    text = text_of(received)
    if text is None:
        return {**found, "text": base64.b64encode(received.body).decode(), "encoding": "base64"}
    return {**found, "text": text}


def _cut(message: Message) -> dict[str, Any]:
    return {"comment": f"{len(message.body)} of {message.size_bytes} bytes were kept"} if message.is_cut else {}


def _headers(headers: Headers) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers]


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase if status in set(HTTPStatus) else ""
