"""What is known of a request while it passes through the server."""

from __future__ import annotations

import re
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from mock_server.core.exchange import Caller
from mock_server.core.namespace import Namespace
from mock_server.core.trace import Trace

Scope = MutableMapping[str, Any]
_KEY = "mock_server.exchange"


@dataclass(slots=True)
class Exchange:
    """One request and what has become of it so far; shared by all stages through the ASGI scope.

    `group`: the name of the API group whose path was asked for. `reads_from`: the copy of the namespace that a reading
    call sees instead of the namespace itself. `began_at`: on the namespace's clock. `steering`: headers that tell by
    what the answer is steered. `headers`: of the request; of those that are given more than once, the first one.
    """

    request_id: str
    namespace: Namespace
    group: str | None = None
    caller: Caller | None = None
    operation_id: str | None = None
    reads_from: str | None = None
    began_at: datetime | None = None
    trace: Trace = field(default_factory=Trace)
    steering: list[tuple[bytes, bytes]] = field(default_factory=list)
    headers: Mapping[bytes, bytes] = field(default_factory=dict)

    @classmethod
    def of(cls, scope: Scope) -> Exchange:
        """The exchange of this scope."""
        found: Exchange = scope[_KEY]
        return found

    def attach(self, scope: Scope) -> None:
        """Make this the scope's exchange."""
        self.headers = first_values(scope["headers"])
        scope[_KEY] = self


def header(scope: Scope, name: bytes) -> str | None:
    """The first value of a request header; `name` in lower case."""
    exchange: Exchange | None = scope.get(_KEY)
    found = (exchange.headers if exchange else first_values(scope["headers"])).get(name)
    return None if found is None else found.decode("latin-1")


def first_values(headers: Sequence[tuple[bytes, bytes]]) -> Mapping[bytes, bytes]:
    """The headers by name; of those that are given more than once, the first one."""
    return dict(reversed(headers))


_HOST = re.compile(r"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::([0-9]{1,5}))?")


def base_url(scope: Scope) -> str:
    """The address the client reached us under, without a path; our own where its Host header names none."""
    host = header(scope, b"host") or ""
    if not _is_host(host):
        address, port = scope["server"]
        host = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
    return f"{scope['scheme']}://{host}"


@lru_cache(maxsize=256)
def _is_host(text: str) -> bool:
    found = _HOST.fullmatch(text)
    return found is not None and int(found[1] or 0) <= 65535
