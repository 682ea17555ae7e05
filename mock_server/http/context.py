"""What is known of a request while it passes through the server."""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from mock_server.core.exchange import Caller
from mock_server.core.namespace import Namespace
from mock_server.core.trace import Trace

Scope = MutableMapping[str, Any]
_KEY = "mock_server.exchange"


@dataclass
class Exchange:
    """One request and what has become of it so far; shared by all stages through the ASGI scope.

    `group`: the name of the API group whose path was asked for. `reads_from`: the copy of the namespace that a reading
    call sees instead of the namespace itself. `began_at`: on the namespace's clock. `steering`: headers that tell by
    what the answer is steered.
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

    @classmethod
    def of(cls, scope: Scope) -> Exchange:
        """The exchange of this scope."""
        found: Exchange = scope[_KEY]
        return found

    def attach(self, scope: Scope) -> None:
        """Make this the scope's exchange."""
        scope[_KEY] = self


def header(scope: Scope, name: bytes) -> str | None:
    """The first value of a request header; `name` in lower case."""
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), None)


_HOST = re.compile(r"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::([0-9]{1,5}))?")


def base_url(scope: Scope) -> str:
    """The address the client reached us under, without a path; our own where its Host header names none."""
    host = header(scope, b"host") or ""
    found = _HOST.fullmatch(host)
    if not found or int(found[1] or 0) > 65535:
        address, port = scope["server"]
        host = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
    return f"{scope['scheme']}://{host}"
