"""The door of each operation: who may pass is Connexion's to decide, by the contract and our handlers."""

from __future__ import annotations

from typing import Any

from mock_server.http.connexion_parts import AbstractOperation, SecurityAPI, SecurityMiddleware, SecurityOperation
from mock_server.http.context import Scope
from mock_server.http.operation import Receive, Send


class _Asked:
    """A request as far as Connexion's check and our handlers look at it.

    Connexion would wrap it in a request of its own, around one of Starlette's, for handlers that look further.
    """

    __slots__ = ("context", "scope")

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.context: dict[str, Any] = {}


class Door(SecurityOperation):  # type: ignore[misc]  # Connexion has no types
    """Lets requests to one operation in."""

    async def check(self, scope: Scope) -> None:
        """Return where the request may pass; otherwise raise what the handlers raise."""
        if self.security:
            await self.verification_fn(_Asked(scope))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lead the request on (ASGI)."""
        await self.check(scope)
        await self.next_app(scope, receive, send)


class _Doors(SecurityAPI):  # type: ignore[misc]
    def make_operation(self, operation: AbstractOperation) -> Door:
        factory = self.security_handler_factory
        door: Door = Door.from_operation(operation, next_app=self.next_app, security_handler_factory=factory)
        return door


class DoorMiddleware(SecurityMiddleware):  # type: ignore[misc]
    """Connexion's security, with these doors."""

    api_cls = _Doors
