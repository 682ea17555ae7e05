"""The whole application: gives each request an id, sends it to the room its path belongs to, and logs it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from mock_server.core.errors import Refused
from mock_server.core.head import Heads
from mock_server.core.ids import random_uuid
from mock_server.core.namespace import DEFAULT, Namespace
from mock_server.core.trace import current_trace
from mock_server.http.context import Exchange, Scope
from mock_server.http.cors import for_pages, is_from_page
from mock_server.http.faults import Faults
from mock_server.http.operation import Receive, Send
from mock_server.http.passage import Passage
from mock_server.http.pipeline import Pipeline
from mock_server.http.recording import MAX_BODY_BYTES, Recorder, Recording
from mock_server.http.routing import Way
from mock_server.http.selection import selected

ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]


@dataclass(frozen=True)
class Mount:
    """A room of the server: the paths it answers, and how.

    `is_recorded`: whether the journal is to know of its requests; `is_withheld`: but not of their bytes, because they
    are files. `meets_faults`: whether its requests may meet faults.
    """

    contains: Callable[[str], bool]
    app: ASGIApp
    is_recorded: bool = True
    is_withheld: bool = False
    meets_faults: bool = True


class AccessLog(Protocol):
    """Takes note of each answered request."""

    def note(self, scope: Scope, exchange: Exchange) -> None:
        """One request, whatever became of it."""


class Worlds(Protocol):
    """Knows the namespaces."""

    def live(self, name: str) -> Namespace | None:
        """The namespace, where it is at hand; takes no time."""

    def get(self, name: str) -> Namespace:
        """The namespace, made if need be; may block. Raises `Refused` where there can be no more."""


class Application:
    """The whole server as one ASGI application. The first mount that contains the path gets the request.

    `groups`: the mounts of the API groups by their names, where a request for one of their operations is sent at once.
    """

    def __init__(
        self,
        worlds: Worlds,
        mounts: Sequence[Mount],
        groups: Mapping[str, Mount],
        pipeline: Pipeline,
        faults: Faults,
        recorder: Recorder,
        log: AccessLog,
        lifespan: ASGIApp,
    ) -> None:
        self._worlds = worlds
        self._mounts = (*mounts, *groups.values())
        self._groups = groups
        self._strays = Mount(lambda path: True, pipeline, meets_faults=False)
        self._pipeline = pipeline
        self._faults = faults
        self._recorder = recorder
        self._log = log
        self._lifespan = lifespan
        self._heads = Heads()
        self._for_pages = for_pages(self._serve)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request (ASGI)."""
        if scope["type"] != "http":
            await self._lifespan(scope, receive, send)
            return
        exchange = Exchange(random_uuid(), self._worlds.get(DEFAULT), self._heads.of(scope["headers"]))
        exchange.attach(scope)
        if is_from_page(exchange.head):
            await self._for_pages(scope, receive, send)
        else:
            await self._serve(scope, receive, send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        exchange = Exchange.of(scope)
        exchange.way = self._pipeline.lead(scope)
        mount = self._mount(exchange.way, scope["path"])
        if mount.is_recorded:
            most = 0 if mount.is_withheld else MAX_BODY_BYTES
            passage: Passage = Recording(self._recorder, exchange, scope, receive, send, max_bytes=most)
        else:
            passage = Passage(exchange, receive, send)
        has_failed = False
        token = current_trace.set(exchange.trace)
        try:
            await self._answer(mount, exchange, scope, passage.receive, passage.send)
        except ConnectionResetError:
            pass  # nobody is there to answer; what was begun has been undone
        except Exception:
            has_failed = True
            raise
        finally:
            current_trace.reset(token)
            passage.ends(has_failed=has_failed)
            self._log.note(scope, exchange)

    async def _answer(self, mount: Mount, exchange: Exchange, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            name = selected(exchange.head, scope["query_string"])
            if name != exchange.namespace.name:
                exchange.namespace = await self._world(name, scope)
            exchange.began_at = exchange.namespace.clock.now()
            faults = exchange.namespace.faults
            if mount.meets_faults and faults.is_active:
                await self._faults.meet(faults, mount.app, scope, receive, send)
            else:
                await mount.app(scope, receive, send)
        except Refused as refused:  # by the mock itself, whatever was asked for
            await self._pipeline.refuse(scope, send, refused)

    async def _world(self, name: str, scope: Scope) -> Namespace:
        found = self._worlds.live(name)
        if found is not None:
            return found
        self._pipeline.admit(scope)
        return await asyncio.to_thread(self._worlds.get, name)

    def _mount(self, way: Way | None, path: str) -> Mount:
        if way is not None:
            return self._groups[way.group]
        return next((each for each in self._mounts if each.contains(path)), self._strays)
