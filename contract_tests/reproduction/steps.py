"""Steps to be made again: calls with variables in them, and what is expected in the end."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from contract_tests.exchange import NO_ANSWER

OPEN, CLOSE = "\ue000", "\ue001"
"""Around a variable's name within a text; no text on the wire has them for a reason."""

_PLACE = re.compile(f"{OPEN}([A-Z][A-Z0-9_]*){CLOSE}")


def place(name: str) -> str:
    """What stands for a variable within a text."""
    return f"{OPEN}{name}{CLOSE}"


def is_place(text: str) -> bool:
    """Whether a text is a variable and nothing else."""
    return _PLACE.fullmatch(text) is not None


def clear(text: str) -> str:
    """A text from the wire, which has no variables yet, and no half characters."""
    return text.encode("utf-8", "replace").decode("utf-8").replace(OPEN, "?").replace(CLOSE, "?")


def pieces(text: str) -> Iterator[tuple[str, bool]]:
    """The text cut into what is literal and the names of variables."""
    end = 0
    for found in _PLACE.finditer(text):
        if found.start() > end:
            yield text[end : found.start()], False
        yield found[1], True
        end = found.end()
    if end < len(text):
        yield text[end:], False


@dataclass(frozen=True)
class Given:
    """A value from the environment. Without a `default` whoever runs the steps has to give it; `says`: what it is."""

    name: str
    says: str
    default: str = ""


@dataclass(frozen=True)
class Fresh:
    """A value that must be another one each time, such as an idempotency key."""

    name: str


@dataclass(frozen=True)
class Forged:
    """A token made of a good one. `None` in `header` or `claims`: the member is left out. `signature`: of the good one
    (kept), none at all, or another one (altered).
    """

    name: str
    base: str
    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    signature: str


@dataclass(frozen=True)
class Taken:
    """A value of an answer: at a JSON pointer, or a parameter of the URL that stands there."""

    name: str
    pointer: str
    parameter: str = ""


@dataclass(frozen=True)
class Call:
    """A request. `content`: its body where that is no text. `status`: what came when the fault was found."""

    method: str
    url: str
    headers: Sequence[tuple[str, str]]
    body: str
    status: int
    content: bytes = b""
    group: str = ""
    operation: str = ""
    taken: Sequence[Taken] = ()
    note: str = ""

    @property
    def says(self) -> str:
        """What the call was, and what came of it."""
        came = "got no answer" if self.status == NO_ANSWER else f"was answered {self.status}"
        return f"{one_line(self.operation or self.method)}: {came}"


@dataclass(frozen=True)
class Expected:
    """What is looked at in the end. `call`: from 0.

    `kind`: status (is one of `values`), value (at `pointer`, is one of `values`), same (at `pointer`, as in the answer
    of `other`), changed (at `pointer`, is none of `values`), documented (the answer is as the contract has it), told
    (the status is another than when the fault was found: nothing better is known).
    """

    kind: str
    call: int
    pointer: str = ""
    values: Sequence[Any] = ()
    other: int = 0


@dataclass(frozen=True)
class Steps:
    """All that is needed to make the steps of a finding again."""

    rule: str
    message: str
    given: Sequence[Given] = ()
    fresh: Sequence[Fresh] = ()
    forged: Sequence[Forged] = ()
    calls: Sequence[Call] = ()
    expected: Sequence[Expected] = field(default=())


def one_line(text: str) -> str:
    """A text that can stand in a comment."""
    return "".join(each if each.isprintable() else " " for each in text).strip()
