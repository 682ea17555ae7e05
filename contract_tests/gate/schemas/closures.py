"""Digests of things and of all that they lead to: equal where the same can be reached by the same ways.

What leads to each other is one group (Tarjan's strongly connected components), so that many schemas in one circle are
looked at once, and not once from each of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Hashable, Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Thing = TypeVar("Thing", bound=Hashable)


def digest_of(*told: bytes) -> bytes:
    return hashlib.blake2b(b"\0".join(told), digest_size=16).digest()


@dataclass
class _Search(Generic[Thing]):
    """One search through what is not in a group yet. `lowest`: how far back in the search a thing leads."""

    stack: list[Thing] = field(default_factory=list)
    indexes: dict[Thing, int] = field(default_factory=dict)
    lowest: dict[Thing, int] = field(default_factory=dict)

    def enter(self, thing: Thing) -> None:
        self.indexes[thing] = self.lowest[thing] = len(self.indexes)
        self.stack.append(thing)

    def group_of(self, thing: Thing) -> list[Thing]:
        """Takes what is in a circle with the first of a group away from what is still open."""
        found = [self.stack.pop()]
        while found[-1] != thing:
            found.append(self.stack.pop())
        return found


@dataclass
class Closures(Generic[Thing]):
    """`own`: the digest of a thing by itself; `leads_to`: what can be reached from it in one step."""

    own: Callable[[Thing], bytes]
    leads_to: Callable[[Thing], Collection[Thing]]
    _groups: dict[Thing, bytes] = field(default_factory=dict)

    def digest(self, thing: Thing) -> bytes:
        """Of the thing, as the one among all that can be reached."""
        if thing not in self._groups:
            self._explore(thing)
        return digest_of(self.own(thing), self._groups[thing])

    def _explore(self, start: Thing) -> None:
        search = _Search[Thing]()
        search.enter(start)
        ways: list[tuple[Thing, Iterator[Thing]]] = [(start, iter(self.leads_to(start)))]
        while ways:
            thing, following = ways[-1]
            target = next((each for each in following if each not in self._groups), None)
            if target is None:
                ways.pop()
                self._leave(search, thing, ways[-1][0] if ways else None)
            elif target in search.indexes:
                search.lowest[thing] = min(search.lowest[thing], search.indexes[target])
            else:
                search.enter(target)
                ways.append((target, iter(self.leads_to(target))))

    def _leave(self, search: _Search[Thing], thing: Thing, before: Thing | None) -> None:
        if before is not None:
            search.lowest[before] = min(search.lowest[before], search.lowest[thing])
        if search.lowest[thing] == search.indexes[thing]:
            self._close(search.group_of(thing))

    def _close(self, group: list[Thing]) -> None:
        """Everything that a group leads to is closed already, or in it."""
        outside = {self._groups[each] for member in group for each in self.leads_to(member) if each in self._groups}
        digest = digest_of(*sorted(map(self.own, group)), b"leads to", *sorted(outside))
        self._groups.update(dict.fromkeys(group, digest))
