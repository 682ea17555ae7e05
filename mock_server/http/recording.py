"""Watches each request and its answer pass by, and notes them in the journal of their namespace."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, MutableMapping
from typing import Any
from urllib.parse import quote

from mock_server.core.head import Head, Lines
from mock_server.core.journal.redaction import Observed, ObservedExchange, Redactor
from mock_server.http.context import Exchange, Scope
from mock_server.http.operation import Receive
from openapi.model import Contract

MAX_BODY_BYTES = 64 * 1024
"""Of a longer body the beginning is kept, and its true size."""

CLIENT_LEFT = 499
FAILED = 500
logger = logging.getLogger("mock_server.http")
Message = MutableMapping[str, Any]


class Recording:
    """One request while it is served: what is seen of it and of its answer, up to so many bytes of each body."""

    __slots__ = ("_max_bytes", "_recorder", "_scope", "is_noted", "seen")

    def __init__(self, recorder: Recorder, exchange: Exchange, scope: Scope, max_bytes: int) -> None:
        head = exchange.head
        self._recorder = recorder
        self._scope = scope
        self._max_bytes = max_bytes
        self.is_noted = False
        self.seen = ObservedExchange(
            exchange.request_id,
            scope["method"],
            _path(scope),
            scope["query_string"].decode("latin-1"),
            scope["scheme"],
            head.once(_host) or _own_host(scope),
            Observed(head.lines),
            Observed(),
            exchange.trace,
            head,
        )

    def received(self, receive: Receive) -> Receive:
        """`receive`, with what it returns noted."""

        async def noting() -> Message:
            message = await receive()
            if message["type"] == "http.request":
                self.seen.request.note(message.get("body", b""), self._max_bytes)
            return message

        return noting

    def is_last(self, message: Message) -> bool:
        """Note a part of the answer that is about to be sent behind its head; whether it is the last one."""
        if message["type"] != "http.response.body":
            return False
        self.seen.response.note(message.get("body", b""), self._max_bytes)
        return not message.get("more_body")

    def over(self, seconds: float, *, has_failed: bool = False) -> None:
        """The request is over: note it, once. Never fails.

        To be called before the last part of the answer is sent: who has an answer finds it in the journal.
        """
        if not self.is_noted:
            self.is_noted = True
            self._recorder.note(self.seen, self._scope, seconds, has_failed=has_failed)


class Recorder:
    """Notes what has passed by in the journal of its namespace."""

    def __init__(self, contracts: Iterable[Contract]) -> None:
        self._contracts = tuple(contracts)
        self._rooted = {path: found for each in self._contracts for path, found in _rooted_paths(each).items()}
        self._redactor = Redactor(self._contracts)

    def note(self, seen: ObservedExchange, scope: Scope, seconds: float, *, has_failed: bool) -> None:
        """Note a request that is over in the namespace's journal and coverage. Never fails."""
        exchange = Exchange.of(scope)
        namespace = exchange.namespace
        try:
            seen.at = exchange.began_at or namespace.clock.now()
            seen.seconds = seconds
            seen.namespace = namespace.name
            seen.status = exchange.status or (FAILED if has_failed else CLIENT_LEFT)
            seen.caller = exchange.caller
            seen.group, seen.operation_id = exchange.group, exchange.operation_id
            if seen.operation_id is None:
                seen.group, seen.operation_id = self._operation(scope["path"], scope["method"])
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


def _host(lines: Lines) -> str | None:
    return Head(lines).text(b"host")


def _own_host(scope: Scope) -> str:
    server = scope.get("server") or ("", None)
    return f"{server[0]}:{server[1]}" if server[1] else str(server[0])
