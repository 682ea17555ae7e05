"""What can go wrong, and what each error knows.

    MockServerError
    ├── Refused             the caller asked for something a rule forbids
    ├── TokenRefused        a bearer token is not accepted (`tokens.py`)
    ├── KeyReused           an idempotency key came back with another body (`idempotency.py`)
    ├── SetupError          the server cannot start as told; ends the process with code 2
    └── StoreError
        ├── StaleRecord     somebody else changed the record first
        ├── RecordExists    the id is taken
        └── UnreadableContents  what a namespace is to be filled with are no records of this version

`Refused` carries a rule id; the status of the answer, the stage and the provenance stand beside that id in the
contract's `x-rules`, the shape of the body in the group's `errors.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


class MockServerError(Exception):
    """The root of all errors raised on purpose."""


@dataclass(frozen=True)
class Violation:
    """One thing that is wrong with a request.

    `message`: what is wrong with the member, without naming it: "must be at most 100.".
    `pointer`: JSON pointer into the part named by `where` ("body", "path", "query", "header"); "" is the whole part.
    `expected`: what would be right, as the contract has it. The offending value is never kept: it may be a card number.
    """

    message: str
    pointer: str = ""
    where: str = "body"
    rule: str = ""
    expected: str = ""

    @property
    def name(self) -> str:
        """The member it is about; the part of the request where it is about the whole of it."""
        return self.pointer.rsplit("/", 1)[-1].replace("~1", "/").replace("~0", "~") or self.where

    @property
    def sentence(self) -> str:
        """The message with its subject."""
        return f"'{self.name}' {self.message}"


@dataclass
class Refused(MockServerError):
    """A rule of the contract forbids the call; nothing has been changed.

    `rule`: id in `x-rules`. `entity_id`: the record it is about, where there is one.
    `allowed`: what would be possible instead, for the explanation.
    """

    rule: str
    message: str
    violations: Sequence[Violation] = ()
    entity_id: str | None = None
    allowed: Sequence[str] = ()
    headers: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.message


class SetupError(MockServerError):
    """The server cannot be started as asked; the message is one line for the person who asked."""


class StoreError(MockServerError):
    """The state store could not do what was asked."""


class StaleRecord(StoreError):
    """The record was changed or removed by somebody else since it was read; read again and decide again."""


class RecordExists(StoreError):
    """A record with this id is stored already."""


class UnreadableContents(StoreError):
    """What a namespace was to be filled with can't be read; the message names collection, record and place."""
