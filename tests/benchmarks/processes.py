"""Servers as processes: how long they take to be ready, and how much memory they take."""

from __future__ import annotations

import contextlib
import http.client
import os
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.lab import ROOT, BenchmarkError

HOST = "127.0.0.1"
READY_SECONDS = 180.0
LOOK_SECONDS = 0.005
STOP_SECONDS = 20
KIB_PER_MIB = 1024
TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Running:
    """A server that answers. `seconds`: from the start of its process until its first good answer."""

    origin: str
    process: subprocess.Popen[bytes]
    seconds: float

    @property
    def memory(self) -> float:
        """What it takes now, in MiB, with the processes it has started."""
        return _status(self.process.pid, "VmRSS")

    @property
    def peak(self) -> float:
        """The most it has taken since its start, or since `forget_peak`, in MiB."""
        return _status(self.process.pid, "VmHWM")

    @property
    def cpu_seconds(self) -> float:
        """What it has computed since its start, with the processes it has started."""
        return sum(_ticks(each) for each in family(self.process.pid)) / TICKS_A_SECOND

    def forget_peak(self) -> None:
        """Take what it takes now as the most so far."""
        for pid in family(self.process.pid):
            Path(f"/proc/{pid}/clear_refs").write_text("5", encoding="ascii")


@contextmanager
def running(
    command: Sequence[str], port: int, ready_path: str, headers: Mapping[str, str], folder: Path, name: str
) -> Iterator[Running]:
    """A server that is stopped in the end; what it says goes to a file in the folder.

    Raises:
        BenchmarkError: it ends, or doesn't answer with 200 in time.
    """
    log = folder / f"{name}.log"
    with log.open("wb") as said:
        began = time.perf_counter()
        process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=said, stderr=said)
        try:
            _wait(process, port, ready_path, headers, log)
            yield Running(f"http://{HOST}:{port}", process, time.perf_counter() - began)
        finally:
            _stop(process)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server((HOST, 0)) as listening:
        return int(listening.getsockname()[1])


def family(pid: int) -> list[int]:
    """A process, and those it has started."""
    found = [pid]
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for child in children.read_text(encoding="ascii").split():
                found.extend(family(int(child)))
    return found


def _wait(process: subprocess.Popen[bytes], port: int, path: str, headers: Mapping[str, str], log: Path) -> None:
    until = time.perf_counter() + READY_SECONDS
    while not _is_ready(port, path, headers):
        if process.poll() is not None or time.perf_counter() > until:
            how = f"ended with {process.returncode}" if process.poll() is not None else "doesn't get ready"
            raise BenchmarkError(f"{log.stem} {how}: {_end(log)}")
        time.sleep(LOOK_SECONDS)


def _is_ready(port: int, path: str, headers: Mapping[str, str]) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", path, headers=dict(headers))
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _status(pid: int, name: str) -> float:
    return sum(_kib(each, name) for each in family(pid)) / KIB_PER_MIB


def _kib(pid: int, name: str) -> int:
    with contextlib.suppress(OSError):  # it has ended meanwhile
        for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1])
    return 0


def _ticks(pid: int) -> int:
    with contextlib.suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
        return int(fields[11]) + int(fields[12])  # user and system, the 14th and 15th of all fields
    return 0


def _end(log: Path) -> str:
    return " ".join(log.read_text(encoding="utf-8", errors="replace").split())[-400:]
