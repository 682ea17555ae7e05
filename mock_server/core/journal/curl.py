"""Entries as a shell script that sends the same requests again with curl."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator

from mock_server.core.instants import to_text
from mock_server.core.journal.contents import text_of
from mock_server.core.journal.entry import Exchanged
from openapi.redaction.names import HIDDEN

HEAD = """\
#!/usr/bin/env bash
# Sends again what the mock has journalled. Secrets are not in the journal: set TOKEN to a token before you run this,
# and put in by hand what shows as stars.
set -u
"""
LEFT_OUT = frozenset({"host", "content-length", "connection", "accept-encoding", "transfer-encoding", "expect"})
"""Headers that curl writes itself."""

_VARIABLES = {"authorization": "TOKEN", "cookie": "COOKIE", "proxy-authorization": "PROXY_AUTHORIZATION"}
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f]")


def script(entries: Iterable[Exchanged]) -> Iterator[bytes]:
    """The script, piece by piece: one command for each exchange."""
    yield HEAD.encode()
    for entry in entries:
        yield f"\n{_remark(entry)}\n{command(entry)}\n".encode("utf-8", "replace")


def command(entry: Exchanged) -> str:
    """The request as one command."""
    words = [f"curl --silent --show-error --globoff --request {shlex.quote(entry.method)}", shlex.quote(entry.url)]
    words.extend(f"--header {_header(name, value)}" for name, value in entry.request.headers if name not in LEFT_OUT)
    body = text_of(entry.request)
    if body:
        words.append(f"--data-raw {shlex.quote(body)}")
    return " \\\n  ".join(words)


def _remark(entry: Exchanged) -> str:
    said = f"{to_text(entry.at)} {entry.operation_id or entry.method}: {entry.status}"
    lost = entry.request.size_bytes - len(entry.request.body) if entry.request.is_cut else 0
    more = f"; {lost} bytes of the body were not kept" if lost > 0 else ""
    return _UNPRINTABLE.sub(" ", f"# {entry.id} {said}{more}")


def _header(name: str, value: str) -> str:
    if HIDDEN not in value:
        return shlex.quote(f"{name}: {value}" if value else f"{name};")
    variable = _VARIABLES.get(name) or "SECRET_" + re.sub(r"[^A-Z0-9]", "_", name.upper())
    before, _, after = value.partition(HIDDEN)
    return f'{shlex.quote(f"{name}: {before}")}"${{{variable}:-}}"{shlex.quote(after) if after else ""}'
