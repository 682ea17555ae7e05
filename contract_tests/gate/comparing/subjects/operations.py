"""Operations: gone, new, called elsewhere or by another name, deprecated, and hidden by a new path."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date

from contract_tests.gate.change import Direction
from contract_tests.gate.comparing.found import Found
from contract_tests.gate.messages.contents import schema_of
from contract_tests.gate.pairing import OperationPair, Pair
from contract_tests.gate.parts.operation import PLACEHOLDER, Operation, is_true, text_of
from contract_tests.gate.parts.values import complaint
from contract_tests.gate.specification import Node

SUNSET = "x-sunset"


def changes(pair: Pair) -> Iterator[Found]:
    for operation in pair.removed:
        yield _removal(operation, pair.today)
    for operation in pair.added:
        kind = "webhook-added" if operation.is_reversed else "operation-added"
        yield Found(kind, operation.name, None, operation.node)
        yield from _shadowed(operation, pair)
    for each in pair.operations:
        for find in (_path, _method, _id, _deprecation):
            yield from find(each)


# Removal


def _removal(operation: Operation, today: date | None) -> Found:
    if operation.is_reversed:
        return Found("webhook-removed", operation.name, operation.node, None)
    facts = {"sunset": text_of(operation.node, SUNSET)}
    return Found(_removal_kind(operation.node, today), operation.name, operation.node, None, facts=facts)


def _removal_kind(operation: Node, today: date | None) -> str:
    if not is_true(operation, "deprecated"):
        return "operation-removed-without-deprecation"
    sunset = sunset_of(operation)
    if sunset is None or today is None:
        return "operation-removed-with-deprecation"
    return "operation-removed-before-sunset" if today < sunset else "operation-removed-after-sunset"


def sunset_of(operation: Node) -> date | None:
    """The last day on which the operation is there; `None` where no date can be read."""
    try:
        return date.fromisoformat(text_of(operation, SUNSET)[:10])
    except ValueError:
        return None


# Where and by what name it is called


def _path(pair: OperationPair) -> Iterator[Found]:
    old, new = pair.old, pair.new
    if not pair.is_reversed and old.shape != new.shape and not _whole_paths(old) & _whole_paths(new):
        yield Found("operation-path-changed", pair.name, old.node, new.node, pair, facts={"new": new.path})


def _whole_paths(operation: Operation) -> set[str]:
    return {server.path + operation.shape for server in operation.servers}


def _method(pair: OperationPair) -> Iterator[Found]:
    if pair.old.method != pair.new.method:
        yield Found(
            "operation-method-changed", pair.name, pair.old.node, pair.new.node, pair, facts={"new": pair.new.method}
        )


def _id(pair: OperationPair) -> Iterator[Found]:
    old, new = pair.old.node.get("operationId"), pair.new.node.get("operationId")
    if old is not None and new is not None and old.value != new.value:
        facts = {"old": old.value, "new": new.value}
        yield Found("operation-id-changed", pair.name, old, new, pair, facts=facts)
    if old is not None and new is None:
        yield Found("operation-id-removed", pair.name, old, pair.new.node, pair, facts={"old": old.value})
    if old is None and new is not None:
        yield Found("operation-id-added", pair.name, pair.old.node, new, pair, facts={"new": new.value})


# Deprecation


def _deprecation(pair: OperationPair) -> Iterator[Found]:
    old, new = pair.old.node, pair.new.node
    was, is_now = is_true(old, "deprecated"), is_true(new, "deprecated")
    if was != is_now:
        kind = "operation-deprecated" if is_now else "operation-not-deprecated"
        facts = {"until": f" until {text_of(new, SUNSET)}" if new.get(SUNSET) else ""}
        yield Found(kind, pair.name, old, new, pair, facts=facts)
    if is_now:
        yield from _sunset(pair, was)


def _sunset(pair: OperationPair, was_deprecated: bool) -> Iterator[Found]:
    stood, stands = pair.old.node.get(SUNSET), pair.new.node.get(SUNSET)
    old, new = sunset_of(pair.old.node), sunset_of(pair.new.node)
    facts = {"old": stood.value if stood else "", "new": stands.value if stands else ""}
    where = (stood or pair.old.node, stands or pair.new.node, pair)
    if stands is not None and new is None and facts["old"] != facts["new"]:
        yield Found("sunset-unreadable", pair.name, *where, facts=facts)
    if was_deprecated and old is not None and stands is None:
        yield Found("sunset-removed", pair.name, *where, facts=facts)
    if was_deprecated and old is not None and new is not None and old != new:
        kind = "sunset-brought-forward" if new < old else "sunset-postponed"
        yield Found(kind, pair.name, *where, facts=facts)
    if was_deprecated and stood is None and new is not None:
        yield Found("sunset-added", pair.name, *where, facts=facts)


# Paths that take calls from others


def _shadowed(added: Operation, pair: Pair) -> Iterator[Found]:
    """A path with fewer parameters wins over a template that fits it, too: calls now end at another operation."""
    if added.is_reversed:
        return
    for each in pair.operations:
        old = each.old
        if old.method == added.method and old.placeholders and _takes(old, added.path):
            facts = {"new": added.path}
            yield Found("operation-shadowed", each.name, old.node, added.node, each, facts=facts)


def _takes(operation: Operation, path: str) -> bool:
    """Whether a path fits the template of an operation, and its segments the schemas of the parameters."""
    pattern = "([^/]+)".join(re.escape(part) for part in PLACEHOLDER.split(operation.path))
    found = re.fullmatch(pattern, path)
    return found is not None and all(
        _may_be(operation.parameters.get(("path", str(index))), text) for index, text in enumerate(found.groups())
    )


def _may_be(parameter: Node | None, text: str) -> bool:
    """Whether a text in a path can be a value of a parameter: as it stands, or as the number or boolean it spells."""
    if PLACEHOLDER.fullmatch(text):
        return True
    values = [text]
    with suppress(ValueError):
        values.append(json.loads(text))
    schema = schema_of(parameter) if parameter is not None else None
    return any(complaint(schema, value, Direction.REQUEST) is None for value in values)
