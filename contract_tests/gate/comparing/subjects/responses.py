"""Responses: which statuses may come, and with which headers and bodies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from contract_tests.gate.comparing.contents import Contents, content_differences, content_of
from contract_tests.gate.comparing.fields import Field, Fields, field_differences
from contract_tests.gate.comparing.found import Found
from contract_tests.gate.messages.message import Key
from contract_tests.gate.pairing import OperationPair, Pair
from contract_tests.gate.parts.responding import DEFAULT, answer_for, answers_of
from contract_tests.gate.schemas.unchanged import is_unchanged
from contract_tests.gate.specification import Node
from contract_tests.gate.witnesses import response_proof

SUCCESS, ERROR, FAILURE, OTHER = "success", "error", "failure", "other"
_CLASSES = {"2": SUCCESS, "3": SUCCESS, "4": ERROR, "5": FAILURE, "d": DEFAULT}
_REPLACED = {SUCCESS, ERROR}
"""Classes in which a status that goes while another comes is the same one, changed."""


def changes(pair: Pair) -> Iterator[Found]:
    for operation in pair.calls:
        yield from _Answers(operation, answers_of(operation.old.node), answers_of(operation.new.node)).differences()


def class_of(status: str) -> str:
    """What a status is to a client; 304 only spares a body that is known, and 1xx only announce."""
    return OTHER if status == "304" else _CLASSES.get(status[0], OTHER)


@dataclass(frozen=True)
class _Answers:
    """The answers of an operation on both sides, by status, range or `default`."""

    operation: OperationPair
    old: Mapping[str, Node]
    new: Mapping[str, Node]

    def differences(self) -> Iterator[Found]:
        removed: dict[str, Node] = {}
        added: dict[str, Node] = {}
        compared = set()
        for status in dict.fromkeys([*self.old, *self.new]):
            old, new = answer_for(self.old, status), answer_for(self.new, status)
            if old is None and new is not None:
                added[status] = new
            elif new is None and old is not None:
                removed[status] = old
            elif old is not None and new is not None and (old, new) not in compared:
                compared.add((old, new))
                yield from self._answer(status, old, new)
        yield from self._statuses(removed, added)

    def _statuses(self, removed: Mapping[str, Node], added: Mapping[str, Node]) -> Iterator[Found]:
        if self.operation.is_reversed:
            yield from (self._found("callback-status-removed", each, removed[each], None) for each in removed)
            yield from (self._found("callback-status-added", each, None, added[each]) for each in added)
            return
        for name in (SUCCESS, ERROR, FAILURE, DEFAULT, OTHER):
            gone = {status: node for status, node in removed.items() if class_of(status) == name}
            came = {status: node for status, node in added.items() if class_of(status) == name}
            if gone and came and name in _REPLACED:
                yield self._replaced(name, gone, came)
                continue
            for status, node in gone.items():
                yield self._found(f"response-{name}-status-removed", status, node, None)
            for status, node in came.items():
                yield self._found(f"response-{name}-status-added", status, None, node)

    def _replaced(self, name: str, gone: Mapping[str, Node], came: Mapping[str, Node]) -> Found:
        facts = {"status": ", ".join(gone), "new": ", ".join(came)}
        nodes = next(iter(gone.values())), next(iter(came.values()))
        subject = f"status {', '.join(gone)}"
        proof = response_proof(self.operation, self.operation.response, next(iter(came)))
        kind = f"response-{name}-status-changed"
        return Found(kind, subject, *nodes, self.operation, facts=facts, is_shared=True, proof=proof)

    def _found(self, kind: str, status: str, old: Node | None, new: Node | None) -> Found:
        proof = response_proof(self.operation, self.operation.response, status)
        facts = {"status": status}
        return Found(kind, f"status {status}", old, new, self.operation, facts=facts, is_shared=True, proof=proof)

    # One answer

    def _answer(self, status: str, old: Node, new: Node) -> Iterator[Found]:
        if is_unchanged(old, new):
            return
        yield from field_differences(self._headers(status, old, new))
        direction, subject = self.operation.response, f"{status} body"
        proof = response_proof(self.operation, direction, status)
        stood, stands = content_of(old), content_of(new)
        if stood is not None and stands is not None:
            yield from content_differences(self._contents(status, stood, stands))
        elif stands is not None:
            yield Found(f"{direction}-body-added", subject, old, new, self.operation, is_shared=True, proof=proof)
        elif stood is not None:
            yield Found(f"{direction}-body-removed", subject, old, new, self.operation, is_shared=True, proof=proof)

    def _contents(self, status: str, old: Node, new: Node) -> Contents:
        operation = self.operation
        return Contents(
            old,
            new,
            operation.response,
            operation,
            f"{status} body",
            lambda name, value: response_proof(operation, operation.response, status, "body", name, value),
        )

    def _headers(self, status: str, old: Node, new: Node) -> Fields:
        operation = self.operation
        return Fields(
            _headers_of(old, status),
            _headers_of(new, status),
            operation.response,
            operation,
            lambda key, value: response_proof(operation, operation.response, status, *key, value),
        )


def _headers_of(answer: Node, status: str) -> Mapping[Key, Field]:
    headers = answer.get("headers")
    return {
        ("header", name.lower()): Field(f"{status} header.{name}", "header", node)
        for name, node in (headers.items() if headers is not None else ())
        if name.lower() != "content-type"
    }
