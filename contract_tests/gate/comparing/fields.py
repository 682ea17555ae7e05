"""Named values beside the body: parameters of requests and headers of responses, compared in one way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from contract_tests.gate.change import Direction, Severity
from contract_tests.gate.comparing.found import Found, Proof
from contract_tests.gate.comparing.schemas import schema_differences
from contract_tests.gate.comparing.wire import are_sent_alike, is_one_of_a_list, texts_are_included
from contract_tests.gate.messages.contents import schema_of
from contract_tests.gate.messages.message import NOTHING, Key
from contract_tests.gate.pairing import OperationPair
from contract_tests.gate.parts.operation import is_true
from contract_tests.gate.parts.values import is_a_segment, segments_included
from contract_tests.gate.schemas.inclusion import Inclusion
from contract_tests.gate.schemas.unchanged import is_unchanged
from contract_tests.gate.specification import Node

NOUNS = {Direction.REQUEST: "request-parameter", Direction.RESPONSE: "response-header"}
"""How kinds of changes call a field, by direction."""


@dataclass(frozen=True)
class Field:
    """A parameter or header. `location`: as in `in`; `subject`: as in `query.page` or `200 header.Location`.

    `stated`: where it is said to be one, maybe by a reference.
    """

    subject: str
    location: str
    stated: Node

    @property
    def node(self) -> Node:
        return self.stated.resolved()

    @property
    def is_required(self) -> bool:
        return is_true(self.node, "required")

    @property
    def schema(self) -> Node | None:
        return schema_of(self.node)


@dataclass(frozen=True)
class Fields:
    """The fields of a message on both sides, by location and name. `direction`: who is concerned.

    `prove`: makes a proof of a message in which a field, by its key, has a value; of one that has no more than must be
    there where the value is `NOTHING`.
    """

    old: Mapping[Key, Field]
    new: Mapping[Key, Field]
    direction: Direction
    operation: OperationPair
    prove: Callable[[Key, Any], Proof | None]


def field_differences(fields: Fields) -> Iterator[Found]:
    """Fields that were added, removed, moved, or are not what they were."""
    moved = dict(_moved(fields))
    for key, old in fields.old.items():
        if key in fields.new:
            if not is_unchanged(old.stated, fields.new[key].stated):
                yield from _changed(fields, key, old, fields.new[key])
        elif key in moved:
            new = moved[key]
            facts = {"old": old.location, "new": new.location}
            yield _found(fields, "moved", old, old, new, facts=facts)
        else:
            yield _removed(fields, old)
    came = {id(each) for each in moved.values()}
    for key, new in fields.new.items():
        if key not in fields.old and id(new) not in came:
            suffix = "added-required" if new.is_required else "added"
            yield _found(fields, suffix, new, None, new, proof=_bare(fields))


def _moved(fields: Fields) -> Iterator[tuple[Key, Field]]:
    """Parameters of the same name that are now sent elsewhere."""
    arrived = {key: each for key, each in fields.new.items() if key not in fields.old and each.location != "path"}
    for key, old in fields.old.items():
        if key not in fields.new and old.location != "path":
            same = [new for other, new in arrived.items() if other[1:] == key[1:] and new.location != old.location]
            if len(same) == 1:
                yield key, same[0]


def _removed(fields: Fields, old: Field) -> Found:
    severity = None
    is_request = fields.direction is Direction.REQUEST
    if is_true(old.node, "deprecated") or not (is_request or old.is_required):
        severity = Severity.RISKY
    return _found(fields, "removed", old, old, None, severity=severity, proof=_bare(fields))


def _changed(fields: Fields, key: Key, old: Field, new: Field) -> Iterator[Found]:
    for find in (_requiredness, _serialization, _characters, _emptiness, _deprecation):
        yield from find(fields, old, new)
    yield from _values(fields, key, old, new)


def _requiredness(fields: Fields, old: Field, new: Field) -> Iterator[Found]:
    if old.is_required != new.is_required:
        suffix = "became-required" if new.is_required else "became-optional"
        yield _found(fields, suffix, old, old, new, proof=_bare(fields))


def _serialization(fields: Fields, old: Field, new: Field) -> Iterator[Found]:
    if not are_sent_alike(old.node, new.node, old.location):
        yield _found(fields, "serialization-changed", old, old, new)


def _characters(fields: Fields, old: Field, new: Field) -> Iterator[Found]:
    yield from _flag(fields, old, new, "allowReserved", "reserved-characters")


def _emptiness(fields: Fields, old: Field, new: Field) -> Iterator[Found]:
    if old.location == "query":
        yield from _flag(fields, old, new, "allowEmptyValue", "empty-value")


def _flag(fields: Fields, old: Field, new: Field, member: str, name: str) -> Iterator[Found]:
    was, is_now = is_true(old.node, member), is_true(new.node, member)
    if was != is_now and fields.direction is Direction.REQUEST:
        yield _found(fields, f"{name}-{'allowed' if is_now else 'forbidden'}", old, old, new)


def _deprecation(fields: Fields, old: Field, new: Field) -> Iterator[Found]:
    if is_true(new.node, "deprecated") and not is_true(old.node, "deprecated"):
        yield _found(fields, "deprecated", old, old, new)


def _values(fields: Fields, key: Key, old: Field, new: Field) -> Iterator[Found]:
    """The values as sets; those that are sent as plain texts are compared as texts."""
    small, big = (old, new) if fields.direction is Direction.REQUEST else (new, old)
    if is_one_of_a_list(small.node, big.node, old.location):
        yield _found(fields, "list-of-values", old, old, new)
        return
    segments = _segments(small, big, fields.direction)
    yield from schema_differences(
        old.schema,
        new.schema,
        fields.direction,
        old.subject,
        fields.operation,
        around=(old.node, new.node),
        is_included=texts_are_included(small.node, big.node) or (segments is not None and segments.is_included),
        proof=lambda value: fields.prove(key, value if segments is None or is_a_segment(value) else segments.witness),
    )


def _segments(small: Field, big: Field, direction: Direction) -> Inclusion | None:
    """Of parameters in a path, whose values are never empty; `None` for others, and where the schemas are the same."""
    if small.location != "path" or small.schema is None or big.schema is None:
        return None
    if small.schema.resolved().value == big.schema.resolved().value:
        return None
    return segments_included(small.schema, big.schema, direction)


def _bare(fields: Fields) -> Proof | None:
    return fields.prove(("", ""), NOTHING)


def _found(
    fields: Fields,
    suffix: str,
    named: Field,
    old: Field | None,
    new: Field | None,
    *,
    severity: Severity | None = None,
    facts: Mapping[str, Any] | None = None,
    proof: Proof | None = None,
) -> Found:
    return Found(
        f"{NOUNS[fields.direction]}-{suffix}",
        named.subject,
        _place(old, fields, is_alone=new is None),
        _place(new, fields, is_alone=old is None),
        fields.operation,
        severity=severity,
        facts=facts or {},
        is_shared=True,
        proof=proof,
    )


def _place(field: Field | None, fields: Fields, *, is_alone: bool) -> Node | None:
    """Where it is said to be one of the fields, if that is what has changed; else where it is described."""
    if field is None:
        return None
    return field.stated if is_alone else field.node
