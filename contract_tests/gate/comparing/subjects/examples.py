"""Examples: removed, or left behind by a change of their schema. Other changes of examples are prose."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from contract_tests.gate.change import Direction
from contract_tests.gate.comparing.found import Found
from contract_tests.gate.pairing import OperationPair, Pair
from contract_tests.gate.parts.media_types import best, media_type
from contract_tests.gate.parts.operation import text_of
from contract_tests.gate.parts.responding import answer_for, answers_of
from contract_tests.gate.parts.values import complaint
from contract_tests.gate.schemas.differences import schema_changes
from contract_tests.gate.schemas.unchanged import is_unchanged
from contract_tests.gate.specification import Node

Shown = tuple[str, Node, Node, Direction]
"""A subject, what has examples of it on both sides (a media type or parameter), and whom it concerns."""


def changes(pair: Pair) -> Iterator[Found]:
    for operation in pair.calls:
        for subject, old, new, direction in _shown(operation):
            if not is_unchanged(old, new):
                yield from _differences(operation, subject, old, new, direction)


def _shown(operation: OperationPair) -> Iterator[Shown]:
    for key, node in operation.old.parameters.items():
        if key in operation.new.parameters:
            subject = f"{key[0]}.{text_of(node, 'name')}"
            yield subject, node, operation.new.parameters[key], operation.request
    old, new = operation.old.node.get("requestBody"), operation.new.node.get("requestBody")
    if old is not None and new is not None:
        yield from _bodies("body", old, new, operation.request)
    answers = answers_of(operation.new.node)
    for status, answer in answers_of(operation.old.node).items():
        there = answer_for(answers, status)
        if there is not None and not is_unchanged(answer, there):
            yield from _bodies(f"{status} body", answer, there, operation.response)


def _bodies(subject: str, old: Node, new: Node, direction: Direction) -> Iterator[Shown]:
    stood, stands = (dict(found.items()) if (found := each.get("content")) else {} for each in (old, new))
    for name, node in stood.items():
        meant = best(name, stands)
        if meant is not None:
            yield subject, node, stands[meant], direction


def _differences(operation: OperationPair, subject: str, old: Node, new: Node, direction: Direction) -> Iterator[Found]:
    stood, stands = _examples(old), _examples(new)
    for name, node in stood.items():
        if name not in stands:
            yield Found("example-removed", subject, node, None, operation, facts={"name": name})
        elif node.value == stands[name].value and _is_left_behind(node, old, new, direction):
            yield Found("example-outdated", subject, node, stands[name], operation, facts={"name": name})


def _examples(holder: Node) -> Mapping[str, Node]:
    """The values by their names; a single one has none."""
    found = {}
    single = holder.get("example")
    if single is not None:
        found["example"] = single
    named = holder.get("examples")
    for name, each in named.items() if named is not None else ():
        value = each.get("value")
        if value is not None:
            found[name] = value
    return found


def _is_left_behind(example: Node, old: Node, new: Node, direction: Direction) -> bool:
    """Whether it has fitted the schema, and does no longer."""
    stood, stands = old.get("schema"), new.get("schema")
    is_json = old.get("in") is not None or media_type(old.name).is_json
    if stood is None or stands is None or not is_json or not any(schema_changes(stood, stands, direction)):
        return False
    has_fitted = complaint(stood, example.value, direction) is None
    return has_fitted and complaint(stands, example.value, direction) is not None
