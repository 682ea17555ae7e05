"""What is known of a request while it passes through the server."""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from mock_server.core.exchange import Caller
from mock_server.core.head import Head
from mock_server.core.namespace import Namespace
from mock_server.core.trace import Trace

if TYPE_CHECKING:
    from mock_server.http.routing import Way

Scope = MutableMapping[str, Any]
_KEY = "mock_server.exchange"


@dataclass
class Exchange:
    """One request and what has become of it so far; shared by all stages through the ASGI scope.

    `way`: to the operation, where the path and method are one's. `group`: the name of the API group whose path was
    asked for. `reads_from`: the copy of the namespace that a reading call sees instead of the namespace itself.
    `began_at`: on the namespace's clock. `steering`: headers that tell by what the answer is steered. `status`: `None`
    before there is an answer. `rule`: that has refused the request, if any. `seconds`: how long it took.
    """

    request_id: str
    namespace: Namespace
    head: Head
    trace: Trace = field(default_factory=Trace)
    way: Way | None = field(default=None, init=False)
    group: str | None = field(default=None, init=False)
    caller: Caller | None = field(default=None, init=False)
    operation_id: str | None = field(default=None, init=False)
    reads_from: str | None = field(default=None, init=False)
    began_at: datetime | None = field(default=None, init=False)
    steering: tuple[tuple[bytes, bytes], ...] = field(default=(), init=False)
    status: int | None = field(default=None, init=False)
    rule: str = field(default="", init=False)
    seconds: float = field(default=0.0, init=False)

    @classmethod
    def of(cls, scope: Scope) -> Exchange:
        """The exchange of this scope."""
        found: Exchange = scope[_KEY]
        return found

    def attach(self, scope: Scope) -> None:
        """Make this the scope's exchange."""
        scope[_KEY] = self


def head_of(scope: Scope) -> Head:
    """The head of a request."""
    exchange: Exchange | None = scope.get(_KEY)
    return Head(tuple(scope["headers"])) if exchange is None else exchange.head


def header(scope: Scope, name: bytes) -> str | None:
    """The first value of a request header; `name` in lower case."""
    return head_of(scope).text(name)


_HOST = re.compile(r"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::([0-9]{1,5}))?")


def base_url(head: Head, scope: Scope) -> str:
    """The address the client reached us under, without a path; our own where its Host header names none."""
    return f"{scope['scheme']}://{head.once(_stated_host) or own_host(scope)}"


def own_host(scope: Scope) -> str:
    """The server's own address, as a URL has it."""
    address, port = scope.get("server") or ("", None)
    if port is None:  # a Unix socket, which no URL has a name for
        return "localhost"
    return authority(address, port)


def authority(address: str, port: int) -> str:
    """Address and port as a URL has them."""
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def _stated_host(head: Head) -> str | None:
    text = head.text(b"host") or ""
    found = _HOST.fullmatch(text)
    return text if found is not None and int(found[1] or 0) <= 65535 else None
