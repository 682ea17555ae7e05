"""The client's connection, where the server lets the application touch it."""

from __future__ import annotations

from mock_server.http.context import Scope

EXTENSION = "mock_server.connection"
"""Name in the scope's `extensions`. Its value has one member, `connection`: a `Connection`."""


class Aborted(ConnectionResetError):
    """The connection was ended on purpose; there is nobody to answer."""


class Connection:
    """Ends connections. In-process clients have none that could be ended: they see an answer that breaks off."""

    @classmethod
    def of(cls, scope: Scope) -> Connection:
        """The connection of this request."""
        found: dict[str, Connection] = scope.get("extensions", {}).get(EXTENSION, {})
        return found.get("connection") or cls()

    def end(self, *, reset: bool) -> Aborted:
        """End it; the result is to be raised, so that nothing more is done for the request."""
        self.abort(reset=reset)
        return Aborted("the connection was ended by a fault")

    def abort(self, *, reset: bool) -> None:
        """End it: with a RST, dropping what was not sent yet, or in an orderly way after it."""

    def is_lost(self) -> bool:
        """Whether nobody is there any more to answer."""
        return False
