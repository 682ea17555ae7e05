"""The outermost application: gives each request an id, sends it to the room its path belongs to, and logs it."""

from __future__ import annotations

import time
import uuid
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from mock_server.http.context import Exchange, Scope
from mock_server.http.operation import Receive, Send

ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]


@dataclass(frozen=True)
class Mount:
    """A room of the server: the paths it answers, and how."""

    contains: Callable[[str], bool]
    app: ASGIApp


@dataclass
class Answered:
    """What was answered. `status`: 499 when the client went away first. `rule`: the one that refused, if any."""

    status: int = 499
    rule: str = ""
    seconds: float = 0.0


class AccessLog(Protocol):
    """Takes note of each answered request."""

    def note(self, scope: Scope, answer: Answered) -> None:
        """One request, whatever became of it."""


class Application:
    """The whole server as one ASGI application. The first mount that contains the path gets the request."""

    def __init__(self, mounts: Sequence[Mount], fallback: ASGIApp, log: AccessLog, lifespan: ASGIApp) -> None:
        self._mounts = tuple(mounts)
        self._fallback = fallback
        self._log = log
        self._lifespan = lifespan

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request (ASGI)."""
        if scope["type"] != "http":
            await self._lifespan(scope, receive, send)
            return
        Exchange(request_id=str(uuid.uuid4())).attach(scope)
        answered = Answered()
        started = time.perf_counter()

        async def noting(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                answered.status = message["status"]
                if answered.status >= 400:
                    answered.rule = _rule(message)
            await send(message)

        try:
            await self._room(scope["path"])(scope, receive, noting)
        except ConnectionResetError:
            pass  # nobody is there to answer; what was begun has been undone
        finally:
            answered.seconds = time.perf_counter() - started
            self._log.note(scope, answered)

    def _room(self, path: str) -> ASGIApp:
        return next((mount.app for mount in self._mounts if mount.contains(path)), self._fallback)


def _rule(message: MutableMapping[str, Any]) -> str:
    return next((value.decode("latin-1") for name, value in message["headers"] if name.lower() == b"x-mock-rule"), "")
