"""A request or response, and what is to be in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from contract_tests.gate.parts.securing import OPEN, Alternative

NOTHING = object()
"""No value."""

BODY = "body"
Key = tuple[str, str]


@dataclass(frozen=True)
class Aim:
    """What a message is to have: a value, or `NOTHING`, in a place: a parameter or header by its location and name, or
    the body by its media type. `admitted_by`: how a request is let in, if not in the first way there is.
    """

    location: str = ""
    name: str = ""
    value: Any = NOTHING
    admitted_by: Alternative | None = None

    @property
    def key(self) -> Key:
        return self.location, self.name


@dataclass(frozen=True)
class Message:
    """`values`: of parameters or headers, as `Operation.parameters` calls them. `status`: of a response.

    `credentials`: with what a request asks to be let in.
    """

    values: Mapping[Key, Any] = field(default_factory=dict)
    body: Any = NOTHING
    media_type: str = ""
    credentials: Alternative = OPEN
    status: int = 0


class Party(Protocol):
    """One side of a contract that changes: what it says about one kind of message."""

    def make(self, aim: Aim) -> Message:
        """The smallest message with what is aimed at.

        Raises:
            NoValue: none could be made.
        """

    def against(self, message: Message) -> Iterator[str]:
        """What speaks against a message, a sentence each."""

    def shown(self, message: Message) -> Mapping[str, Any]:
        """The message as JSON."""
