"""The outermost application: gives each request an id, sends it to the room its path belongs to, and logs it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from mock_server.core.errors import Refused
from mock_server.core.ids import random_uuid
from mock_server.core.namespace import DEFAULT, Namespace
from mock_server.core.trace import current_trace
from mock_server.http.context import Exchange, Scope
from mock_server.http.faults import Faults
from mock_server.http.operation import Receive, Send
from mock_server.http.pipeline import Pipeline
from mock_server.http.recording import Recorder
from mock_server.http.selection import selected
from mock_server.http.steering import telling

ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]


@dataclass(frozen=True)
class Mount:
    """A room of the server: the paths it answers, and how."""

    contains: Callable[[str], bool]
    app: ASGIApp


@dataclass(slots=True)
class Answered:
    """What was answered. `status`: 499 when the client went away first. `rule`: the one that refused, if any."""

    status: int = 499
    rule: str = ""
    seconds: float = 0.0


class AccessLog(Protocol):
    """Takes note of each answered request."""

    def note(self, scope: Scope, answer: Answered) -> None:
        """One request, whatever became of it."""


class Worlds(Protocol):
    """Knows the namespaces."""

    def live(self, name: str) -> Namespace | None:
        """The namespace, where it is at hand; takes no time."""

    def get(self, name: str) -> Namespace:
        """The namespace, made if need be; may block. Raises `Refused` where there can be no more."""


class Application:
    """The whole server as one ASGI application. The first mount that contains the path gets the request."""

    def __init__(
        self,
        worlds: Worlds,
        mounts: Sequence[Mount],
        pipeline: Pipeline,
        faults: Faults,
        recorder: Recorder,
        log: AccessLog,
        lifespan: ASGIApp,
    ) -> None:
        self._worlds = worlds
        self._mounts = tuple(mounts)
        self._pipeline = pipeline
        self._faults = faults
        self._recorder = recorder
        self._log = log
        self._lifespan = lifespan

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request (ASGI)."""
        if scope["type"] != "http":
            await self._lifespan(scope, receive, send)
            return
        answered = Answered()
        started = time.perf_counter()
        recording = self._recorder.begin(scope)
        has_failed = False

        async def noting(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                answered.status = message["status"]
                if answered.status >= 400:
                    answered.rule = _rule(message)
                message = telling(exchange, message)
                if recording is None:
                    _note_cells(exchange, answered.status)
            if recording is not None and recording.sending(message):
                self._recorder.note(recording, scope, time.perf_counter() - started)
            await send(message)

        exchange = Exchange(random_uuid(), self._worlds.get(DEFAULT))
        exchange.attach(scope)
        token = current_trace.set(exchange.trace)
        try:
            receive = recording.received(receive) if recording is not None else receive
            await self._answer(exchange, scope, receive, noting)
        except ConnectionResetError:
            pass  # nobody is there to answer; what was begun has been undone
        except Exception:
            has_failed = True
            raise
        finally:
            current_trace.reset(token)
            answered.seconds = time.perf_counter() - started
            if recording is not None:
                self._recorder.note(recording, scope, answered.seconds, has_failed=has_failed)
            self._log.note(scope, answered)

    async def _answer(self, exchange: Exchange, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            name = selected(scope)
            if name != exchange.namespace.name:
                exchange.namespace = await self._world(name, scope)
            exchange.began_at = exchange.namespace.clock.now()
            await self._serve(exchange, scope, receive, send)
        except Refused as refused:  # by the mock itself, whatever was asked for
            await self._pipeline.refuse(scope, send, refused)

    async def _serve(self, exchange: Exchange, scope: Scope, receive: Receive, send: Send) -> None:
        room, faults = self._room(scope["path"]), exchange.namespace.faults
        if faults.is_active and self._faults.covers(scope["path"]):
            await self._faults.meet(faults, room, scope, receive, send)
        else:
            await room(scope, receive, send)

    async def _world(self, name: str, scope: Scope) -> Namespace:
        found = self._worlds.live(name)
        if found is not None:
            return found
        self._pipeline.admit(scope)
        return await asyncio.to_thread(self._worlds.get, name)

    def _room(self, path: str) -> ASGIApp:
        for mount in self._mounts:
            if mount.contains(path):
                return mount.app
        return self._pipeline


def _note_cells(exchange: Exchange, status: int) -> None:
    """What a call that isn't recorded has let happen to records is exercised all the same."""
    if exchange.trace.cells:
        exchange.namespace.coverage.note(None, None, status, (), exchange.trace.cells)


def _rule(message: MutableMapping[str, Any]) -> str:
    return next((value.decode("latin-1") for name, value in message["headers"] if name.lower() == b"x-mock-rule"), "")
