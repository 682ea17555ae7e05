"""The answer of an operation: checked against the contract before the state is kept, then sent."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from hashlib import blake2b
from typing import Any

import jsonschema_rs
import msgspec

from mock_server.core.errors import Refused
from mock_server.core.exchange import JSON_TYPE, Made, Response
from mock_server.http.violations import compiled, violations
from openapi.model import Content, Contract, Operation
from openapi.schemas import Components

WORTH_REMEMBERING_BYTES = 256
"""A shorter answer is checked as quickly as it is recognized."""

MOST_REMEMBERED = 512
"""Of each operation's answers."""

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
_Validator = jsonschema_rs.Draft202012Validator


@dataclass
class ReadyAnswer:
    """An answer that keeps the contract, as bytes; or one whose bytes are still to be made by `render` or `stream`.

    Nobody changes it: it may be sent many times.
    """

    status: int
    content: bytes
    content_type: str | None
    headers: Mapping[str, str] = field(default_factory=dict)
    render: Callable[[], bytes] | None = None
    stream: Callable[[], AsyncIterator[bytes]] | None = None

    async def send(self, send: Send, id_headers: Sequence[str], request_id: str) -> None:
        """Send it as an ASGI response, with the request's id in these headers."""
        await send(self.start(id_headers, request_id))
        await send({"type": "http.response.body", "body": self.content})

    def start(self, id_headers: Sequence[str], request_id: str) -> MutableMapping[str, Any]:
        """The message with all but the body. A stream doesn't say how long it will be."""
        own_id = request_id.encode("latin-1")
        headers = [*[(_raw(name), own_id) for name in id_headers], *self._own_headers]
        return {"type": "http.response.start", "status": self.status, "headers": headers}

    @cached_property
    def _own_headers(self) -> Sequence[tuple[bytes, bytes]]:
        """Those that are the same whatever the request."""
        headers = [] if self.content_type is None else [(b"content-type", _raw(self.content_type))]
        headers += [(_raw(name.lower()), value.encode("latin-1")) for name, value in self.headers.items()]
        if self.status != 204 and self.stream is None:
            headers.append((b"content-length", b"%d" % len(self.content)))
        return headers


class AnswerCheck:
    """Holds every answer of one operation to what the contract documents: status, media type and schema.

    It remembers of JSON that these very bytes kept this schema, and of a value that can't change what its JSON was.
    That is no memory of any state: the value is read anew for each request, and found to be the same one, or checked.
    """

    def __init__(self, contract: Contract, operation: Operation, rule: str) -> None:
        self._rule = rule
        self._operation_id = operation.id
        self._shown: OrderedDict[tuple[int, int], tuple[Made, ReadyAnswer]] = OrderedDict()
        self._kept: OrderedDict[tuple[int, bytes], None] = OrderedDict()
        self._documented: dict[int, dict[str, _Validator | None]] = {
            int(status): {each.media_type: _validator(each, contract.schemas) for each in answer.contents}
            for status, answer in operation.answers.items()
            if status.isdecimal()
        }

    def checked(self, response: Response) -> ReadyAnswer:
        """The response as bytes.

        Raises:
            Refused: it isn't what the contract documents; that is a fault of the mock, and nothing is kept.
        """
        if response.made is not None:
            return self._made(response, response.made)
        media_types = self._documented.get(response.status)
        if media_types is None:
            raise self._fault(f"the status {response.status} is not documented")
        if response.content_type is None:
            if media_types:
                raise self._fault(f"an empty answer {response.status} is not documented")
            return ReadyAnswer(response.status, b"", None, response.headers)
        if response.content_type not in media_types:
            raise self._fault(f"{response.content_type} is not documented for {response.status}")
        if response.pieces is not None:
            return ReadyAnswer(response.status, b"", response.content_type, response.headers, stream=response.pieces)
        if response.render is not None:
            return ReadyAnswer(response.status, b"", response.content_type, response.headers, response.render)
        if response.content is not None:
            return ReadyAnswer(response.status, response.content, response.content_type, response.headers)
        content = as_json(response.json)
        validator = media_types[response.content_type]
        if validator is not None:
            self._check(validator, response.json, content)
        return ReadyAnswer(response.status, content, response.content_type, response.headers)

    def _made(self, response: Response, made: Made) -> ReadyAnswer:
        """The answer that shows a value. While it is remembered it is held, so that no other has the same identity."""
        key = id(made.of), id(made.by)
        known = self._shown.get(key)
        if known is not None:
            return known[1]
        ready = self.checked(response._replace(json=made.by(made.of), made=None))
        self._shown[key] = made, ready
        if len(self._shown) > MOST_REMEMBERED:
            self._shown.popitem(last=False)
        return ready

    def _check(self, validator: _Validator, value: Any, content: bytes) -> None:
        """Hold a value to its schema, unless a value of the same JSON was before."""
        if len(content) < WORTH_REMEMBERING_BYTES:
            key = None
        else:
            key = (id(validator), blake2b(content, digest_size=16).digest())
            if key in self._kept:
                return
        found = violations(validator, value, "body", self._rule)
        if found:
            raise self._fault("; ".join(f"{each.pointer} {each.message}" for each in found))
        if key is not None:
            self._kept[key] = None
            if len(self._kept) > MOST_REMEMBERED:
                self._kept.popitem(last=False)

    def rendered(self, answer: ReadyAnswer, content: bytes) -> ReadyAnswer:
        """The answer with its bytes, where they had to be made first."""
        return ReadyAnswer(answer.status, content, answer.content_type, answer.headers)

    def _fault(self, reason: str) -> Refused:
        return Refused(self._rule, f"The answer of {self._operation_id} would break the contract: {reason}.")


@lru_cache(maxsize=256)
def _raw(text: str) -> bytes:
    """A header's name or media type as bytes: there are few of them, and the same ones in each answer."""
    return text.encode("latin-1")


_ENCODER = msgspec.json.Encoder(decimal_format="number")


def as_json(value: Any) -> bytes:
    """The value as JSON; a `Decimal` as a number with its own digits, so that money stays exact."""
    return _ENCODER.encode(value)


def _validator(content: Content, components: Components) -> _Validator | None:
    is_json = content.media_type == JSON_TYPE or content.media_type.endswith("+json")
    return components.made(content.schema, compiled) if is_json else None
