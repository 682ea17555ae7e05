"""What is written to a connection: the head of an answer goes out together with the beginning of its body."""

from __future__ import annotations

import asyncio
from typing import Any

_HEAD = b"HTTP/"
LARGEST_JOINED = 64 * 1024
"""Joining copies; beyond this that takes longer than a second write."""


class OneWrite(asyncio.Transport):
    """A transport as uvicorn's protocol sees it.

    uvicorn writes the head of an answer as soon as it is known, and the body when that comes. For a small answer these
    are two system calls, which took a third of the time of a GET, and a client that is woken twice. ASGI asks for the
    body's bytes to be passed on at once, and leaves open when the head is. So the head waits for what is written next;
    where nothing is in the same turn of the event loop, such as by a stream that has nothing to say yet, it goes alone.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._transport = transport
        self._loop = loop
        self._head = b""

    def write(self, data: Any) -> None:
        """Write it, in the order of these calls, within this turn of the event loop or the next."""
        if self._head:
            self._write_after_head(data)
        elif data[:5] == _HEAD:
            self._head = data
            self._loop.call_soon(self._flush)
        else:
            self._transport.write(data)

    def _write_after_head(self, data: Any) -> None:
        head, self._head = self._head, b""
        if len(data) <= LARGEST_JOINED:
            self._transport.write(b"".join((head, data)))
        else:
            self._transport.write(head)
            self._transport.write(data)

    def _flush(self) -> None:
        head, self._head = self._head, b""
        if head and not self._transport.is_closing():  # else the client has left since
            self._transport.write(head)

    def close(self) -> None:
        """Close it once all is written."""
        self._flush()
        self._transport.close()

    def abort(self) -> None:
        """Close it now; what was not written is dropped."""
        self._head = b""
        self._transport.abort()

    def is_closing(self) -> bool:
        return self._transport.is_closing()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self._transport.get_extra_info(name, default)

    def pause_reading(self) -> None:
        self._transport.pause_reading()

    def resume_reading(self) -> None:
        self._transport.resume_reading()
