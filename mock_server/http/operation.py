"""One operation of a contract, compiled when it is first asked for: nothing is built or copied anew for a request."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any

from starlette.exceptions import HTTPException
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from mock_server.core.errors import Refused, Violation
from mock_server.core.exchange import Request
from mock_server.core.group import Group, Handler
from mock_server.core.head import Head
from mock_server.core.idempotency import HEADER as IDEMPOTENCY_HEADER
from mock_server.core.idempotency import KeyReused, RepeatableCall
from mock_server.core.namespace import Namespace
from mock_server.core.records import UnitOfWork
from mock_server.http.answer import AnswerCheck, ReadyAnswer
from mock_server.http.body import BodyReader
from mock_server.http.context import Exchange, Scope, base_url
from mock_server.http.parameters import LOCATIONS, ParameterReader, Read
from mock_server.http.steering import PREFER, Preferred
from mock_server.http.streams import Streams
from openapi.model import Contract, Operation, Rule

LARGE_BODY_BYTES = 256 * 1024
"""Bodies beyond are parsed on a thread, so that nobody else waits for them."""

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


@dataclass(frozen=True)
class Surroundings:
    """What every operation of a group runs on.

    `is_embedded`: whether calls of the store may be made on the event loop. `public_url`: the origin that URLs in
    answers are made for; `None` for the one the client used. `max_wait_seconds`: that a request may prefer to wait;
    `None` where requests can't prefer anything. `foreign_rules`: of other groups, whose records the group stages.
    `streams`: of the whole server.
    """

    group: Group
    contract: Contract
    is_embedded: bool
    streams: Streams
    foreign_rules: Mapping[str, Rule] = field(default_factory=dict)
    public_url: str | None = None
    max_wait_seconds: float | None = None


class CompiledOperation:
    """Reads a request, lets the handler answer it in one unit of work, and checks the answer before it is kept."""

    def __init__(self, operation: Operation, handler: Handler, around: Surroundings) -> None:
        self.operation = operation
        self._handler = handler
        self._around = around
        self._rules = around.group.rules
        self._is_safe = operation.is_safe
        self._is_quick = around.group.is_transactional and around.is_embedded
        self._media_types = (
            [each.media_type for each in operation.answers["200"].contents] if "200" in operation.answers else []
        )

    def compile(self) -> None:
        """Compile all of it now. Raises whatever is wrong with the contract or can't be done with it."""
        for part in _PARTS:
            getattr(self, part)

    @cached_property
    def _parameters(self) -> list[tuple[str, Callable[[Exchange, Scope], Read]]]:
        """What reads the parameters, by location."""
        contract, rule = self._around.contract, self._rules.parameter
        readers = [ParameterReader(contract, self.operation, location, rule) for location in LOCATIONS]
        return [(each.location, _reading(each)) for each in readers if not each.is_empty]

    @cached_property
    def _body(self) -> BodyReader | None:
        return BodyReader(self._around.contract, self.operation, self._rules) if self.operation.body else None

    @cached_property
    def answers(self) -> AnswerCheck:
        """What its answers are held to."""
        return AnswerCheck(self._around.contract, self.operation, self._rules.response)

    @cached_property
    def _preferred(self) -> Preferred | None:
        longest = self._around.max_wait_seconds
        return None if longest is None else Preferred(self.operation, longest)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI). Raises `Refused`; the caller turns that into the group's own error."""
        if scope["method"] != self.operation.method:
            raise HTTPException(405)  # the router lets HEAD pass where there is a GET; the contract has no HEAD
        exchange = Exchange.of(scope)
        await self.send(await self.answer(exchange, scope, receive), exchange, receive, send)

    async def answer(self, exchange: Exchange, scope: Scope, receive: Receive) -> ReadyAnswer:
        """The answer to a request for this operation. Raises `Refused`."""
        exchange.operation_id = self.operation.id
        values, found = self._read_parameters(exchange, scope)
        content, body = b"", None
        if self._body:
            content = await self._body.receive(scope, receive)
            body, wrong = await self._read_body(self._body, content)
            found = [*found, *wrong]
        if found:
            raise Refused(found[0].rule, _joined(found), violations=found)
        request = Request(
            operation_id=self.operation.id,
            caller=exchange.caller,
            path=values["path"],
            query=values["query"],
            headers=values["header"],
            body=body,
            request_id=exchange.request_id,
            base_url=self._around.public_url or base_url(exchange.head, scope),
            media_type=self._preferred_media_type(exchange.head) if len(self._media_types) > 1 else "",
        )
        if self._preferred is not None and PREFER in exchange.head.first:
            preferred = await self._preferred.answer(scope, request.media_type)
            if preferred is not None:
                return self.answers.checked(preferred)
        if self._is_quick:
            answer = self._transact(exchange, request, scope["path"], content)
        else:
            answer = await self._elsewhere(exchange, request, scope["path"], content)
        if answer.render is None:
            return answer
        return self.answers.rendered(answer, await asyncio.to_thread(answer.render))

    def send(self, answer: ReadyAnswer, exchange: Exchange, receive: Receive, send: Send) -> Awaitable[None]:
        """Send an answer of this operation; awaited, raises `Refused` where it can't be sent, and nothing has been."""
        id_headers = self._around.group.id_headers
        if answer.stream is not None:
            return self._around.streams.send(answer, id_headers, exchange.request_id, receive, send)
        return answer.send(send, id_headers, exchange.request_id)

    async def _read_body(self, reader: BodyReader, content: bytes) -> tuple[Any, list[Violation]]:
        if len(content) <= LARGE_BODY_BYTES:
            return reader.read(content)
        return await asyncio.to_thread(reader.read, content)

    def _read_parameters(
        self, exchange: Exchange, scope: Scope
    ) -> tuple[dict[str, Mapping[str, Any]], Sequence[Violation]]:
        values: dict[str, Mapping[str, Any]] = {"path": _NONE, "query": _NONE, "header": _NONE}
        found: Sequence[Violation] = ()
        for location, read in self._parameters:
            values[location], wrong = read(exchange, scope)
            if wrong:
                found = [*found, *wrong]
        return values, found

    def _preferred_media_type(self, head: Head) -> str:
        """The first documented media type unless the Accept header prefers another one."""
        accept = parse_accept_header(head.text(b"accept") or "*/*", MIMEAccept)
        return accept.best_match(self._media_types, default=self._media_types[0]) or ""

    async def _elsewhere(self, exchange: Exchange, request: Request, path: str, content: bytes) -> ReadyAnswer:
        """What may block is done on a thread."""
        if not self._around.group.is_transactional:
            return await asyncio.to_thread(self._handle, exchange.namespace, request)
        return await asyncio.to_thread(self._transact, exchange, request, path, content)

    def _handle(self, namespace: Namespace, request: Request) -> ReadyAnswer:
        """Answer outside of any unit of work: what the handler does it does in its own."""
        services = namespace.services[self._around.group.name]
        return self.answers.checked(self._handler(services(None), request))

    def _transact(self, exchange: Exchange, request: Request, path: str, content: bytes) -> ReadyAnswer:
        namespace = exchange.namespace
        namespace.agenda.catch_up()
        repeatable = None if self._is_safe else self._repeatable(request, path, content)
        services = namespace.services[self._around.group.name]

        def action(work: UnitOfWork) -> ReadyAnswer:
            try:
                earlier = repeatable.earlier_answer(work) if repeatable else None
            except KeyReused as error:
                message = "The Idempotency-Key was used before for a request with another body."
                raise Refused(self._rules.idempotency_conflict, message) from error
            if earlier is not None:
                return self.answers.checked(earlier)
            exchange.trace.cells.clear()  # of an attempt that somebody else's change has undone
            answer = self.answers.checked(self._handler(services(work), request))
            if repeatable and answer.status < 300:
                repeatable.keep(work, answer.status, answer.content, answer.content_type)
            return answer

        return namespace.transact(action, write=not self._is_safe, reads_from=exchange.reads_from)

    def _repeatable(self, request: Request, path: str, content: bytes) -> RepeatableCall | None:
        key = request.headers.get(IDEMPOTENCY_HEADER)
        if key is None or request.caller is None:
            return None
        return RepeatableCall.of(request.caller.merchant_id, self.operation.method, path, key, content)


_PARTS = [name for name, value in vars(CompiledOperation).items() if isinstance(value, cached_property)]


def _joined(found: Sequence[Violation]) -> str:
    return " ".join(each.sentence for each in found)


_NONE: Mapping[str, Any] = MappingProxyType({})


def _reading(reader: ParameterReader) -> Callable[[Exchange, Scope], Read]:
    """What reads parameters where they stand in a request."""
    if reader.location == "path":
        return lambda exchange, scope: reader.in_path(scope["path_params"])
    if reader.location == "query":
        return lambda exchange, scope: reader.in_query(scope["query_string"])
    return lambda exchange, scope: exchange.head.once(reader.in_head)
