"""`python -m tests.faults.serving NAME`: a mock with one fault, or with none, until its standard input ends."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from mock_server.live import LiveServer
from tests.faults.every import fault_named

ROOT = Path(__file__).parents[2]
STOP_SECONDS = 20


def planted(name: str, server: LiveServer) -> AbstractContextManager[str]:
    """The origin of the server with the fault of this name in it."""
    return fault_named(name).plant(server) if name else nullcontext(server.url)


def main() -> None:
    server = LiveServer.start()
    with planted(sys.argv[1], server) as origin, contextlib.suppress(KeyboardInterrupt):
        sys.stdout.write(origin + "\n")
        sys.stdout.flush()
        sys.stdin.read()
    sys.stdout.flush()
    os._exit(0)  # requests that a fault holds up are nobody's any more


@dataclass(frozen=True)
class Served:
    """A server in a process of its own."""

    origin: str
    process_id: int

    @property
    def cpu_seconds(self) -> float:
        """What it has used of its processor so far; 0 where the system does not tell."""
        try:
            fields = Path(f"/proc/{self.process_id}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return 0.0
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def faulty_mock(name: str) -> Iterator[Served]:
    """Such a server. Its name is that of the fault; empty for none."""
    process = subprocess.Popen(
        [sys.executable, "-m", __name__, name],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        origin = process.stdout.readline().strip()
        assert origin, f"the mock with the fault {name!r} did not start"
        yield Served(origin, process.pid)
    finally:
        process.stdin.close()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


if __name__ == "__main__":
    main()
