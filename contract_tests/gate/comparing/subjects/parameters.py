"""Parameters: those of paths, queries, headers and cookies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from contract_tests.gate.comparing.fields import Field, Fields, field_differences
from contract_tests.gate.comparing.found import Found
from contract_tests.gate.messages.message import Key
from contract_tests.gate.pairing import OperationPair, Pair
from contract_tests.gate.parts.operation import Operation, text_of
from contract_tests.gate.witnesses import request_proof

NOT_PARAMETERS = frozenset({("header", name) for name in ("accept", "content-type", "authorization")})
"""What OpenAPI says elsewhere, and wants to be ignored among parameters."""


def changes(pair: Pair) -> Iterator[Found]:
    for operation in pair.calls:
        yield from field_differences(_fields(operation))


def _fields(operation: OperationPair) -> Fields:
    direction = operation.request
    return Fields(
        _of(operation.old),
        _of(operation.new),
        direction,
        operation,
        lambda key, value: request_proof(operation, direction, *key, value),
    )


def _of(operation: Operation) -> Mapping[Key, Field]:
    return {
        key: Field(f"{key[0]}.{text_of(node, 'name')}", key[0], node)
        for key, node in operation.parameters.items()
        if key not in NOT_PARAMETERS
    }
