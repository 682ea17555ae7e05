"""What a fault does to a call that it applies to: one of these, or nothing but a delay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class AnswerWith:
    """Another answer instead of the operation's, which doesn't run.

    `body`: a JSON value as `(value,)`, since null is one too; `text`: plain text. Neither: what the contract shows for
    this status, or the reason phrase where the contract has nothing.
    """

    status: int
    body: tuple[Any] | None = None
    text: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Reset:
    """The connection is reset; nothing runs."""


@dataclass(frozen=True)
class Close:
    """The connection is closed without an answer; nothing runs."""


@dataclass(frozen=True)
class Truncate:
    """The operation runs, and the connection ends before its answer does. `keep_bytes`: of the body; `None`: half."""

    keep_bytes: int | None = None

    def kept(self, content: bytes) -> bytes:
        """The part that is sent: always less than the whole, but of an empty body."""
        wanted = len(content) // 2 if self.keep_bytes is None else self.keep_bytes
        return content[: min(wanted, max(len(content) - 1, 0))]


@dataclass(frozen=True)
class Slow:
    """The operation runs, and the body of its answer trickles."""

    bytes_per_second: int

    def portions(self, content: bytes) -> list[bytes]:
        """The content in what is sent each tenth of a second, or each second where that would be less than a byte."""
        size = self.portion_bytes
        return [content[start : start + size] for start in range(0, len(content), size)]

    @property
    def portion_bytes(self) -> int:
        return max(1, self.bytes_per_second // 10)

    def seconds(self, portion: bytes) -> float:
        """How long a portion takes."""
        return len(portion) / self.bytes_per_second


@dataclass(frozen=True)
class MalformedJson:
    """The operation runs, and its answer is no JSON any more."""

    def garbled(self, content: bytes) -> bytes:
        """The first half and a character no JSON continues with: inside a text, the text is not closed."""
        return content[: len(content) // 2] + b"<"


@dataclass(frozen=True)
class Stale:
    """Safe operations see the state as it was when the fault was made. `copy`: the name of a copy made then."""

    copy: str = ""


Effect = AnswerWith | Reset | Close | Truncate | Slow | MalformedJson | Stale
