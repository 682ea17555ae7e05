"""Whether a presigned URL returns the bytes of an upload, with its type and under its name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from contract_tests.broken import Broken, Difference
from contract_tests.exchange import Exchange
from contract_tests.presigned import parameter
from contract_tests.uploads import Upload, Uploads

_EXTENDED = re.compile(r"filename\*\s*=\s*utf-8''([^;\s]+)", re.IGNORECASE)
_QUOTED = re.compile(r'filename\s*=\s*"((?:[^"\\]|\\.)*)"', re.IGNORECASE)
_PLAIN = re.compile(r"filename\s*=\s*([^;\s\"]+)", re.IGNORECASE)


def require_download(uploads: Uploads, shown: Mapping[str, Any], upload: Upload, rule: str) -> None:
    """What an operation has answered must lead to the upload's bytes. Raises `Broken`."""
    fetched = uploads.fetch(shown["url"])
    differences = [*_shown_differences(shown, upload), *_fetched_differences(fetched, upload)]
    if differences:
        raise Broken(rule, "the URL returns the file as it was announced and confirmed", differences)


def offered_name(disposition: str) -> str:
    """The file name in a Content-Disposition (RFC 6266); empty where it has none."""
    if found := _EXTENDED.search(disposition):
        return unquote(found[1])
    if found := _QUOTED.search(disposition):
        return re.sub(r"\\(.)", r"\1", found[1])
    found = _PLAIN.search(disposition)
    return found[1] if found else ""


def harmless(name: str) -> str:
    """The name as a careful server may write it: without separators of paths, blanks around it, or dots alone."""
    changed = re.sub(r"[/\\]", "_", name).strip()
    return changed if changed.strip(".") else ""


def _shown_differences(shown: Mapping[str, Any], upload: Upload) -> Iterator[Difference]:
    expected = {"filename": upload.filename, "mimeType": upload.mime_type}
    for name, value in expected.items():
        if shown[name] != value:
            yield Difference(f"/{name}", value, shown[name])
    seconds = parameter(shown["url"], "X-Amz-Expires")
    if str(shown["expiresInSeconds"]) != seconds:
        yield Difference("/expiresInSeconds", seconds, shown["expiresInSeconds"])


def _fetched_differences(fetched: Exchange, upload: Upload) -> Iterator[Difference]:
    if fetched.status != 200:
        yield Difference("status", 200, fetched.status)
        return
    if fetched.body != upload.content:
        yield Difference("body", f"{len(upload.content)} bytes as put", f"{len(fetched.body)} bytes, others")
    if fetched.media_type != upload.mime_type:
        yield Difference("content-type", upload.mime_type, fetched.media_type)
    name = offered_name(fetched.headers.get("content-disposition", ""))
    if harmless(upload.filename) not in {harmless(name), ""}:
        yield Difference("content-disposition", upload.filename, name)
