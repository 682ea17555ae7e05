"""The gate: lint, changes since the base, versions and changelog in one report."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

from contract_tests.errors import WrongUse
from contract_tests.gate.base import Base, base_of
from contract_tests.gate.change import Change
from contract_tests.gate.changelog import changelog
from contract_tests.gate.diffing import compare
from contract_tests.gate.items import items_of_changes
from contract_tests.gate.lint.linting import lint
from contract_tests.gate.lint.problem import items_of_problems
from contract_tests.gate.pairing import paired
from contract_tests.gate.report import Advice, Item, Report, judged, unused_waivers
from contract_tests.gate.sources import Source, read_source
from contract_tests.gate.sources.reading import NoDocument
from contract_tests.gate.specification import Specification
from contract_tests.gate.versioning import advice, bump_of, is_edited, item_of
from contract_tests.waivers import Waiver

USUAL_PATH = "openapi"
"""Where contracts are looked for when no path is named."""


@dataclass(frozen=True)
class _Compared:
    """A contract as it was and as it is, one of which may be missing, and what has changed from one to the other."""

    old: Specification | None
    new: Specification | None
    changes: Sequence[Change]
    items: Sequence[Item]

    @property
    def name(self) -> str:
        known = self.new or self.old
        return known.name if known else ""

    @cached_property
    def is_edited(self) -> bool:
        return is_edited(self.old, self.new)

    @property
    def advice(self) -> Advice:
        bump = bump_of(self.changes, is_edited=self.is_edited)
        return advice(self.name, self.old, self.new, bump)

    @property
    def entry(self) -> str:
        """Of the changelog, with the version that the contract should have."""
        advised = self.advice
        now = advised.new if advised.is_enough else advised.suggested or advised.new
        return changelog(self.name, advised.old, now, self.changes, is_edited=self.is_edited)


def examine(
    ref: str,
    paths: Sequence[str],
    fail_on: Collection[str],
    today: date,
    waivers: Sequence[Waiver] = (),
    *,
    allow_remote_refs: bool = False,
) -> Report:
    """What the working tree has made of the contracts at the base.

    `paths`: files or folders of contracts; where none is named, the folder `openapi`. What lint has found at the base
    already is known, and fails nothing.

    Raises:
        WrongUse: there is no such base or path, or a contract can't be read.
    """
    base = base_of(ref)
    read = [_read(base, path, allow_remote_refs) for path in paths or [USUAL_PATH]]
    compared = [each for old, new in read for each in _compared(old, new, today)]
    advised = [each.advice for each in compared]
    problems = [each for _, new in read for each in items_of_problems(lint(new))]
    known = {each.fingerprint for old, _ in read for each in lint(old)}
    changes = [item for each in compared for item in each.items]
    found = [*changes, *problems, *(item for each in advised if (item := item_of(each)))]
    return Report(
        command="gate",
        title=f"{', '.join(paths or [USUAL_PATH])} against {base}",
        items=judged(found, fail_on, today, waivers, known),
        notes=[*(str(note) for _, new in read for note in new.notes), *unused_waivers(waivers, found)],
        versions=advised,
        changelog="\n".join(entry for each in compared if (entry := each.entry)),
    )


def _read(base: Base, path: str, allow_remote_refs: bool) -> tuple[Source, Source]:
    """The contracts of a path at the base and now; a side that has no such path has no contracts."""
    old = _source(base.source(path), base.has(path), allow_remote_refs)
    new = _source(path, Path(path).exists(), allow_remote_refs)
    if not old.specifications and not new.specifications:
        raise WrongUse(f"there is no contract in {path}, neither here nor at {base}")
    return old, new


def _source(origin: str, is_there: bool, allow_remote_refs: bool) -> Source:
    try:
        return read_source(origin, allow_remote_refs=allow_remote_refs) if is_there else Source(origin, {})
    except NoDocument:
        return Source(origin, {})


def _compared(old: Source, new: Source, today: date) -> Iterator[_Compared]:
    """Contract by contract, so that the changes of each are known."""
    pairs = paired(old.specifications, new.specifications, today)
    both: list[tuple[Specification | None, Specification | None]] = [(each.old, each.new) for each in pairs.both]
    both += [(each, None) for each in pairs.removed]
    both += [(None, each) for each in pairs.added]
    for before, now in both:
        sides = _only(old, before), _only(new, now)
        changes = compare(*sides, today)
        yield _Compared(before, now, changes, items_of_changes(changes, *sides))


def _only(source: Source, specification: Specification | None) -> Source:
    return Source(source.origin, {specification.name: specification} if specification else {})
