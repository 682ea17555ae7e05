"""Whether an answer is one that the contract documents: status, media type, schema, envelope."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import jsonschema_rs

from contract_tests.broken import Broken, Difference
from contract_tests.exchange import Exchange
from openapi import Contract
from openapi.documents import to_pointer
from openapi.model import Answer, Content
from openapi.schemas import json_schema

_Validator = jsonschema_rs.Draft202012Validator
KIND = "SCHEMA"


def schema_rule(operation_id: str, what: str) -> str:
    """The name of what a schema says: stands where a rule id stands."""
    return f"{KIND}:{operation_id}:{what}"


class AnswerCheck:
    """Checks the answers of one contract; validators are compiled once."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._validators: dict[tuple[str, str], Mapping[str, _Validator | None]] = {
            (operation.id, status): {each.media_type: self._validator(each) for each in answer.contents}
            for operation in contract.operations.values()
            for status, answer in operation.answers.items()
        }

    def check(self, operation_id: str, exchange: Exchange) -> None:
        """Return where the answer is documented. Raises `Broken`."""
        for broken in self.problems(operation_id, exchange):
            raise broken

    def problems(self, operation_id: str, exchange: Exchange) -> Iterator[Broken]:
        """Everything about the answer that is not documented."""
        answers = self._contract.operations[operation_id].answers
        answer = answers.get(str(exchange.status))
        if answer is None:
            documented = ", ".join(answers)
            yield self._broken(operation_id, "status", exchange.status, f"one of {documented}", exchange.status)
            return
        yield from self._content_problems(operation_id, answer, exchange)

    def require_headers(self, operation_id: str, exchange: Exchange) -> None:
        """Raise `Broken` where the answer lacks a header that the operation documents for all of its answers."""
        for name in self.shared_headers(operation_id):
            if not exchange.headers.get(name.lower()):
                message = f"{operation_id} answered {exchange.status} without {name}"
                difference = Difference(name, "a value", exchange.headers.get(name.lower()))
                raise Broken(schema_rule(operation_id, "headers"), message, [difference], operation_id=operation_id)

    def shared_headers(self, operation_id: str) -> Sequence[str]:
        """The headers that all answers of an operation have, by its contract."""
        first, *others = self._contract.operations[operation_id].answers.values()
        return [name for name in first.headers if all(name in each.headers for each in others)]

    def _content_problems(self, operation_id: str, answer: Answer, exchange: Exchange) -> Iterator[Broken]:
        validators = self._validators[operation_id, answer.status]
        if not answer.contents:
            if exchange.body:
                yield self._broken(
                    operation_id, "body", exchange.status, "an empty body", f"{len(exchange.body)} bytes"
                )
            return
        if exchange.media_type not in validators:
            expected = " or ".join(validators)
            yield self._broken(operation_id, "media-type", exchange.status, expected, exchange.media_type or "none")
            return
        validator = validators[exchange.media_type]
        if validator is None:
            return
        if exchange.json is None and exchange.body.strip() != b"null":
            yield self._broken(operation_id, "json", exchange.status, "JSON", "a body that is none")
            return
        differences = [
            Difference(to_pointer(*error.instance_path), error.message, _at(exchange.json, error.instance_path))
            for error in validator.iter_errors(exchange.json)
        ]
        if differences:
            message = f"the answer {exchange.status} of {operation_id} does not match its schema"
            rule = schema_rule(operation_id, f"{exchange.status}")
            yield Broken(rule, message, differences, operation_id=operation_id)

    def _broken(self, operation_id: str, what: str, status: int, expected: Any, received: Any) -> Broken:
        message = f"{operation_id} answered {status}: {what} should be {expected}, and is {received}"
        difference = Difference(what, expected, received)
        return Broken(schema_rule(operation_id, what), message, [difference], operation_id=operation_id)

    def _validator(self, content: Content) -> _Validator | None:
        if not content.media_type.endswith("json") or (
            content.schema.get("type") == "string" and content.schema.get("format") == "binary"
        ):
            return None
        return _Validator(json_schema(content.schema, self._contract.schemas), validate_formats=True)


def _at(value: Any, path: list[Any]) -> Any:
    for part in path:
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            return None
    return value
