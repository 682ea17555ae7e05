"""The changes between two schemas of two contracts: named, located, and shown by values where there are any.

The sets of values decide whether there is a change and what it means; the text says only where it stands and how it is
called. Where the sets differ and no keyword tells why, the change has a general name.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import cast

from contract_tests.gate.change import Direction
from contract_tests.gate.schemas.comparing import Compared, compared
from contract_tests.gate.schemas.comparison import NO, Comparison, Shower, Verdict, comparison
from contract_tests.gate.schemas.finding import Finding, Pair, Path, Step, Weight, path_text, placed
from contract_tests.gate.schemas.schema_change import Example, SchemaChange
from contract_tests.gate.schemas.terms.term import all_of, other_than
from contract_tests.gate.schemas.unchanged import Unchanged, unchanged
from contract_tests.gate.schemas.ways import Ways
from contract_tests.gate.specification import Node

__all__ = ["Example", "SchemaChange", "schema_changes"]


def schema_changes(old: Node, new: Node, direction: Direction) -> Sequence[SchemaChange]:
    """What has changed from one schema to another, outermost first; nothing where the sets of values are equal.

    `direction`: says which properties count: a readOnly one is no part of requests, a writeOnly one of responses.
    Changes of what no value shows (defaults, discriminators' mappings, deprecation) are given where both sides have it.
    A change is given once, however often the schema it stands in is mentioned. What was found for a pair of
    nodes is remembered for the sources that were compared last.
    """
    return _differ(cast("Hashable", old.library), cast("Hashable", new.library), direction).changes(old, new)


@lru_cache(maxsize=24)
def _differ(old: Hashable, new: Hashable, direction: Direction) -> _Differ:
    return _Differ(comparison(old, new, direction), direction, unchanged(old, new))


@dataclass(eq=False)
class _Entry:
    """A pair of schemas: what was found, what stands below it, and whether anything may be lost or gained at all."""

    old: Node
    new: Node
    findings: list[Finding]
    pairs: list[Pair]
    narrows: Verdict
    widens: Verdict
    below: list[tuple[Step | None, _Entry]] | None = None


@dataclass
class _Differ:
    """What was found for pairs of schemas of two sources, wherever they stand."""

    comparison: Comparison
    direction: Direction
    is_unchanged: Unchanged
    known: dict[tuple[Node, Node], _Entry] = field(default_factory=dict)
    told: dict[_Entry, tuple[SchemaChange, ...]] = field(default_factory=dict)

    def changes(self, old: Node, new: Node) -> tuple[SchemaChange, ...]:
        """The changes from one schema to another as the schemas of a whole value."""
        start = self.entry(old, new)
        if start is None:
            return ()
        if start not in self.told:
            self.told[start] = tuple(_Walk(self, start).changes())
        return self.told[start]

    @cached_property
    def ways(self) -> Ways[Step | None, _Entry]:
        return Ways(self.below)

    def entry(self, old: Node, new: Node) -> _Entry | None:
        """What was found for a pair; `None` where it is written alike."""
        key = old.resolved() if not old.siblings else old, new.resolved() if not new.siblings else new
        if key not in self.known:
            if self.is_unchanged(*key):
                return None
            self.known[key] = self._made(*key)
        return self.known[key]

    def below(self, entry: _Entry) -> list[tuple[Step | None, _Entry]]:
        """The pairs below that are not written alike."""
        if entry.below is None:
            found = ((pair.step, self.entry(pair.old, pair.new)) for pair in entry.pairs)
            entry.below = [(step, each) for step, each in found if each is not None]
        return entry.below

    def _made(self, old: Node, new: Node) -> _Entry:
        found = compared(self.comparison, self.direction, old, new)
        narrows, widens = self.comparison.narrows(old, new), self.comparison.widens(old, new)
        if not any(None in self._verdicts(pair) for pair in found.below):
            narrows = self.comparison.guess(old, new, narrows, is_lost=True)
            widens = self.comparison.guess(old, new, widens, is_lost=False)
            found.findings = [*_settled(found.findings, narrows, widens)]
        general = self._unexplained(old, new, found, narrows, widens)
        return _Entry(old, new, [*found.findings, *general], found.below, narrows, widens)

    def _verdicts(self, pair: Pair) -> tuple[bool | None, bool | None]:
        return self.comparison.narrows(pair.old, pair.new).harms, self.comparison.widens(pair.old, pair.new).harms

    def _unexplained(
        self, old: Node, new: Node, found: Compared, narrows: Verdict, widens: Verdict
    ) -> Iterator[Finding]:
        """A general finding where the named ones don't explain how the sets differ."""
        is_lost = narrows.harms is not False and not self._explains(found, "narrows")
        is_gained = widens.harms is not False and not self._explains(found, "widens")
        if is_lost or is_gained:
            narrows, widens = narrows if is_lost else NO, widens if is_gained else NO
            yield Finding(_general_kind(narrows, widens), old, new, narrows, widens)

    def _explains(self, found: Compared, word: str) -> bool:
        return any(each.explains_all or getattr(each, word).harms is not False for each in found.findings) or any(
            getattr(self.comparison, word)(pair.old, pair.new).harms is not False for pair in found.below
        )


def _settled(findings: list[Finding], narrows: Verdict, widens: Verdict) -> Iterator[Finding]:
    """What the whole does, the only finding does that may be the reason."""
    lost, gained = ([each for each in findings if getattr(each, word).harms is not False] for word in _WORDS)
    for each in findings:
        settled = each
        if narrows.harms and lost == [each] and not each.is_open:
            settled = replace(settled, narrows=narrows)
        if widens.harms and gained == [each] and not each.is_open:
            settled = replace(settled, widens=widens)
        yield settled


_WORDS = ("narrows", "widens")


def _general_kind(narrows: Verdict, widens: Verdict) -> str:
    if None in (narrows.harms, widens.harms):
        return "schema-changed-undecided"
    if narrows.harms and widens.harms:
        return "schema-changed"
    return "schema-narrowed" if narrows.harms else "schema-widened"


@dataclass(frozen=True)
class _At:
    """A pair of schemas at a place of the value. `narrows`, `widens`: what is lost or gained around it, and there."""

    path: Path
    pair: _Entry
    narrows: Verdict
    widens: Verdict


@dataclass
class _Walk:
    """From the schemas of a whole value to those of its parts; each pair once, by the shortest way."""

    differ: _Differ
    start: _Entry

    def changes(self) -> Iterator[SchemaChange]:
        """The changes."""
        for way in self.differ.ways.all_from(self.start):
            at = _At((), self.start, self.start.narrows, self.start.widens)
            for step, entry in way:
                at = _below(at, step, entry)
            yield from self._told(at)

    def _told(self, at: _At) -> Iterator[SchemaChange]:
        for finding in at.pair.findings:
            narrows = _both(finding.narrows, at.narrows, is_free=finding.is_open)
            widens = _both(finding.widens, at.widens, is_free=finding.is_open)
            if finding.weight is Weight.WORDS or narrows.harms is not False or widens.harms is not False:
                yield self._change(at, finding, narrows, widens)

    def _change(self, at: _At, finding: Finding, narrows: Verdict, widens: Verdict) -> SchemaChange:
        return SchemaChange(
            finding.kind,
            path_text(at.path),
            finding.old,
            finding.new,
            at.pair.old,
            at.pair.new,
            narrows.harms,
            widens.harms,
            finding.facts,
            reason=narrows.reason or widens.reason,
            find_lost=(lambda: self._lost(at, finding)) if narrows.harms else None,
            find_gained=(lambda: self._gained(at, finding)) if widens.harms else None,
        )

    def _lost(self, at: _At, finding: Finding) -> Example | None:
        refused = other_than(self.differ.comparison.new.taken(at.pair.new))
        focus = all_of([finding.lost, refused])
        return self._shower().lost(lambda inner: placed(at.path, inner), focus)

    def _gained(self, at: _At, finding: Finding) -> Example | None:
        refused = other_than(self.differ.comparison.old.taken(at.pair.old))
        focus = all_of([finding.gained, refused])
        return self._shower().gained(lambda inner: placed(at.path, inner), focus)

    def _shower(self) -> Shower:
        return Shower(self.differ.comparison, self.start.old, self.start.new, self.differ.direction)


def _below(at: _At, step: Step | None, entry: _Entry) -> _At:
    """A pair below another: nothing is lost or gained there if nothing is around it."""
    narrows = entry.narrows if at.narrows.harms is not False else NO
    widens = entry.widens if at.widens.harms is not False else NO
    return _At(at.path if step is None else (*at.path, step), entry, narrows, widens)


def _both(own: Verdict, around: Verdict, *, is_free: bool) -> Verdict:
    """What a finding does in its place: nothing where nothing is lost at all."""
    if own.harms is False or (around.harms is False and not is_free):
        return NO
    return own if own.harms is None or is_free else around
