"""Items of a report, made from what comparing and lint have found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Protocol

from contract_tests.gate.change import Change, Place
from contract_tests.gate.kinds import kind
from contract_tests.gate.report import Item, Part
from contract_tests.gate.specification import Specification


class Contracts(Protocol):
    """What a source has: specifications by name."""

    @property
    def specifications(self) -> Mapping[str, Specification]: ...


def items_of_changes(changes: Iterable[Change], old: Contracts, new: Contracts) -> list[Item]:
    """An item for each change, in the same order; what is gone is shown near where it stood."""
    return [_near(each, item_of_change(each), old, new) for each in changes]


def item_of_change(change: Change) -> Item:
    """An item that stands where the change does."""
    known = kind(change.kind)
    return Item(
        part=Part.CHANGES,
        kind=change.kind,
        severity=str(change.severity),
        says=change.says,
        fingerprint=change.fingerprint,
        operation=change.operation,
        subject=change.subject,
        direction=str(change.direction),
        old=change.old,
        new=change.new,
        witness=change.witness,
        means=f"{known.means} {known.reason}".strip(),
        hint=known.avoid,
        provenance=change.provenance,
    )


def _near(change: Change, item: Item, old: Contracts, new: Contracts) -> Item:
    if change.new is not None or change.old is None:
        return item
    return replace(item, near=_nearest(change.old, old, new))


def _nearest(place: Place, old: Contracts, new: Contracts) -> Place | None:
    """What the new contract still has of where something stood: the nearest of its parents."""
    before = next((each for each in old.specifications.values() if each.root.place.file == place.file), None)
    now = _counterpart(before, old, new) if before else None
    if now is None:
        return None
    pointer = place.pointer
    while pointer and now.node(pointer) is None:
        pointer = pointer.rpartition("/")[0]
    node = now.node(pointer)
    return node.place if node else now.root.place


def _counterpart(specification: Specification, old: Contracts, new: Contracts) -> Specification | None:
    """The new contract of the same name; if there is but one on each side, that one."""
    if len(old.specifications) == len(new.specifications) == 1:
        return next(iter(new.specifications.values()))
    return new.specifications.get(specification.name)
