"""A request as a handler sees it, and the response it gives back."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar

JSON_TYPE = "application/json"
T = TypeVar("T")


@dataclass(frozen=True)
class Caller:
    """Who is calling, as the token says. Every record belongs to a merchant, and callers see their own only."""

    subject: str
    merchant_id: str
    grants: frozenset[str] = frozenset()


class Request(NamedTuple):
    """A request that has passed authentication and validation.

    `query` and `path` hold decoded values of the types the contract names; absent optional parameters are absent,
    those with a default carry it. Header names are lower case. Numbers in `body` with a fraction are `Decimal`.
    `media_type`: the one of the documented success answers that the client prefers; "" where there is no choice.
    """

    operation_id: str
    caller: Caller | None
    path: Mapping[str, Any]
    query: Mapping[str, Any]
    headers: Mapping[str, str]
    body: Any
    request_id: str
    base_url: str
    media_type: str = ""

    @property
    def merchant_id(self) -> str:
        """Whose records the call is about; only operations that ask for a token have one."""
        assert self.caller is not None, f"{self.operation_id} asks for no token"
        return self.caller.merchant_id


class Made(NamedTuple):
    """How a JSON value is made: of a value that can't change, by a function of it and of nothing else."""

    of: Any
    by: Callable[[Any], Any]


class Response(NamedTuple):
    """What a handler answers: a JSON value, ready bytes, bytes to be made later, bytes without an end, or nothing.

    `render`: makes the bytes off the event loop, after the state has been committed. `pieces`: makes them on the event
    loop, piece by piece, until the client leaves. `made`: how the JSON value is made, where it is not given itself.
    """

    status: int = 200
    json: Any = None
    content: bytes | None = None
    render: Callable[[], bytes] | None = None
    pieces: Callable[[], AsyncIterator[bytes]] | None = None
    content_type: str | None = None
    headers: Mapping[str, str] = MappingProxyType({})
    made: Made | None = None

    @classmethod
    def shown(cls, value: T, as_json: Callable[[T], Any]) -> Response:
        """A JSON answer that shows a value. The same value is not turned into JSON again.

        `value`: nothing in it ever changes, as with stored records; what is changed is another value. `as_json`: what
        it returns depends on the value alone, and neither on the time nor on who asks.
        """
        return cls(content_type=JSON_TYPE, made=Made(value, as_json))

    @classmethod
    def of(cls, value: Any, status: int = 200) -> Response:
        """A JSON answer."""
        return cls(status=status, json=value, content_type=JSON_TYPE)

    @classmethod
    def empty(cls, status: int = 200) -> Response:
        """An answer without a body."""
        return cls(status=status)

    @classmethod
    def later(cls, render: Callable[[], bytes], content_type: str, headers: Mapping[str, str]) -> Response:
        """Bytes that take long to make, such as a document."""
        return cls(render=render, content_type=content_type, headers=headers)

    @classmethod
    def stream(
        cls, pieces: Callable[[], AsyncIterator[bytes]], content_type: str, headers: Mapping[str, str]
    ) -> Response:
        """Bytes that come as long as the client wants them. The iterator is cancelled when the client has left."""
        return cls(pieces=pieces, content_type=content_type, headers=headers)
