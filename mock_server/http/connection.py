"""The client's connection, where the server lets the application touch it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mock_server.http.context import Scope

EXTENSION = "mock_server.connection"
"""Name in the scope's `extensions`. Its value: `abort`, a callable that takes `reset: bool`, and `is_lost`."""


class Aborted(ConnectionResetError):
    """The connection was ended on purpose; there is nobody to answer."""


@dataclass(frozen=True)
class Connection:
    """Ends connections. In-process clients have none that could be ended: they see an answer that breaks off."""

    abort: Callable[[bool], None]
    is_lost: Callable[[], bool]

    @classmethod
    def of(cls, scope: Scope) -> Connection:
        """The connection of this request."""
        found: dict[str, Any] = scope.get("extensions", {}).get(EXTENSION, {})
        return cls(found.get("abort", _nothing), found.get("is_lost", _never))

    def end(self, *, reset: bool) -> Aborted:
        """End it; the result is to be raised, so that nothing more is done for the request."""
        self.abort(reset)
        return Aborted("the connection was ended by a fault")


def _nothing(reset: bool) -> None:
    """There is no connection."""


def _never() -> bool:
    return False
