"""Blocking work off the event loop."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

# Digesting a file computes all the time. With a thread for each of many uploads the event loop would be one of many
# that want a core, and whoever asks for an invoice meanwhile would wait for them all: so one core is left to it.
DIGESTING = ThreadPoolExecutor(max(1, (os.cpu_count() or 1) - 1), thread_name_prefix="mock-server-digest")


async def in_thread(work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run `work`, which waits more than it computes, on a thread; to its end, also when the caller is cancelled.

    So nothing is cleaned up under the feet of a thread that still works on it.
    """
    return await _to_its_end(asyncio.to_thread(work, *args, **kwargs))


async def digesting(work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run `work`, which computes, on one of few threads; else as `in_thread`."""
    call = partial(work, *args, **kwargs)
    return await _to_its_end(asyncio.get_running_loop().run_in_executor(DIGESTING, call))


async def _to_its_end(work: Awaitable[R]) -> R:
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        while not task.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait([task])
        if not task.cancelled():
            task.exception()  # looked at, so that nobody complains; the cancellation says enough
        raise
