"""The answer of an operation: checked against the contract before the state is kept, then sent."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import jsonschema_rs
import msgspec

from mock_server.core.errors import Refused
from mock_server.core.exchange import JSON_TYPE, Response
from mock_server.http.violations import compiled, violations
from openapi.model import Content, Contract, Operation
from openapi.schemas import Components

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
_Validator = jsonschema_rs.Draft202012Validator


@dataclass(frozen=True)
class ReadyAnswer:
    """An answer that keeps the contract, as bytes; or one whose bytes are still to be made by `render` or `stream`."""

    status: int
    content: bytes
    content_type: str | None
    headers: Mapping[str, str] = field(default_factory=dict)
    render: Callable[[], bytes] | None = None
    stream: Callable[[], AsyncIterator[bytes]] | None = None

    async def send(self, send: Send, id_headers: Sequence[str], request_id: str) -> None:
        """Send it as an ASGI response, with the request's id in these headers."""
        await self.start(send, id_headers, request_id)
        await send({"type": "http.response.body", "body": self.content})

    async def start(self, send: Send, id_headers: Sequence[str], request_id: str) -> None:
        """Send all but the body. A stream doesn't say how long it will be."""
        headers = [(name.encode("latin-1"), request_id.encode("latin-1")) for name in id_headers]
        if self.content_type is not None:
            headers.append((b"content-type", self.content_type.encode("latin-1")))
        headers.extend(
            (name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in self.headers.items()
        )
        if self.status != 204 and self.stream is None:
            headers.append((b"content-length", str(len(self.content)).encode("ascii")))
        await send({"type": "http.response.start", "status": self.status, "headers": headers})


class AnswerCheck:
    """Holds every answer of one operation to what the contract documents: status, media type and schema."""

    def __init__(self, contract: Contract, operation: Operation, rule: str) -> None:
        self._rule = rule
        self._operation_id = operation.id
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
        validator = media_types[response.content_type]
        found = violations(validator, response.json, "body", self._rule) if validator else []
        if found:
            raise self._fault("; ".join(f"{each.pointer} {each.message}" for each in found))
        return ReadyAnswer(response.status, as_json(response.json), response.content_type, response.headers)

    def rendered(self, answer: ReadyAnswer, content: bytes) -> ReadyAnswer:
        """The answer with its bytes, where they had to be made first."""
        return ReadyAnswer(answer.status, content, answer.content_type, answer.headers)

    def _fault(self, reason: str) -> Refused:
        return Refused(self._rule, f"The answer of {self._operation_id} would break the contract: {reason}.")


_ENCODER = msgspec.json.Encoder(decimal_format="number")


def as_json(value: Any) -> bytes:
    """The value as JSON; a `Decimal` as a number with its own digits, so that money stays exact."""
    return _ENCODER.encode(value)


def _validator(content: Content, components: Components) -> _Validator | None:
    is_json = content.media_type == JSON_TYPE or content.media_type.endswith("+json")
    return components.made(content.schema, compiled) if is_json else None
