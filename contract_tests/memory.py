"""What a folder remembers of earlier runs: which checks failed on which target, and the examples that did."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from contract_tests.events import CheckEnded, Outcome

HOME = ".contract-tests"
"""The folder, below the one where the run was started."""
FAILED_FILE = "failed.json"
LEDGERS = "ledgers"
_BAD = frozenset({Outcome.FAILED, Outcome.ERROR})
_GOOD = frozenset({Outcome.PASSED, Outcome.WAIVED, Outcome.REFUTED})


def failed_checks(home: Path, target: str) -> list[str]:
    """The checks that failed on a target when they were run last, those of the latest run first."""
    found = _read(home).get(target, [])
    return [each for each in found if isinstance(each, str)] if isinstance(found, list) else []


def remember(home: Path, target: str, ended: Iterable[CheckEnded]) -> None:
    """Note what became of the checks of a run; those that were not run, or not reached, stay as they were."""
    outcomes = {each.check: each.outcome for each in ended}
    before = failed_checks(home, target)
    bad = [check for check, outcome in outcomes.items() if outcome in _BAD]
    good = {check for check, outcome in outcomes.items() if outcome in _GOOD}
    after = list(dict.fromkeys([*bad, *(check for check in before if check not in good)]))
    if after != before:
        _write(home, {**_read(home), target: after})


def examples_folder(home: Path, target: str) -> Path:
    """Where hypothesis keeps the examples that failed on a target."""
    return home / "examples" / "".join(each if each.isalnum() or each in "-._" else "_" for each in target)


def ignored_folder(home: Path) -> Path:
    """The folder, there and out of sight of git."""
    home.mkdir(parents=True, exist_ok=True)
    ignored = home / ".gitignore"
    if not ignored.exists():
        ignored.write_text("*\n", encoding="utf-8")
    return home


def _read(home: Path) -> dict[str, Any]:
    """What is remembered; nothing where the file is missing or spoilt, for it is only a memory."""
    try:
        data = json.loads((home / FAILED_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return data if isinstance(data, dict) else {}


def _write(home: Path, data: dict[str, Any]) -> None:
    ignored_folder(home)
    unfinished = home / f"{FAILED_FILE}.{os.getpid()}"
    unfinished.write_text(json.dumps({name: checks for name, checks in data.items() if checks}, indent=1), "utf-8")
    unfinished.replace(home / FAILED_FILE)
