"""The kinds of changes: what each means, how bad it is and why, and how to avoid it; in tables beside this file."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from string import Formatter
from typing import Any

from contract_tests.gate.change import Direction, Severity

_FOLDER = Path(__file__).parent
_BY_DIRECTION = {"in-requests": Direction.REQUEST, "in-responses": Direction.RESPONSE}


@dataclass(frozen=True)
class Kind:
    """`severity`: the usual one. `otherwise`: when it is another, by that other severity. `says`: a sentence with
    `{subject}` and other names in braces, filled in for each change. `or_says`: shorter ones, for changes that have not
    all of that. `means`: what has happened, in general.
    `reason`: why it is that bad. `avoid`: what to do instead.

    `is_by_values`: `severity` is the usual one; what counts is whether values that were allowed are not any more (or,
    in responses, values that were not are). Then it is no better than `at_least`, and `unseen` where no value shows it.
    """

    id: str
    direction: Direction
    severity: Severity
    says: str
    means: str
    reason: str
    avoid: str
    otherwise: Mapping[Severity, str]
    or_says: tuple[str, ...] = ()
    is_by_values: bool = False
    at_least: Severity = Severity.SAFE
    unseen: Severity = Severity.SAFE

    def sentence(self, facts: Mapping[str, Any]) -> str:
        """The first of its sentences for which there is enough, in full. Names of the contract keep their letters."""
        for each in (self.says, *self.or_says):
            if all(name is None or name in facts for _, name, _, _ in Formatter().parse(each)):
                text = each.format_map(facts)
                return text if each.startswith("{") else text[:1].upper() + text[1:]
        return f"{facts['subject']}: {self.means[:1].lower()}{self.means[1:]}"

    def may_be(self, severity: Severity) -> bool:
        """Whether the table knows of changes of this kind that are as bad as that."""
        return self.is_by_values or severity == self.severity or severity in self.otherwise


def kind(kind_id: str) -> Kind:
    """A kind by its id. Raises `KeyError` where there is none."""
    return kinds()[kind_id]


@lru_cache(maxsize=1)
def kinds() -> Mapping[str, Kind]:
    """All kinds by their ids, in the order of the tables."""
    found: dict[str, Kind] = {}
    for file in sorted(_FOLDER.glob("*.toml")):
        for each in _kinds_in(file):
            if each.id in found:
                raise ValueError(f"{file}: the kind {each.id} stands in the tables twice")
            found[each.id] = each
    return found


def _kinds_in(file: Path) -> Iterator[Kind]:
    tables = tomllib.loads(file.read_text(encoding="utf-8"))
    defaults = tables.pop("defaults", {})
    for name, entry in tables.items():
        directions = [each for each in _BY_DIRECTION if each in entry]
        if not directions:
            yield _kind(name, entry, Direction(entry["direction"]))
        common = {key: value for key, value in entry.items() if key not in _BY_DIRECTION}
        for each in directions:
            usual = defaults.get(each, {}).get(entry[each]["severity"], {})
            direction = _BY_DIRECTION[each]
            yield _kind(f"{direction}-{name}", {**usual, **common, **entry[each]}, direction)


def _kind(kind_id: str, entry: Mapping[str, Any], direction: Direction) -> Kind:
    return Kind(
        id=kind_id,
        direction=direction,
        severity=Severity(entry["severity"]),
        says=entry["says"],
        means=entry["means"],
        reason=entry["reason"],
        avoid=entry.get("avoid", ""),
        or_says=tuple(entry.get("or-says", ())),
        otherwise={Severity(name): when for name, when in entry.get("otherwise", {}).items()},
        is_by_values=entry.get("by-values", False),
        at_least=Severity(entry.get("at-least", Severity.SAFE)),
        unseen=Severity(entry.get("unseen", Severity.SAFE)),
    )
