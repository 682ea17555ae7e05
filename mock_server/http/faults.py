"""Lets requests meet the faults of their namespace, before anything else gets hold of them."""

from __future__ import annotations

from asyncio import sleep, to_thread
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from mock_server.core.exchange import JSON_TYPE
from mock_server.core.steering.book import FaultBook
from mock_server.core.steering.effects import (
    AnswerWith,
    Close,
    MalformedJson,
    Reset,
    Slow,
    Stale,
    Truncate,
)
from mock_server.core.steering.examples import Examples
from mock_server.core.steering.matching import NOT_JSON, Call
from mock_server.http.answer import ReadyAnswer, as_json
from mock_server.http.connection import Connection
from mock_server.http.context import Exchange, Scope
from mock_server.http.json_body import MalformedJson as NoJson
from mock_server.http.json_body import parse
from mock_server.http.operation import LARGE_BODY_BYTES, Receive, Send
from mock_server.http.steering import tell
from openapi.model import Contract, Operation

MAX_BODY_BYTES = 1024 * 1024
"""Of a longer body no condition holds; it is passed on like any other."""

TEXT_TYPE = "text/plain; charset=utf-8"
Room = Callable[[Scope, Receive, Send], Awaitable[None]]


@dataclass(frozen=True)
class Met:
    """A request that met a fault, and the room that would answer it. `operation`: where it is one of a contract's."""

    room: Room
    operation: Operation | None
    scope: Scope
    receive: Receive
    send: Send

    @property
    def exchange(self) -> Exchange:
        return Exchange.of(self.scope)

    @property
    def connection(self) -> Connection:
        return Connection.of(self.scope)

    async def answer(self, send: Send) -> None:
        """Let the room answer, to `send`."""
        await self.room(self.scope, self.receive, send)


class Faults:
    """The stage in front of all rooms. `contracts`: whose operations faults can name."""

    def __init__(self, contracts: Sequence[Contract]) -> None:
        self._contracts = tuple(contracts)

    async def meet(self, book: FaultBook, room: Room, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request through the fault that it meets, or let the room answer it."""
        operation = self._operation(scope)
        call = Call(scope["method"], scope["path"], operation.id if operation else None, _headers(scope))
        if book.asks_for_body(call):
            content, receive = await _peeked(receive)
            call = Call(call.method, call.path, call.operation_id, call.headers, await _json(content))
        decision = book.decide(call)
        met = Met(room, operation, scope, receive, send)
        if decision is None:
            await met.answer(send)
            return
        tell(met.exchange, f"fault {decision.fault_id}")
        if decision.delay_ms:
            await sleep(decision.delay_ms / 1000)
        await _EFFECTS[type(decision.effect)](decision.effect, met)

    def _operation(self, scope: Scope) -> Operation | None:
        path = scope["path"]
        for contract in self._contracts:
            if path.startswith(contract.base_path + "/"):
                found = contract.methods_at(path.removeprefix(contract.base_path)).get(scope["method"])
                return contract.operations[found] if found else None
        return None


async def _only_delayed(effect: None, met: Met) -> None:
    await met.answer(met.send)


async def _answer_with(effect: AnswerWith, met: Met) -> None:
    content, headers = _stated(effect, met.operation)
    content_type = headers.pop("content-type", None)
    answer = ReadyAnswer(effect.status, content, content_type, headers)
    await answer.send(met.send, ["x-request-id"], met.exchange.request_id)


async def _reset(effect: Reset, met: Met) -> None:
    raise met.connection.end(reset=True)


async def _close(effect: Close, met: Met) -> None:
    await _peeked(met.receive)  # what is not read when a connection is closed resets it
    raise met.connection.end(reset=False)


async def _truncate(effect: Truncate, met: Met) -> None:
    """An answer without a body is not sent at all: there is no other way to end before it does."""
    start, content = await _taken(met)
    if content:
        await met.send(_measured(start, content))
        await met.send({"type": "http.response.body", "body": effect.kept(content), "more_body": True})
    raise met.connection.end(reset=False)


async def _slow(effect: Slow, met: Met) -> None:
    async def trickling(message: MutableMapping[str, Any]) -> None:
        if message["type"] != "http.response.body":
            await met.send(message)
            return
        for portion in effect.portions(message.get("body", b"")):
            await sleep(effect.seconds(portion))
            if met.connection.is_lost():
                raise ConnectionResetError("the client did not wait for the whole answer")
            await met.send({"type": message["type"], "body": portion, "more_body": True})
        if not message.get("more_body"):
            await met.send({"type": message["type"], "body": b""})

    await met.answer(trickling)


async def _garble(effect: MalformedJson, met: Met) -> None:
    """What is no JSON anyway, or empty, stays as it is."""
    start, content = await _taken(met)
    if content and _is_json(start):
        content = effect.garbled(content)
    await met.send(_measured(start, content))
    await met.send({"type": "http.response.body", "body": content})


async def _stale(effect: Stale, met: Met) -> None:
    met.exchange.reads_from = effect.copy
    await met.answer(met.send)


_EFFECTS: Mapping[type[Any], Callable[[Any, Met], Awaitable[None]]] = {
    type(None): _only_delayed,
    AnswerWith: _answer_with,
    Reset: _reset,
    Close: _close,
    Truncate: _truncate,
    Slow: _slow,
    MalformedJson: _garble,
    Stale: _stale,
}


def _stated(effect: AnswerWith, operation: Operation | None) -> tuple[bytes, dict[str, str]]:
    """The body of an answer and its headers: what was asked for, what the contract shows, or the reason phrase."""
    if effect.body is not None:
        return as_json(effect.body[0]), {"content-type": JSON_TYPE, **effect.headers}
    if effect.text is not None:
        return effect.text.encode(), {"content-type": TEXT_TYPE, **effect.headers}
    shown = Examples(operation).shown(effect.status) if operation else None
    if shown is not None and shown.content_type is not None:
        content = as_json(shown.json) if shown.content is None else shown.content
        return content, {**shown.headers, "content-type": shown.content_type, **effect.headers}
    if shown is not None or effect.status in _WITHOUT_BODY:
        return b"", dict(effect.headers)
    return _reason(effect.status).encode(), {"content-type": TEXT_TYPE, **effect.headers}


_WITHOUT_BODY = {204, 205, 304}


def _reason(status: int) -> str:
    return HTTPStatus(status).phrase if status in set(HTTPStatus) else f"Status {status}"


def _headers(scope: Scope) -> list[tuple[str, str]]:
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]


async def _peeked(receive: Receive) -> tuple[bytes | None, Receive]:
    """The body, `None` where it is too long or not all of it came, and what gives all of it once more."""
    messages: list[MutableMapping[str, Any]] = []
    size, is_whole = 0, False
    while not is_whole and size <= MAX_BODY_BYTES:
        messages.append(await receive())
        if messages[-1]["type"] != "http.request":
            break
        size += len(messages[-1].get("body", b""))
        is_whole = not messages[-1].get("more_body")
    content = b"".join(each.get("body", b"") for each in messages) if is_whole and size <= MAX_BODY_BYTES else None

    async def again() -> MutableMapping[str, Any]:
        return messages.pop(0) if messages else await receive()

    return content, again


async def _json(content: bytes | None) -> Any:
    if content is None:
        return NOT_JSON
    try:
        return parse(content) if len(content) <= LARGE_BODY_BYTES else await to_thread(parse, content)
    except NoJson:
        return NOT_JSON


async def _taken(met: Met) -> tuple[MutableMapping[str, Any], bytes]:
    """The room's whole answer, none of which was sent: its beginning, and its body."""
    start: MutableMapping[str, Any] = {}
    body = bytearray()

    async def taking(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            start.update(message)
        body.extend(message.get("body", b""))

    await met.answer(taking)
    return start, bytes(body)


def _measured(start: MutableMapping[str, Any], content: bytes) -> MutableMapping[str, Any]:
    """The beginning of an answer with this body; one without a body may state no length, as with 204."""
    headers = [each for each in start["headers"] if each[0].lower() not in {b"content-length", b"transfer-encoding"}]
    length = [(b"content-length", b"%d" % len(content))] if content else [*_lengths(start)]
    return {**start, "headers": [*headers, *length]}


def _lengths(start: MutableMapping[str, Any]) -> list[tuple[bytes, bytes]]:
    return [each for each in start["headers"] if each[0].lower() == b"content-length"]


def _is_json(start: MutableMapping[str, Any]) -> bool:
    types = [value for name, value in start["headers"] if name.lower() == b"content-type"]
    return any(each.split(b";")[0].strip().endswith((b"/json", b"+json")) for each in types)
