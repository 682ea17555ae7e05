"""The door of each operation: who may pass is Connexion's to decide, by the contract and our handlers."""

from __future__ import annotations

from collections.abc import Awaitable
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

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lead the request on (ASGI)."""
        if self.security:
            await self.check(scope)
        await self.next_app(scope, receive, send)

    def check(self, scope: Scope) -> Awaitable[None]:
        """Find out whether the request may pass; awaited, it raises where it may not."""
        found: Awaitable[None] = self.verification_fn(_Asked(scope))
        return found


class _Doors(SecurityAPI):  # type: ignore[misc]
    def make_operation(self, operation: AbstractOperation) -> Door:
        factory = self.security_handler_factory
        door: Door = Door.from_operation(operation, next_app=self.next_app, security_handler_factory=factory)
        return door


class DoorMiddleware(SecurityMiddleware):  # type: ignore[misc]
    """Connexion's security, with these doors."""

    api_cls = _Doors
