"""Known findings that somebody answers for, until a day."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from contract_tests.errors import WrongUse

_MEMBERS = ("fingerprint", "reason", "owner", "until")


@dataclass(frozen=True)
class Waiver:
    """`until`: the last day it holds, as YYYY-MM-DD."""

    fingerprint: str
    reason: str
    owner: str
    until: str

    def has_expired(self, today: date) -> bool:
        """Whether its last day is over."""
        return date.fromisoformat(self.until) < today


def read_waivers(file: Path) -> Sequence[Waiver]:
    """The waivers of a TOML file: `[[waivers]]` with fingerprint, reason, owner and until.

    Raises:
        WrongUse: the file can't be read, or a waiver lacks something.
    """
    try:
        entries = tomllib.loads(file.read_text(encoding="utf-8")).get("waivers", [])
    except OSError as error:
        raise WrongUse(f"{file} can't be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WrongUse(f"{file} is not TOML: {error}") from error
    if not isinstance(entries, list):
        raise WrongUse(f"{file}: waivers is no list of [[waivers]]")
    return [_waiver(file, number, entry) for number, entry in enumerate(entries, 1)]


def waiver_of(fingerprint: str, waivers: Sequence[Waiver]) -> Waiver | None:
    """The waiver of what has a fingerprint, expired or not."""
    return next((each for each in waivers if each.fingerprint == fingerprint), None)


def _waiver(file: Path, number: int, given: object) -> Waiver:
    entry = given if isinstance(given, dict) else {}
    values = {name: str(entry.get(name, "")).strip() for name in _MEMBERS}
    missing = [name for name, value in values.items() if not value]
    if missing or entry.keys() - values.keys():
        raise WrongUse(f"{file}: waiver {number} needs {', '.join(_MEMBERS)}, and nothing else")
    try:
        date.fromisoformat(values["until"])
    except ValueError as error:
        raise WrongUse(f"{file}: waiver {number}: until is no date like 2027-01-31") from error
    return Waiver(**values)
