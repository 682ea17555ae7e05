"""HTTP Archives (HAR 1.2) as browsers, proxies, this tool and the mock write them: with gaps, and in many spellings."""

from __future__ import annotations

import base64
import binascii
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from contract_tests.errors import WrongUse
from contract_tests.gate.drift.recording import Body, Recorded

MOST_BYTES = 256 * 1024 * 1024
"""What is larger is no recording of one client's calls; it has to be split before it is read."""

_NO_TYPE = frozenset({"x-unknown", "application/x-unknown"})
_NO_ANSWER = "the call got no answer"
_BASE64 = "base64"


@dataclass(frozen=True)
class Archive:
    """The exchanges of an archive, and how many of its entries could not be read, by the reason."""

    name: str
    exchanges: Sequence[Recorded]
    unread: Mapping[str, int] = field(default_factory=dict)


def read_archive(file: Path) -> Archive:
    """Read a HAR file.

    Raises:
        WrongUse: unreadable, too large, or no HAR; one line with the file's name.
    """
    try:
        size = file.stat().st_size
        if size > MOST_BYTES:
            raise WrongUse(f"{file} has {size >> 20} MiB; archives may have {MOST_BYTES >> 20} at most")
        content = file.read_bytes()
    except OSError as error:
        raise WrongUse(f"{file} can't be read: {error.strerror}") from error
    return archive_of(content, str(file))


def archive_of(content: bytes, name: str) -> Archive:
    """The archive of a file's bytes. `name`: what it is called in messages. Raises `WrongUse`."""
    try:
        data = json.loads(content)
    except RecursionError as error:
        raise WrongUse(f"{name} is nested too deep to be an HTTP Archive") from error
    except ValueError as error:
        raise WrongUse(f"{name} is no HTTP Archive (HAR): {_reason(error)}") from error
    log = data.get("log") if isinstance(data, dict) else None
    entries = log.get("entries") if isinstance(log, dict) else None
    if not isinstance(entries, list):
        raise WrongUse(f"{name} is no HTTP Archive (HAR): it has no list log.entries")
    unread: Counter[str] = Counter()
    return Archive(name, list(_exchanges(entries, name, unread)), unread)


def _reason(error: ValueError) -> str:
    return f"{error.msg} in line {error.lineno}" if isinstance(error, json.JSONDecodeError) else "it is no text"


def _exchanges(entries: Sequence[Any], name: str, unread: Counter[str]) -> Iterator[Recorded]:
    for number, entry in enumerate(entries, 1):
        try:
            yield _exchange(entry, f"{name}, entry {number}")
        except _Unread as reason:
            unread[str(reason)] += 1


class _Unread(Exception):
    """An entry says nothing about the API; the message is why."""


def _exchange(entry: Any, origin: str) -> Recorded:
    request, response = _member(entry, "request"), _member(entry, "response")
    method, url, status = request.get("method"), request.get("url"), response.get("status")
    if not isinstance(method, str) or not isinstance(url, str) or not _is_url(url):
        raise _Unread("the entry has no method or no URL")
    if not isinstance(status, int) or not 100 <= status <= 599:
        raise _Unread(_NO_ANSWER)  # status 0: blocked, aborted, or no connection
    headers, answered = _headers(request), _headers(response)
    return Recorded(
        method=method.upper(),
        url=url,
        status=status,
        sent=_sent(request, headers),
        answer=_answer(response, answered),
        headers=headers,
        answer_headers=answered,
        origin=origin,
    )


def _is_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        return False


def _member(value: Any, name: str) -> Mapping[str, Any]:
    found = value.get(name) if isinstance(value, dict) else None
    if not isinstance(found, dict):
        raise _Unread(f"the entry has no {name}")
    return found


def _headers(message: Mapping[str, Any]) -> dict[str, str]:
    """Names in lower case; the first of several; the pseudo-headers of HTTP/2 are none."""
    found: dict[str, str] = {}
    for each in _list(message, "headers"):
        name, value = each.get("name"), each.get("value")
        if isinstance(name, str) and isinstance(value, str) and not name.startswith(":"):
            found.setdefault(name.strip().lower(), value)
    return found


def _list(value: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    found = value.get(name)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _sent(request: Mapping[str, Any], headers: Mapping[str, str]) -> Body:
    data = request.get("postData")
    if not isinstance(data, dict):
        size = _size(request, "bodySize")
        return Body(b"" if size <= 0 else None, _media_type(headers, ""), size <= 0)
    content = _text(data)
    if content is None and _list(data, "params"):
        content = _form(_list(data, "params"))
    return _body(content, _media_type(headers, data.get("mimeType")), _size(request, "bodySize"), data)


def _answer(response: Mapping[str, Any], headers: Mapping[str, str]) -> Body:
    content = response.get("content")
    data: Mapping[str, Any] = content if isinstance(content, dict) else {}
    text = _text(data)
    sizes = _size(data, "size"), _size(response, "bodySize")
    if text is None and max(sizes) <= 0 and "_file" not in data:
        text = b""  # tools leave the text of an empty body out
    return _body(text, _media_type(headers, data.get("mimeType")), sizes[0], data)


def _body(content: bytes | None, media_type: str, size: int, data: Mapping[str, Any]) -> Body:
    """A body whose text is missing though it has a size was not kept; one that is shorter may have been cut."""
    if content == b"" and size > 0:
        content = None
    is_whole = content is not None and size <= len(content) and data.get("comment") in {None, "", _BASE64}
    return Body(content, media_type, is_whole)


def _text(data: Mapping[str, Any]) -> bytes | None:
    text = data.get("text")
    if not isinstance(text, str):
        return None
    if _BASE64 in (data.get("encoding"), data.get("comment")):
        try:
            return base64.b64decode(text)
        except (binascii.Error, ValueError):
            return None
    return text.encode("utf-8", "surrogatepass")


def _form(params: Sequence[Mapping[str, Any]]) -> bytes:
    return urlencode([(str(each.get("name", "")), str(each.get("value", ""))) for each in params]).encode()


def _media_type(headers: Mapping[str, str], stated: Any) -> str:
    found = headers.get("content-type") or (stated if isinstance(stated, str) else "")
    kind = found.partition(";")[0].strip().lower()
    return "" if kind in _NO_TYPE else kind


def _size(value: Mapping[str, Any], name: str) -> int:
    """What a size is said to be; -1 where it is not known."""
    found = value.get(name)
    return found if isinstance(found, int) and not isinstance(found, bool) else -1
