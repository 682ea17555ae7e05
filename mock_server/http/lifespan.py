"""What runs beside the requests, from start to stop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence

from mock_server.http.context import Scope
from mock_server.http.operation import Receive, Send

TICK_SECONDS = 1.0
logger = logging.getLogger("mock_server.http")


class Lifespan:
    """Lets happen what falls due although nobody calls: once a second."""

    def __init__(self, tick: Callable[[], None], ticks: Sequence[Callable[[], Awaitable[None]]]) -> None:
        self._tick = tick
        self._ticks = ticks

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Speak ASGI's lifespan protocol; other protocols than HTTP are not spoken here."""
        if scope["type"] != "lifespan":
            await send({"type": "websocket.close", "code": 1000})
            return
        ticking: asyncio.Task[None] | None = None
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                ticking = asyncio.create_task(self._run())
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                if ticking:
                    ticking.cancel()
                    with contextlib.suppress(asyncio.CancelledError):
                        await ticking
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(TICK_SECONDS)
            try:
                await asyncio.to_thread(self._tick)
                for tick in self._ticks:
                    await tick()
            except Exception:
                logger.exception("what has fallen due could not happen; it will be tried again")
