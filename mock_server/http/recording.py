"""Watches each request and its answer pass by, and notes them in the journal of their namespace."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from urllib.parse import quote

from mock_server.core.head import Head
from mock_server.core.journal.redaction import Observed, ObservedExchange, Redactor
from mock_server.http.context import Exchange, Scope, own_host
from mock_server.http.cors import Headers
from mock_server.http.operation import Receive, Send
from mock_server.http.passage import Message, Passage
from openapi.model import Contract

MAX_BODY_BYTES = 64 * 1024
"""Of a longer body the beginning is kept, and its true size."""

CLIENT_LEFT = 499
FAILED = 500
logger = logging.getLogger("mock_server.http")


class Recording(Passage):
    """A passage that is noted in the journal, with so many bytes of each body as are kept."""

    __slots__ = ("_is_noted", "_max_bytes", "_recorder", "answered", "asked", "scope")

    def __init__(
        self, recorder: Recorder, exchange: Exchange, scope: Scope, receive: Receive, send: Send, *, max_bytes: int
    ) -> None:
        super().__init__(exchange, receive, send)
        self.scope = scope
        self.asked = Observed(exchange.head.lines)
        self.answered = Observed()
        self._recorder = recorder
        self._max_bytes = max_bytes
        self._is_noted = False

    async def receive(self) -> Message:
        """Read on (ASGI)."""
        message = await self._receive()
        if message["type"] == "http.request":
            self.asked.note(message.get("body", b""), self._max_bytes)
        return message

    def begins(self, status: int, headers: Headers) -> None:
        """An answer with this head is about to be sent."""
        self.answered.headers = headers

    def goes_on(self, message: Message) -> None:
        """A part of its body is about to be sent. With the last one the request is over, before that is on its way:
        who has an answer finds it in the journal.
        """
        self.answered.note(message.get("body", b""), self._max_bytes)
        if not message.get("more_body"):
            self.ends()

    def ends(self, *, has_failed: bool = False) -> None:
        """The request is over: note it, once. Never fails."""
        super().ends(has_failed=has_failed)
        if not self._is_noted:
            self._is_noted = True
            self._recorder.note(self, has_failed=has_failed)


class Recorder:
    """Notes what has passed by in the journal of its namespace."""

    def __init__(self, contracts: Iterable[Contract]) -> None:
        self._contracts = tuple(contracts)
        self._rooted = {path: found for each in self._contracts for path, found in _rooted_paths(each).items()}
        self._redactor = Redactor(self._contracts)

    def note(self, recording: Recording, *, has_failed: bool) -> None:
        """Note a request that is over in the namespace's journal and coverage. Never fails."""
        exchange, scope = recording.exchange, recording.scope
        namespace, group, operation_id = exchange.namespace, exchange.group, exchange.operation_id
        try:
            if operation_id is None:
                group, operation_id = self._operation(scope["path"], scope["method"])
            seen = ObservedExchange(
                exchange.request_id,
                exchange.began_at or namespace.clock.now(),
                exchange.seconds,
                namespace.name,
                group,
                operation_id,
                exchange.caller,
                scope["method"],
                _path(scope),
                scope["query_string"].decode("latin-1"),
                scope["scheme"],
                exchange.head.once(_host) or own_host(scope),
                recording.asked,
                exchange.status or (FAILED if has_failed else CLIENT_LEFT),
                recording.answered,
                exchange.trace,
                exchange.head,
            )
            entry = self._redactor.entry(seen)
            namespace.coverage.note(entry.group, entry.operation_id, entry.status, entry.rules, entry.cells)
            namespace.journal.note(entry)
        except Exception:
            logger.exception("a request could not be noted in the journal")

    def _operation(self, path: str, method: str) -> tuple[str | None, str | None]:
        """Where a request was going that was refused on its way there, or that no pipeline has seen."""
        if path in self._rooted:
            name, methods = self._rooted[path]
            return name, methods.get(method)
        for contract in self._contracts:
            if path.startswith(contract.base_path + "/"):
                return contract.name, contract.methods_at(path.removeprefix(contract.base_path)).get(method)
        return None, None


def _rooted_paths(contract: Contract) -> Mapping[str, tuple[str, Mapping[str, str]]]:
    """The paths that don't lie below the contract's base path, because they name a server of their own."""
    return {
        path: (contract.name, contract.methods_at(path))
        for path, item in contract.document["paths"].items()
        if "servers" in item
    }


def _path(scope: Scope) -> str:
    raw: bytes | None = scope.get("raw_path")
    return quote(scope["path"]) if raw is None else raw.decode("latin-1")


def _host(head: Head) -> str | None:
    return head.text(b"host")
