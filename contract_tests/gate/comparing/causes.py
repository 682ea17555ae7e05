"""Differences with one cause as one change: a component that forty operations use is changed once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from contract_tests.gate.change import Change, Place, Severity, Witness
from contract_tests.gate.comparing.found import Found
from contract_tests.gate.specification import Node
from openapi.documents import pointer_parts

NAMED = 3
"""So many operations are named in a sentence; of the others, how many there are."""

_NAMED: Mapping[str, Callable[[str, str], str]] = {
    "components": lambda group, name: name if group == "schemas" else f"{group}/{name}",
    "paths": lambda path, method: f"{method.upper()} {path}",
}
"""How what stands at the top is called, by its first two names."""

_SILENT_PARTS = frozenset({"components", "schemas", "properties", "content", "schema", "items", "patternProperties"})


def changes_of(contract: str, found: Iterable[Found]) -> list[Change]:
    """The changes of a contract, one for each cause, in the order in which their causes were found."""
    by_cause: dict[tuple[Any, ...], list[Found]] = {}
    for each in found:
        by_cause.setdefault(each.cause, []).append(each)
    return [_change(contract, each) for each in by_cause.values()]


def _change(contract: str, found: Sequence[Found]) -> Change:
    first = found[0]
    operations = list(dict.fromkeys(each.operation.name for each in found if each.operation is not None))
    subject = _subject(found)
    return Change(
        kind=first.kind,
        severity=first.judged,
        direction=first.definition.direction,
        subject=subject if first.detail in subject else f"{subject}: {first.detail}",
        says=first.definition.sentence({**first.facts, "subject": subject}) + _doubt(first) + _concerned(operations),
        contract=contract,
        operation=operations[0] if len(operations) == 1 else "",
        old=_place(first.old),
        new=_place(first.new),
        witness=_witness(found) if first.judged is not Severity.SAFE else None,
        provenance=first.provenance,
    )


def _witness(found: Sequence[Found]) -> Witness | None:
    """Of the first operations for which one can be made."""
    for each in found[:NAMED]:
        witness = each.proof() if each.proof is not None else None
        if witness is not None:
            return witness
    return None


def _place(node: Node | None) -> Place | None:
    return node.place if node is not None else None


def _subject(found: Sequence[Found]) -> str:
    """As seen from the operation; as named in the contract where it is seen as several things."""
    subjects = {each.subject for each in found}
    if len(subjects) == 1:
        return found[0].subject
    for node in (found[0].old, found[0].new):
        if node is not None:
            return named_place(node)
    return found[0].subject


def named_place(node: Node) -> str:
    """A place in the words of the contract.

    `/components/schemas/Customer/properties/email` is `Customer.email`, `/paths/~1orders/get/summary` is
    `GET /orders.summary`.
    """
    parts = pointer_parts(node.pointer)
    if len(parts) < 3 or parts[0] not in _NAMED:
        return node.pointer or "the contract"
    rest = [part for part in parts[3:] if part not in _SILENT_PARTS and not part.isdigit()]
    return ".".join([_NAMED[parts[0]](parts[1], parts[2]), *rest])


def _doubt(found: Found) -> str:
    return f" Whether that breaks anybody could not be decided ({found.doubt})." if found.doubt else ""


def _concerned(operations: Sequence[str]) -> str:
    """Which operations have it, where it is several."""
    if len(operations) < 2:
        return ""
    others = len(operations) - NAMED
    named = ", ".join(operations[:NAMED])
    return f" Concerns {named} and {others} more." if others > 0 else f" Concerns {named}."
