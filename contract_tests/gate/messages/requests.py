"""Requests of an operation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any
from urllib.parse import quote

from contract_tests.gate.change import Direction
from contract_tests.gate.messages.contents import against_body, against_fields, body_made, fields_made
from contract_tests.gate.messages.message import BODY, NOTHING, Aim, Key, Message
from contract_tests.gate.parts.operation import PLACEHOLDER, Operation, is_true, text_of
from contract_tests.gate.parts.securing import Alternative, alternatives_of, schemes_of
from contract_tests.gate.specification import Node

ANY_SEGMENT = "x"
"""Stands in a path for a parameter that the contract forgot to describe."""

_NOT_SENT = frozenset({("header", name) for name in ("accept", "content-type", "authorization")})


@dataclass(frozen=True)
class Requests:
    """What a contract says about the requests of one of its operations. `direction`: whom they concern."""

    operation: Operation
    direction: Direction

    @property
    def parameters(self) -> Mapping[Key, Node]:
        return {key: node for key, node in self.operation.parameters.items() if key not in _NOT_SENT}

    @property
    def content(self) -> Node | None:
        return self.operation.node.at("requestBody", "content")

    @property
    def needs_body(self) -> bool:
        return is_true(self.operation.node.get("requestBody"), "required")

    def make(self, aim: Aim) -> Message:
        body, media_type = body_made(self.content, self.needs_body, aim, self.direction)
        alternatives = alternatives_of(self.operation)
        return Message(
            values=fields_made(self.parameters, aim, self.direction),
            body=body,
            media_type=media_type,
            credentials=aim.admitted_by or alternatives[0],
        )

    def against(self, message: Message) -> Iterator[str]:
        yield from against_fields(self.parameters, message, self.direction)
        yield from against_body(self.content, self.needs_body, message, self.direction)
        if not self.operation.is_reversed:
            yield from self._against_credentials(message.credentials)

    def _against_credentials(self, given: Alternative) -> Iterator[str]:
        alternatives = alternatives_of(self.operation)
        if not any(each.asks_no_more_than(given) for each in alternatives):
            yield f"not let in with {given.told or 'no credentials'}: {' or '.join(each.told for each in alternatives)}"

    def shown(self, message: Message) -> Mapping[str, Any]:
        """`path`: as it is sent, below the host. What is empty is left out."""
        headers = {**self._of("header", message), **self._credentials(message)}
        if message.body is not NOTHING:
            headers["Content-Type"] = message.media_type
        found = {
            "method": self.operation.method,
            "path": self._path(message),
            "query": self._of("query", message),
            "headers": headers,
            "cookies": self._of("cookie", message),
        }
        body = {BODY: message.body} if message.body is not NOTHING else {}
        return {name: value for name, value in found.items() if value} | body

    def _path(self, message: Message) -> str:
        if self.operation.is_reversed:
            return self.operation.path
        positions = count()
        below = PLACEHOLDER.sub(
            lambda _: _segment(message.values.get(("path", str(next(positions))), ANY_SEGMENT)), self.operation.path
        )
        return self.operation.servers[0].path + below

    def _of(self, location: str, message: Message) -> dict[str, Any]:
        names = {key: text_of(node, "name") for key, node in self.operation.parameters.items()}
        return {names.get(key, key[1]): value for key, value in message.values.items() if key[0] == location}

    def _credentials(self, message: Message) -> dict[str, str]:
        """Stand-ins for what proves who asks; nothing secret is known here."""
        schemes = schemes_of(self.operation.specification)
        found = {}
        for name, scopes in message.credentials.schemes.items():
            where = schemes.get(name)
            if where is not None and text_of(where, "type") == "apiKey":
                found[text_of(where, "name")] = f"<{name}>"
            else:
                kind = "Basic" if where is not None and text_of(where, "scheme").lower() == "basic" else "Bearer"
                wanted = f" with {', '.join(sorted(scopes))}" if scopes else ""
                found["Authorization"] = f"{kind} <{name}{wanted}>"
        return found


def _segment(value: Any) -> str:
    return quote(",".join(map(str, value)) if isinstance(value, list) else str(value), safe=",")
