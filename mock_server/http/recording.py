"""Watches each request and its answer pass by, and notes them in the journal of their namespace."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from typing import Any
from urllib.parse import quote

from mock_server.core.journal.entry import Exchanged
from mock_server.core.journal.redaction import Observed, ObservedExchange, Redactor
from mock_server.http.context import Exchange, Scope, header
from mock_server.http.operation import Receive
from openapi.model import Contract

MAX_BODY_BYTES = 64 * 1024
"""Of a longer body the beginning is kept, and its true size."""

CLIENT_LEFT = 499
FAILED = 500
logger = logging.getLogger("mock_server.http")
Message = MutableMapping[str, Any]


class _Passing:
    """A body on its way: its beginning, and how much of it there was."""

    __slots__ = ("chunks", "kept_bytes", "max_bytes", "size_bytes")

    def __init__(self, max_bytes: int) -> None:
        self.chunks: list[bytes] = []
        self.kept_bytes = 0
        self.max_bytes = max_bytes
        self.size_bytes = 0

    def note(self, chunk: bytes) -> None:
        self.size_bytes += len(chunk)
        if self.kept_bytes < self.max_bytes and chunk:
            self.chunks.append(chunk[: self.max_bytes - self.kept_bytes])
            self.kept_bytes += len(self.chunks[-1])

    def observed(self, headers: Iterable[tuple[bytes, bytes]]) -> Observed:
        body = self.chunks[0] if len(self.chunks) == 1 else b"".join(self.chunks)
        return Observed(tuple(headers), body, self.size_bytes)


class Recording:
    """One request while it is served."""

    __slots__ = ("_request", "_response", "headers", "is_noted", "status")

    def __init__(self, max_bytes: int) -> None:
        self.is_noted = False
        self.status: int | None = None
        self.headers: Iterable[tuple[bytes, bytes]] = ()
        self._request = _Passing(max_bytes)
        self._response = _Passing(max_bytes)

    def received(self, receive: Receive) -> Receive:
        """`receive`, with what it returns noted."""
        passing = self._request

        async def noting() -> Message:
            message = await receive()
            if message["type"] == "http.request":
                passing.note(message.get("body", b""))
            return message

        return noting

    def sending(self, message: Message) -> bool:
        """A part of the answer is about to be sent; `True` for the last one."""
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], message["headers"]
        elif message["type"] == "http.response.body":
            self._response.note(message.get("body", b""))
            return not message.get("more_body")
        return False

    def observed(self, scope: Scope, status: int, seconds: float) -> ObservedExchange:
        """What has passed by, in all."""
        exchange = Exchange.of(scope)
        return ObservedExchange(
            id=exchange.request_id,
            at=exchange.began_at or exchange.namespace.clock.now(),
            seconds=seconds,
            namespace=exchange.namespace.name,
            method=scope["method"],
            path=_path(scope),
            query=scope["query_string"].decode("latin-1"),
            scheme=scope["scheme"],
            host=_host(scope),
            status=status,
            group=exchange.group,
            operation_id=exchange.operation_id,
            caller=exchange.caller,
            request=self._request.observed(scope["headers"]),
            response=self._response.observed(self.headers),
            trace=exchange.trace,
        )


class Recorder:
    """Knows what is recorded and what of it.

    `is_recorded`: whether requests of a path are; `is_withheld`: whether their bytes are nobody's business, because
    they are files.
    """

    def __init__(
        self,
        contracts: Iterable[Contract],
        is_recorded: Callable[[str], bool],
        is_withheld: Callable[[str], bool],
    ) -> None:
        self._contracts = tuple(contracts)
        self._rooted = {path: found for each in self._contracts for path, found in _rooted_paths(each).items()}
        self._redactor = Redactor(self._contracts)
        self._is_recorded = is_recorded
        self._is_withheld = is_withheld

    def begin(self, scope: Scope) -> Recording | None:
        """A recording of this request; `None` where it isn't recorded."""
        path = scope["path"]
        if not self._is_recorded(path):
            return None
        return Recording(0 if self._is_withheld(path) else MAX_BODY_BYTES)

    def note(self, recording: Recording, scope: Scope, seconds: float, *, has_failed: bool = False) -> None:
        """The request is over: note it in the namespace's journal and coverage, once. Never fails.

        To be called before the last part of the answer is sent: who has an answer finds it in the journal.
        """
        if recording.is_noted:
            return
        recording.is_noted = True
        namespace = Exchange.of(scope).namespace
        status = recording.status or (FAILED if has_failed else CLIENT_LEFT)
        try:
            entry = self._entry(recording.observed(scope, status, seconds), scope["path"])
            namespace.coverage.note(entry.group, entry.operation_id, entry.status, entry.rules, entry.cells)
            namespace.journal.note(entry)
        except Exception:
            logger.exception("a request could not be noted in the journal")

    def _entry(self, seen: ObservedExchange, path: str) -> Exchanged:
        if seen.operation_id is None:
            seen.group, seen.operation_id = self._operation(path, seen.method)
        return self._redactor.entry(seen)

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


def _host(scope: Scope) -> str:
    host = header(scope, b"host")
    if host is not None:
        return host
    server = scope.get("server") or ("", None)
    return f"{server[0]}:{server[1]}" if server[1] else str(server[0])
