"""What diff, lint, gate and drift have found, in the one shape that every format is made from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import cached_property

from contract_tests.gate.change import Place, Witness
from contract_tests.waivers import Waiver, waiver_of


class Part(StrEnum):
    """Which part of the gate has found something."""

    CHANGES = "changes"
    LINT = "lint"
    VERSIONS = "versions"
    DRIFT = "drift"


class Level(StrEnum):
    """How loudly a format says something."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Standing(StrEnum):
    """FAILED: it fails the command. TOLD: it doesn't. WAIVED: somebody answers for it. KNOWN: it stood at the base."""

    FAILED = "failed"
    TOLD = "told"
    WAIVED = "waived"
    KNOWN = "known"


@dataclass(frozen=True)
class Rank:
    """A severity, as reports speak of it."""

    level: Level
    heading: str
    one: str
    many: str

    def word(self, count: int) -> str:
        return self.one if count == 1 else self.many


RANKS: Mapping[str, Rank] = {
    "breaking": Rank(Level.ERROR, "Breaking changes", "breaking change", "breaking changes"),
    "error": Rank(Level.ERROR, "Errors", "error", "errors"),
    "version": Rank(Level.WARNING, "Versions too low", "version too low", "versions too low"),
    "risky": Rank(Level.WARNING, "Risky changes", "risky change", "risky changes"),
    "warning": Rank(Level.WARNING, "Warnings", "warning", "warnings"),
    "safe": Rank(Level.NOTE, "Safe changes", "safe change", "safe changes"),
    "note": Rank(Level.NOTE, "Notes", "note", "notes"),
}
"""All severities, the worst first: those of changes, of what lint and drift find, and that of versions."""

FAIL_ON: Mapping[str, frozenset[str]] = {
    "breaking": frozenset({"breaking"}),
    "risky": frozenset({"breaking", "risky"}),
    "safe": frozenset({"breaking", "risky", "safe"}),
    "error": frozenset({"error"}),
    "warning": frozenset({"error", "warning"}),
    "version": frozenset({"version"}),
    "nothing": frozenset(),
}
"""What a command can be told to fail on, and the severities that it means."""


@dataclass(frozen=True)
class Item:
    """One thing that was found.

    `kind`: a stable id. `severity`: a key of `RANKS`. `says`: one sentence. `subject`: what it is about, in the words
    of the contract. `means`: what things of this kind mean; `hint`: how to mend or to avoid it. `old`: where it stood;
    `new`: where it stands; `near`: what in the new contract is left of where it stood, when it is gone. `fingerprint`:
    the same for the same thing in every run.
    """

    part: Part
    kind: str
    severity: str
    says: str
    fingerprint: str
    operation: str = ""
    subject: str = ""
    direction: str = ""
    old: Place | None = None
    new: Place | None = None
    near: Place | None = None
    witness: Witness | None = None
    means: str = ""
    hint: str = ""
    provenance: str = ""
    standing: Standing = Standing.TOLD
    waiver: Waiver | None = None

    @property
    def place(self) -> Place | None:
        """Where to look, in the new contract if possible."""
        return self.new or self.near or self.old

    @property
    def level(self) -> Level:
        return Level.ERROR if self.standing is Standing.FAILED else RANKS[self.severity].level

    @property
    def has_failed(self) -> bool:
        return self.standing is Standing.FAILED


NO_BUMP = "none"


@dataclass(frozen=True)
class Advice:
    """What the version of a specification should be.

    `old`, `new`: `info.version` at the base and now; empty where there is no such file. `bump`: what the changes ask
    for: `major`, `minor`, `patch` or `none`. `suggested`: the least version that says so, or empty where none can be
    told. `is_enough`: whether the version now is; `None` where nobody can say. `says`: all that in a sentence.
    """

    specification: str
    old: str
    new: str
    bump: str
    suggested: str
    is_enough: bool | None
    says: str
    place: Place | None = None

    @property
    def is_news(self) -> bool:
        """Whether anything is to be said: the contract has changed, or its version is wrong."""
        return self.bump != NO_BUMP or self.is_enough is not True


@dataclass(frozen=True)
class Report:
    """`command`: diff, lint, gate or drift. `title`: what was looked at. `notes`: what else is to be told, a sentence
    each. `changelog`: Markdown, of a gate.
    """

    command: str
    title: str
    items: Sequence[Item] = ()
    notes: Sequence[str] = ()
    versions: Sequence[Advice] = ()
    changelog: str = ""

    @cached_property
    def failed(self) -> Sequence[Item]:
        return [each for each in self.items if each.has_failed]

    @property
    def exit_code(self) -> int:
        return 1 if self.failed else 0

    @cached_property
    def counts(self) -> Counter[str]:
        """How many items there are of each severity, waived ones and all."""
        return Counter(each.severity for each in self.items)

    @property
    def verdict(self) -> str:
        """In a sentence."""
        if self.failed:
            return f"Failed: {counted(self.failed)}"
        return f"Passed: {counted(self.items)}" if self.items else "Passed: nothing to report"

    def with_severity(self, severity: str) -> Sequence[Item]:
        return [each for each in self.items if each.severity == severity]


def counted(items: Sequence[Item]) -> str:
    """Such as `2 breaking changes, 1 safe change (1 waived)`."""
    counts = Counter(each.severity for each in items)
    told = [f"{counts[name]} {rank.word(counts[name])}" for name, rank in RANKS.items() if counts[name]]
    standings = Counter(each.standing for each in items)
    aside = [f"{standings[each]} {each}" for each in (Standing.WAIVED, Standing.KNOWN) if standings[each]]
    return ", ".join(told) + (f" ({', '.join(aside)})" if aside else "")


def judged(
    items: Sequence[Item],
    fail_on: Collection[str],
    today: date,
    waivers: Sequence[Waiver] = (),
    known: Collection[str] = (),
) -> list[Item]:
    """The items with what becomes of each, the worst first.

    `fail_on`: keys of `FAIL_ON`. `known`: fingerprints of what stood there before, which fails nothing. A waiver that
    is over fails until somebody looks again, whatever the severity.
    """
    failing = frozenset[str]().union(*(FAIL_ON[each] for each in fail_on))
    order = list(RANKS)
    found = [_judged(each, failing, today, waivers, known) for each in items]
    return sorted(found, key=lambda each: order.index(each.severity))


def unused_waivers(waivers: Sequence[Waiver], items: Sequence[Item]) -> list[str]:
    """A sentence for each waiver of nothing that was found."""
    found = {each.fingerprint for each in items}
    left = [each for each in waivers if each.fingerprint not in found]
    return [
        f"The waiver of {each.fingerprint} ({each.reason}) is for nothing that was found; remove it." for each in left
    ]


def _judged(
    item: Item, failing: Collection[str], today: date, waivers: Sequence[Waiver], known: Collection[str]
) -> Item:
    waiver = waiver_of(item.fingerprint, waivers)
    if waiver is not None and not waiver.has_expired(today):
        standing = Standing.WAIVED
    elif waiver is not None:
        standing = Standing.FAILED if failing else Standing.TOLD
    elif item.fingerprint in known:
        standing = Standing.KNOWN
    else:
        standing = Standing.FAILED if item.severity in failing else Standing.TOLD
    return replace(item, standing=standing, waiver=waiver)
