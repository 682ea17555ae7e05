"""Changes of schemas as differences of a contract: how bad each is, by what clients may send and be answered."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from contract_tests.gate.change import Direction, Severity, Witness
from contract_tests.gate.comparing.found import Found, Proof
from contract_tests.gate.kinds import kind
from contract_tests.gate.pairing import OperationPair
from contract_tests.gate.parts.operation import is_true
from contract_tests.gate.parts.values import NoValue, sample_outside
from contract_tests.gate.schemas.aspects.scalars import UNSURE
from contract_tests.gate.schemas.differences import SchemaChange, schema_changes
from contract_tests.gate.schemas.guessing import NOT_INSTALLED, is_possible
from contract_tests.gate.specification import Node

MAX_SHOWN = 60
"""So many characters of a value are shown in a sentence."""

HINTS = frozenset({"password", "int32", "int64", "float", "double"})
"""Formats that say how to show a value, or in how many bits it fits, which its bounds say, too."""

_HARMLESS_FIRST = (Severity.SAFE, Severity.RISKY, Severity.BREAKING)

ProofOfValue = Callable[[Any], Proof | None]


def schema_differences(
    old: Node | None,
    new: Node | None,
    direction: Direction,
    subject: str,
    operation: OperationPair,
    *,
    around: tuple[Node, Node],
    proof: ProofOfValue,
    is_included: bool = False,
) -> Iterator[Found]:
    """What differs between two schemas; `None` is one that allows everything.

    `around`: what the schemas are of. `is_included`: what is sent must still fit, whatever the schemas seem to say.
    `proof`: makes one of a value that one side alone allows.
    """
    if old is None or new is None:
        yield from _whole_schema(old, new, direction, subject, operation, around, proof)
        return
    for change in schema_changes(old, new, direction):
        yield _found(change, direction, subject, operation, proof, is_included)


def _whole_schema(
    old: Node | None,
    new: Node | None,
    direction: Direction,
    subject: str,
    operation: OperationPair,
    around: tuple[Node, Node],
    proof: ProofOfValue,
) -> Iterator[Found]:
    suffixes = {"schema-removed": old, "schema-added": new}
    for suffix, schema in suffixes.items():
        if schema is not None and schema.resolved().value not in ({}, True):
            where = old or around[0], new or around[1], operation
            yield Found(f"{direction}-{suffix}", subject, *where, proof=_refusal(schema, direction, proof))


def _refusal(schema: Node, direction: Direction, proof: ProofOfValue) -> Proof:
    """Proves with a value that a schema does not allow, where everything was or is allowed."""

    def found() -> Witness | None:
        try:
            made = proof(sample_outside(schema, direction))
        except NoValue:
            return None
        return made() if made is not None else None

    return found


def _found(
    change: SchemaChange,
    direction: Direction,
    subject: str,
    operation: OperationPair,
    proof: ProofOfValue,
    is_included: bool,
) -> Found:
    kind_id = f"{direction}-{change.kind}"
    path = joined(change.path, str(change.facts["name"])) if _is_about_a_member(change) else change.path
    severity = Severity.SAFE if is_included else severity_of(change, direction)
    return Found(
        kind_id,
        joined(subject, path),
        change.old or change.old_schema,
        change.new or change.new_schema,
        operation,
        severity=severity,
        facts=_facts(change),
        doubt="" if severity is Severity.SAFE else _doubt(change, direction),
        proof=lambda: _witness(change, direction, proof),
    )


def _witness(change: SchemaChange, direction: Direction, proof: ProofOfValue) -> Witness | None:
    """Of a value that one side alone allows, if there is one."""
    example = change.lost if direction is Direction.REQUEST else change.gained
    found = proof(example.value) if example is not None else None
    return found() if found is not None else None


def _is_about_a_member(change: SchemaChange) -> bool:
    return change.kind.removeprefix("required-").startswith("property-") and "name" in change.facts


def severity_of(change: SchemaChange, direction: Direction) -> Severity:
    """By the kind, or by the sets of values: what is sent may only grow, what is answered only shrink."""
    definition = kind(f"{direction}-{change.kind}")
    if not definition.is_by_values:
        return definition.severity
    harms = change.narrows if direction is Direction.REQUEST else change.widens
    if harms is None or _was_announced(change):
        return Severity.RISKY
    if not change.narrows and not change.widens and not _is_hint(change) and not _were_told_apart(change):
        return max(definition.unseen, definition.at_least, key=_HARMLESS_FIRST.index)
    return Severity.BREAKING if harms else definition.at_least


def _were_told_apart(change: SchemaChange) -> bool:
    """Whether a discriminator is new that says what the alternatives say themselves: which values the property has."""
    if change.kind != "discriminator-added":
        return False
    name = str(change.facts.get("new", ""))
    parts = [each for word in ("oneOf", "anyOf") if (found := change.new_schema.get(word)) for each in found.each()]
    return bool(parts) and all(_names_values(part.at("properties", name)) for part in parts)


def _names_values(schema: Node | None) -> bool:
    return schema is not None and any(schema.get(word) is not None for word in ("enum", "const"))


def _doubt(change: SchemaChange, direction: Direction) -> str:
    """Why nobody could say whether clients lose anything."""
    harms = change.narrows if direction is Direction.REQUEST else change.widens
    if harms is not None:
        return ""
    has_tried = is_possible() or change.reason == UNSURE.reason
    return change.reason if has_tried else f"{change.reason}; {NOT_INSTALLED}"


def _was_announced(change: SchemaChange) -> bool:
    """Whether what is gone was deprecated, so that clients were warned."""
    return change.kind.endswith("property-removed") and is_true(change.old, "deprecated")


def _is_hint(change: SchemaChange) -> bool:
    """Whether it is about formats that forbid nothing by themselves: how to show a value, or how wide a number is."""
    formats = [change.facts[each] for each in ("old", "new") if change.facts.get(each) is not None]
    return change.kind.startswith("format-") and all(each in HINTS for each in formats)


def joined(subject: str, path: str) -> str:
    """A subject and a path in its value: `body` and `[].id` are `body[].id`."""
    if not path or not subject:
        return subject or path
    return subject + path if path.startswith("[") else f"{subject}.{path}"


def _facts(change: SchemaChange) -> Mapping[str, Any]:
    return {name: shown(value) for name, value in change.facts.items()}


def shown(value: Any) -> str:
    """A value as a sentence shows it."""
    text = written(value)
    return text if len(text) <= MAX_SHOWN else f"{text[: MAX_SHOWN - 1]}…"


def written(value: Any) -> str:
    """A text as it is, anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
