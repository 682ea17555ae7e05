"""Contracts of the corpus as the gate reads them, and what it finds between two of them."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from contract_tests.gate.change import Change, Severity
from contract_tests.gate.diffing import compare
from contract_tests.gate.sources import Source, read_source
from tests.contract_tests.gate.corpus.pairs import Pair, all_pairs

Json = Any
Files = Mapping[str, str]
SILENT = "silent"
ALARMS = frozenset({"breaking", "risky"})
NAME = "contract.json"
_WORST_FIRST = (Severity.BREAKING, Severity.RISKY, Severity.SAFE)


def changes(old: Mapping[str, Json], new: Mapping[str, Json]) -> list[Change]:
    """What the gate finds between two documents."""
    return changes_of_files({NAME: json.dumps(old)}, {NAME: json.dumps(new)})


def changes_of_files(old: Files, new: Files) -> list[Change]:
    """What the gate finds between two folders, of which the first file is named. They are gone afterwards."""
    return compare(_known(tuple(old.items())), _read(new))


@lru_cache(maxsize=40)
def _known(files: tuple[tuple[str, str], ...]) -> Source:
    """A folder that may have been read before; most pairs begin with one of the same few."""
    return _read(dict(files))


def _read(files: Files) -> Source:
    with tempfile.TemporaryDirectory() as folder:
        return read_source(_written(files, Path(folder)))


@cache
def found(number: int) -> tuple[Change, ...]:
    """What the gate finds in the pair of this number; asked for once in a test run."""
    pair = all_pairs()[number]
    return tuple(changes(pair.old, pair.new))


def numbered() -> Iterable[tuple[int, Pair]]:
    """All pairs with the numbers by which their changes can be asked for."""
    return enumerate(all_pairs())


def worst(of: Sequence[Change]) -> str:
    """The severity of the worst change, or that there is none."""
    return next((str(each) for each in _WORST_FIRST if any(change.severity is each for change in of)), SILENT)


def summary(of: Sequence[Change]) -> str:
    """The changes in a line each, for whoever reads a failure."""
    return "".join(f"\n  {each.severity} {each.kind} {each.direction} {each.subject}: {each.says}" for each in of)


def _written(files: Files, folder: Path) -> str:
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return str(folder / next(iter(files)))
