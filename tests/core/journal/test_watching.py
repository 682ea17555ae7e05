"""The journal as events, as it grows."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

from mock_server.core.journal.entry import Exchanged
from mock_server.core.journal.journal import Journal
from mock_server.core.journal.subscription import CAPACITY
from mock_server.core.journal.view import summary
from mock_server.core.journal.watching import HEARTBEAT, events
from tests.core.journal.builders import entry

NEVER = 3600.0


def everyone(entry: Exchanged) -> bool:
    return True


def shown(piece: bytes) -> list[tuple[str, object]]:
    """The events in a piece: id and data."""
    parts = [dict(line.split(": ", 1) for line in each.splitlines()) for each in piece.decode().split("\n\n") if each]
    return [(each["id"], json.loads(each["data"])) for each in parts]


async def begun(watched: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    assert await anext(watched) == HEARTBEAT
    return watched


def test_what_is_noted_comes_as_events_with_its_ids() -> None:
    journal, one, two = Journal(), entry(), entry()

    async def watch() -> bytes:
        watched = await begun(events(journal, everyone, None, NEVER))
        journal.note(one)
        await asyncio.to_thread(journal.note, two)
        return await anext(watched)

    assert shown(asyncio.run(watch())) == [(one.id, summary(one)), (two.id, summary(two))]


def test_only_what_fits_is_shown() -> None:
    journal, other, fitting = Journal(), entry(status=200), entry(status=404)

    async def watch() -> bytes:
        watched = await begun(events(journal, lambda each: each.status == 404, None, NEVER))
        waiting = asyncio.ensure_future(anext(watched))
        await asyncio.sleep(0)
        journal.note(other)
        await asyncio.sleep(0)
        journal.note(fitting)
        return await waiting

    assert shown(asyncio.run(watch())) == [(fitting.id, summary(fitting))]


def test_whoever_comes_back_gets_what_was_missed() -> None:
    journal, first, missed = Journal(), entry(), entry()
    journal.note(first)
    journal.note(missed)

    async def watch() -> bytes:
        return await anext(await begun(events(journal, everyone, first.id, NEVER)))

    assert shown(asyncio.run(watch())) == [(missed.id, summary(missed))]


def test_while_nothing_happens_a_sign_of_life_comes() -> None:
    async def watch() -> bytes:
        return await anext(await begun(events(Journal(), everyone, None, heartbeat_seconds=0.001)))

    assert asyncio.run(watch()) == HEARTBEAT


def test_who_is_too_slow_is_told_how_many_were_lost() -> None:
    journal = Journal()

    async def watch() -> bytes:
        watched = await begun(events(journal, everyone, None, NEVER))
        for _ in range(CAPACITY + 3):
            journal.note(entry())
        return await anext(watched)

    piece = asyncio.run(watch())
    assert piece.startswith(b'event: lost\ndata: {"lost":3}\n\n')
    assert piece.count(b"\nid: ") == CAPACITY


def test_who_has_left_is_not_woken_any_more() -> None:
    journal = Journal()

    async def watch() -> None:
        watched = events(journal, everyone, None, NEVER)
        await begun(watched)
        await watched.aclose()  # type: ignore[attr-defined]

    asyncio.run(watch())
    journal.note(entry())  # the loop is closed: waking somebody there would raise

    assert len(journal) == 1
