"""The exchanges of one namespace, the latest ones, in memory."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from mock_server.core.journal.entry import Exchanged
from mock_server.core.journal.subscription import Subscription

MAX_ENTRIES = 5_000
MAX_BYTES = 32 * 1024 * 1024
OVERHEAD_BYTES = 1_000
"""About what an entry takes up beside its texts."""

Filter = Callable[[Exchanged], bool]


@dataclass(frozen=True)
class Page:
    """Some of the entries that were asked for, oldest first. `matched`: how many there are in all, with these."""

    entries: tuple[Exchanged, ...]
    matched: int


class Journal:
    """Keeps entries until they are too many or too large; then the oldest go. Safe to use from any thread."""

    def __init__(self, max_entries: int = MAX_ENTRIES, max_bytes: int = MAX_BYTES) -> None:
        self.max_entries = max_entries
        self.max_bytes = max_bytes
        self._entries: OrderedDict[str, tuple[Exchanged, int]] = OrderedDict()  # each with its size
        self._size_bytes = 0
        self._dropped = 0
        self._subscriptions: tuple[Subscription, ...] = ()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def dropped(self) -> int:
        """How many have gone to make room, since the journal was last cleared."""
        return self._dropped

    def note(self, entry: Exchanged) -> None:
        """Keep an entry, made by the redactor, and show it to all who are watching."""
        size = size_of(entry)
        with self._lock:
            entries = self._entries
            if entry.id in entries:
                self._size_bytes -= entries.pop(entry.id)[1]
            entries[entry.id] = entry, size
            self._size_bytes += size
            while len(entries) > self.max_entries or (self._size_bytes > self.max_bytes and len(entries) > 1):
                _, (_, dropped) = entries.popitem(last=False)
                self._size_bytes -= dropped
                self._dropped += 1
            subscriptions = self._subscriptions
        for each in subscriptions:
            each.put(entry)

    def get(self, exchange_id: str) -> Exchanged | None:
        """The entry of this id, if it is still kept."""
        kept = self._entries.get(exchange_id)
        return None if kept is None else kept[0]

    def entries(self, after: str | None = None) -> list[Exchanged]:
        """All that are kept, oldest first; only those after an entry, or all where that one isn't kept any more."""
        with self._lock:
            return self._behind(after)

    def find(
        self, matches: Filter, *, after: str | None = None, before: str | None = None, limit: int | None = None
    ) -> Page:
        """The entries that match, oldest first: with `after` the first ones behind that entry, otherwise the last ones,
        with `before` the last ones in front of that entry. An entry that isn't kept any more lay before all others.
        """
        kept = self.entries(after)
        if before is not None:
            kept = kept[: next((place for place, each in enumerate(kept) if each.id == before), 0)]
        found = [each for each in kept if matches(each)]
        if limit is None:
            return Page(tuple(found), len(found))
        return Page(tuple(found[:limit] if after is not None else found[max(0, len(found) - limit) :]), len(found))

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._entries.clear()
            self._size_bytes = 0
            self._dropped = 0

    @contextmanager
    def subscribed(self, wake: Callable[[], None], *, after: str | None = None) -> Iterator[Subscription]:
        """Watch what is noted from now on, and what was noted after an entry that is still kept.

        `wake`: called from any thread when there is something to take and there was nothing before.
        """
        subscription = Subscription(wake)
        with self._lock:
            if after is not None and after in self._entries:
                subscription.fill(self._behind(after))
            self._subscriptions = (*self._subscriptions, subscription)
        try:
            yield subscription
        finally:
            with self._lock:
                self._subscriptions = tuple(each for each in self._subscriptions if each is not subscription)

    def _behind(self, after: str | None) -> list[Exchanged]:
        """All entries after this one; all there are where it isn't kept. To be called with the lock."""
        kept = [entry for entry, _ in self._entries.values()]
        if after is None or after not in self._entries:
            return kept
        return kept[next(place for place, each in enumerate(kept, 1) if each.id == after) :]


def size_of(entry: Exchanged) -> int:
    """About how much memory an entry takes up."""
    asked, answered = entry.request, entry.response
    texts = len(entry.path) + len(entry.query) + len(asked.body) + len(answered.body)
    return OVERHEAD_BYTES + texts + 80 * (len(asked.headers) + len(answered.headers))
