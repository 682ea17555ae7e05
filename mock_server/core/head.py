"""The header lines of a request. Clients send the same ones again and again, so what they say is found out once."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any, TypeVar

T = TypeVar("T")
Lines = tuple[tuple[bytes, bytes], ...]

MOST_HEADS = 512
LARGEST_HEAD_BYTES = 4096


class Head:
    """Header lines as they were sent, and what was found out of them and of nothing else.

    `first`: the values by name; of those that are given more than once, the first one.
    """

    __slots__ = ("_found", "first", "lines")

    def __init__(self, lines: Lines) -> None:
        self.lines = lines
        self.first: Mapping[bytes, bytes] = dict(reversed(lines))
        self._found: dict[Hashable, Any] = {}

    def text(self, name: bytes) -> str | None:
        """The first value of a header; `name` in lower case."""
        found = self.first.get(name)
        return None if found is None else found.decode("latin-1")

    def once(self, find_out: Callable[[Head], T]) -> T:
        """What a function finds out of the head. It depends on nothing else, so it is called once for it."""
        found: T
        try:
            found = self._found[find_out]
        except KeyError:
            found = self._found[find_out] = find_out(self)
        return found


class Heads:
    """Recognizes heads that were seen before. To be used by one thread."""

    def __init__(self) -> None:
        self._known: dict[Lines, Head] = {}

    def of(self, lines: Iterable[tuple[bytes, bytes]]) -> Head:
        """The head with these lines: the same object for the same lines, as long as it is remembered."""
        given = tuple(lines)
        known = self._known.get(given)
        return self._noted(given) if known is None else known

    def _noted(self, lines: Lines) -> Head:
        head = Head(lines)
        if sum(len(name) + len(value) for name, value in lines) <= LARGEST_HEAD_BYTES:
            self._known[lines] = head
            if len(self._known) > MOST_HEADS:
                del self._known[next(iter(self._known))]
        return head
