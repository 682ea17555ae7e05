"""Bodies of requests: there or not, required or not, and what they hold."""

from __future__ import annotations

from collections.abc import Iterator

from contract_tests.gate.change import Direction
from contract_tests.gate.comparing.contents import Contents, content_differences, content_of
from contract_tests.gate.comparing.found import Found
from contract_tests.gate.pairing import OperationPair, Pair
from contract_tests.gate.parts.operation import is_true
from contract_tests.gate.specification import Node
from contract_tests.gate.witnesses import request_proof


def changes(pair: Pair) -> Iterator[Found]:
    for operation in pair.calls:
        old, new = (content_of(_body(each.node)) for each in (operation.old, operation.new))
        if old is not None and new is not None:
            yield from _requiredness(operation)
            yield from content_differences(_contents(operation, old, new))
        elif new is not None:
            yield _added(operation)
        elif old is not None:
            yield Found(
                f"{operation.request}-body-removed", "body", _body(operation.old.node), None, operation, is_shared=True
            )


def _body(operation: Node) -> Node | None:
    return operation.get("requestBody")


def _added(operation: OperationPair) -> Found:
    new = _body(operation.new.node)
    must_be_sent = operation.request is Direction.REQUEST and is_true(new, "required")
    suffix = "body-added-required" if must_be_sent else "body-added"
    proof = request_proof(operation, operation.request)
    return Found(f"{operation.request}-{suffix}", "body", None, new, operation, is_shared=True, proof=proof)


def _requiredness(operation: OperationPair) -> Iterator[Found]:
    old, new = _body(operation.old.node), _body(operation.new.node)
    if is_true(old, "required") != is_true(new, "required"):
        suffix = "became-required" if is_true(new, "required") else "became-optional"
        proof = request_proof(operation, operation.request, "body")
        yield Found(f"{operation.request}-body-{suffix}", "body", old, new, operation, is_shared=True, proof=proof)


def _contents(operation: OperationPair, old: Node, new: Node) -> Contents:
    return Contents(
        old,
        new,
        operation.request,
        operation,
        "body",
        lambda name, value: request_proof(operation, operation.request, "body", name, value),
    )
