"""Responses of an operation with a status."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from contract_tests.gate.change import Direction
from contract_tests.gate.messages.contents import against_body, against_fields, body_made, fields_made
from contract_tests.gate.messages.message import BODY, NOTHING, Aim, Key, Message
from contract_tests.gate.parts.operation import Operation
from contract_tests.gate.parts.responding import answer_for, answers_of
from contract_tests.gate.parts.values import NoValue
from contract_tests.gate.specification import Node


@dataclass(frozen=True)
class Responses:
    """What a contract says about an operation's responses. `status`: of those to be made."""

    operation: Operation
    direction: Direction
    status: int

    def make(self, aim: Aim) -> Message:
        answer = self._answer(self.status)
        if answer is None:
            raise NoValue(f"{self.status} is not answered")
        body, media_type = body_made(answer.get("content"), True, aim, self.direction)
        values = fields_made(_headers(answer), aim, self.direction)
        return Message(values=values, body=body, media_type=media_type, status=self.status)

    def against(self, message: Message) -> Iterator[str]:
        answer = self._answer(message.status)
        if answer is None:
            yield f"{message.status} is no status that is answered"
            return
        yield from against_fields(_headers(answer), message, self.direction)
        yield from against_body(answer.get("content"), True, message, self.direction)

    def shown(self, message: Message) -> Mapping[str, Any]:
        """What is empty is left out."""
        headers = {key[1]: value for key, value in message.values.items()}
        if message.media_type:
            headers["content-type"] = message.media_type
        body = {BODY: message.body} if message.body is not NOTHING else {}
        return {"status": message.status} | ({"headers": headers} if headers else {}) | body

    def _answer(self, status: int) -> Node | None:
        return answer_for(answers_of(self.operation.node), str(status))


def _headers(answer: Node) -> Mapping[Key, Node]:
    found = answer.get("headers")
    return {
        ("header", name.lower()): node.resolved()
        for name, node in (found.items() if found is not None else ())
        if name.lower() != "content-type"
    }
