"""The journal as server-sent events, as it grows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

from mock_server.core.journal.entry import Exchanged
from mock_server.core.journal.journal import Filter, Journal
from mock_server.core.journal.view import as_line, summary

HEARTBEAT_SECONDS = 15.0
"""So often at least something is sent: whoever stands between would take a silent connection for a dead one."""

HEARTBEAT = b": still here\n\n"


async def events(
    journal: Journal, matches: Filter, after: str | None, heartbeat_seconds: float = HEARTBEAT_SECONDS
) -> AsyncIterator[bytes]:
    """What is noted from now on and matches, and what was noted after an entry: an event without a name for each, with
    the entry's id. Entries that came faster than they were taken are lost; an event `lost` says how many.
    """
    loop, news = asyncio.get_running_loop(), asyncio.Event()

    def wake() -> None:
        loop.call_soon_threadsafe(news.set)

    with journal.subscribed(wake, after=after) as watching:
        yield HEARTBEAT
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(news.wait(), heartbeat_seconds)
            has_news = news.is_set()
            news.clear()
            entries, lost = watching.take()
            told = [b'event: lost\ndata: {"lost":%d}\n\n' % lost] if lost else []
            told += [_event(each) for each in entries if matches(each)]
            if told or not has_news:
                yield b"".join(told) or HEARTBEAT


def _event(entry: Exchanged) -> bytes:
    return b"id: %b\ndata: %b\n" % (entry.id.encode(), as_line(summary(entry)))
