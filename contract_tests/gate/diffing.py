"""What has changed from one source to another, as data."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from contract_tests.gate.change import Change, Place, Severity
from contract_tests.gate.comparing import differences
from contract_tests.gate.comparing.causes import changes_of
from contract_tests.gate.comparing.found import Found
from contract_tests.gate.pairing import Pairs, paired
from contract_tests.gate.sources import Source

_ORDER = list(Severity)


def compare(old: Source, new: Source, today: date | None = None) -> list[Change]:
    """All changes from one source to another: the worst first, then by file and line.

    `today`: whether the sunset of what was removed is over; without it, nobody can say, which makes a removal risky.
    """
    return sorted(_changes(paired(old.specifications, new.specifications, today)), key=_rank)


def _changes(pairs: Pairs) -> Iterator[Change]:
    for each in pairs.removed:
        yield from changes_of(each.name, [Found("specification-removed", each.name, each.root, None)])
    for each in pairs.added:
        yield from changes_of(each.name, [Found("specification-added", each.name, None, each.root)])
    for pair in pairs.both:
        yield from changes_of(pair.old.name, differences(pair))


def _rank(change: Change) -> tuple[int, str, int, str, str, str, str, str]:
    place = change.new or change.old or Place("", "", 0)
    details = (change.kind, change.direction, change.operation, change.subject, change.contract)
    return _ORDER.index(change.severity), place.file, place.line, *details
