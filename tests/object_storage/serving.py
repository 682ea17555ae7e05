"""A bucket on a real server, in a process of its own: `python -m tests.object_storage.serving <folder> [options]`.

Prints its port first, and then a line for each step of a PUT, so that a test can wait for one without a clock.
`GET /memory` answers the peak of the process's memory since the last such call, and what it takes now, in KiB.
"""

from __future__ import annotations

import argparse
import resource
import socket
import sys
from itertools import count
from pathlib import Path

import uvicorn

from mock_server.core.clock import FixedClock
from mock_server.core.objects import OBJECTS
from mock_server.object_storage.asgi import Answer, Receive, Scope, Send, reply
from mock_server.object_storage.backends import BlobWriter, FolderBackend
from mock_server.storage import open_store
from tests.object_storage.builders import NOW, Room

STATUS = Path("/proc/self/status")
CLEAR_PEAK = "5"


def say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


class TellingWriter:
    """A writer that says what happens to it."""

    def __init__(self, writer: BlobWriter) -> None:
        self._writer = writer

    def write(self, chunk: bytes) -> None:
        self._writer.write(chunk)
        say("wrote")

    def commit(self) -> str:
        return self._writer.commit()

    def release(self) -> None:
        self._writer.release()
        say("kept")

    def abort(self) -> None:
        self._writer.abort()
        say("aborted")


class TellingBackend(FolderBackend):
    """A folder whose writers tell."""

    def open_writer(self) -> BlobWriter:
        return TellingWriter(super().open_writer())


def memory() -> str:
    """Peak and present resident memory in KiB, with a new peak begun."""
    lines = dict(line.split(":", 1) for line in STATUS.read_text().splitlines())
    Path("/proc/self/clear_refs").write_text(CLEAR_PEAK)
    return " ".join(lines[name].split()[0] for name in ("VmHWM", "VmRSS"))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--quietly", action="store_true")
    parser.add_argument("--largest-file", type=int)
    parser.add_argument("--http", default="h11")
    options = parser.parse_args()
    store = open_store(f"sqlite:///{options.folder}/state.db", [OBJECTS])
    backend_type = FolderBackend if options.quietly else TellingBackend
    backend = backend_type(options.folder / "objects")
    room = Room(clock=FixedClock(NOW), store=store, folder=options.folder / "objects", backend=backend)
    bucket = room.bucket
    if options.largest_file:
        resource.setrlimit(resource.RLIMIT_FSIZE, (options.largest_file, options.largest_file))
    calls = count(1)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] != "/memory":
            return await bucket(scope, receive, send)
        return await reply(send, "GET", Answer(200, body=memory().encode()), {"X-Call": str(next(calls))})

    listening = socket.create_server(("127.0.0.1", 0))
    say(str(listening.getsockname()[1]))
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off", http=options.http))
    server.run(sockets=[listening])
    sys.exit(0)


if __name__ == "__main__":
    main()
