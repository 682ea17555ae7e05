"""What `contract-tests diff` reports: the changes from one source to another."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from contract_tests.gate.diffing import compare
from contract_tests.gate.items import items_of_changes
from contract_tests.gate.report import Report, judged, unused_waivers
from contract_tests.gate.sources import read_source
from contract_tests.waivers import Waiver


def differ(
    old: str,
    new: str,
    fail_on: Collection[str],
    today: date,
    waivers: Sequence[Waiver] = (),
    *,
    allow_remote_refs: bool = False,
) -> Report:
    """The changes from one source to another, each named as the user would.

    Raises:
        WrongUse: one of them can't be read.
        TargetUnreachable: one of them is a URL at which nothing answers.
    """
    before, now = (read_source(each, allow_remote_refs=allow_remote_refs) for each in (old, new))
    items = items_of_changes(compare(before, now, today), before, now)
    notes = dict.fromkeys(str(note) for source in (before, now) for note in source.notes)
    return Report(
        command="diff",
        title=f"{before.origin} to {now.origin}",
        items=judged(items, fail_on, today, waivers),
        notes=[*notes, *unused_waivers(waivers, items)],
    )
