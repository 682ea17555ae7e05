"""A change of a contract, as data: of what kind, how bad, for which direction, where, and what shows it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    """What a change does to a client that followed the old contract.

    BREAKING: something that was fine is not any more. RISKY: it may be, by what the contract can't say, or what could
    not be decided. SAFE: nothing that was fine has become wrong.
    """

    BREAKING = "breaking"
    RISKY = "risky"
    SAFE = "safe"


class Direction(StrEnum):
    """Who is concerned: what clients send, what they are answered, or neither."""

    REQUEST = "request"
    RESPONSE = "response"
    NEITHER = ""


@dataclass(frozen=True)
class Place:
    """Where something stands: the file as the user named it, a JSON pointer, and the line from 1."""

    file: str
    pointer: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True)
class Witness:
    """Something concrete that was fine and now isn't (or, of a response, could not come and now can).

    `message`: a request (`method`, `path`, `query`, `headers`, `body`) or a response (`status`, `headers`, `body`) as
    JSON. `fails`: what the other contract says against it.
    """

    direction: Direction
    message: Mapping[str, Any]
    fails: str


@dataclass(frozen=True)
class Change:
    """`kind`: the stable id of what has happened, such as `request-property-became-required`; see `kinds`.

    `contract`: the name of the contract, as it was called before. `operation`: as `POST /payments`, or empty where it
    concerns more than one. `subject`: what has changed, in the words of the contract (`body.customer.email`). `says`:
    one sentence for a client developer. `old`, `new`: where it stood and where it stands; `None` on the side that has
    nothing of the kind. `provenance`: of what was changed, where the contract says how sure it is.
    """

    kind: str
    severity: Severity
    direction: Direction
    subject: str
    says: str
    contract: str = ""
    operation: str = ""
    old: Place | None = None
    new: Place | None = None
    witness: Witness | None = None
    provenance: str = ""

    @property
    def fingerprint(self) -> str:
        """The same for the same change wherever it is found; lines, values and sentences have no part in it."""
        text = "|".join((self.contract, self.kind, self.direction, self.operation, self.subject))
        return hashlib.sha256(text.encode()).hexdigest()[:16]
