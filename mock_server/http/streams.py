"""Answers without an end: sent piece by piece until the client leaves or the server stops."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine, Sequence
from typing import Any

from mock_server.core.errors import Refused
from mock_server.http.answer import ReadyAnswer, Send
from mock_server.http.body import Receive

RULE = "CTL-STREAM-COUNT"
logger = logging.getLogger("mock_server.http")


class Streams:
    """All streams that are open, of all namespaces. Belongs to the event loop."""

    def __init__(self, max_streams: int) -> None:
        self._max_streams = max_streams
        self._ends: set[asyncio.Event] = set()

    async def send(
        self, answer: ReadyAnswer, id_headers: Sequence[str], request_id: str, receive: Receive, send: Send
    ) -> None:
        """Send an answer that is a stream; returns when it has ended, for whatever reason.

        Raises:
            Refused: CTL-STREAM-COUNT, there are too many of them; nothing has been sent.
        """
        assert answer.stream is not None, "only streams come here"
        if len(self._ends) >= self._max_streams:
            message = f"{self._max_streams} streams are open, and there may be no more; close one."
            raise Refused(RULE, message)
        end = asyncio.Event()
        self._ends.add(end)
        try:
            await send(answer.start(id_headers, request_id))
            await _until_first(_pump(answer.stream(), send), _has_left(receive), end.wait())
        finally:
            self._ends.discard(end)
        await send({"type": "http.response.body", "body": b""})

    def end_all(self) -> None:
        """Let all streams end; to be called on the event loop, when the server stops."""
        for end in self._ends:
            end.set()


async def _pump(pieces: AsyncIterator[bytes], send: Send) -> None:
    try:
        async for piece in pieces:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
    except Exception:
        logger.exception("a stream broke off")


async def _has_left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _until_first(*coroutines: Coroutine[Any, Any, Any]) -> None:
    """Run all until one is done, then stop the others and wait until they have."""
    tasks = [asyncio.ensure_future(each) for each in coroutines]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
