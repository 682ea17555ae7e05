"""Large files into the bucket: how fast beside a server that only hashes, the memory they take, and who has to wait."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from tests.benchmarks.calls import Caller
from tests.benchmarks.checking import created
from tests.benchmarks.contenders.apps.bare_app import SINK
from tests.benchmarks.contenders.contender import BARE, MOCK
from tests.benchmarks.lab import BenchmarkError, Lab
from tests.benchmarks.measures import Measure, percentile
from tests.benchmarks.payloads import BASE_PATH, INVOICES
from tests.benchmarks.processes import Running
from tests.benchmarks.taking_part import contender, started

SAYS = "uploads of 100 MiB, one by one and eight at once"
MIB = 1024 * 1024
SIZE = 100 * MIB
AT_ONCE = 8
MIME_TYPE = "application/pdf"
UPLOAD = Measure("upload of 100 MiB", "rate", "MiB/s")
COMPUTED = Measure("upload of 100 MiB", "CPU", "s")
GROWTH = Measure("upload of 100 MiB", "memory more than before", "MiB")
GROWTH_OF_MANY = Measure(f"{AT_ONCE} uploads at once", "memory more than before", "MiB")
RATE_OF_MANY = Measure(f"{AT_ONCE} uploads at once", "rate", "MiB/s")
GET_ALONE = Measure("GET an invoice every 10 ms", "p99", "ms")
GET_MEANWHILE = Measure(f"GET an invoice every 10 ms, {AT_ONCE} uploads meanwhile", "p99", "ms")
PAUSE_SECONDS = 0.01
PROBES_ALONE = 200


def run(lab: Lab) -> None:
    """The mock and the bare server in turn; then many uploads at once to the mock."""
    content = lab.folder / "large.pdf"
    with content.open("wb") as file:
        file.truncate(SIZE)
    with started(lab, MOCK) as mock, started(lab, BARE) as bare:
        _one(mock, _url(lab, mock), content)  # so that both have seen one
        _sunk(bare, content)
        mock.forget_peak()
        before = mock.memory
        for number in range(lab.rounds):
            lab.tell(f"uploads, round {number + 1} of {lab.rounds}")
            _measure(lab, BARE, bare, lambda: _sunk(bare, content))
            url = _url(lab, mock)
            _measure(lab, MOCK, mock, partial(_one, mock, url, content))
        lab.figures.add(MOCK, GROWTH, mock.peak - before)
        _many(lab, mock, content)


def _measure(lab: Lab, name: str, server: Running, upload: Callable[[], float]) -> None:
    before = server.cpu_seconds
    lab.figures.add(name, UPLOAD, SIZE / MIB / upload())
    lab.figures.add(name, COMPUTED, server.cpu_seconds - before)


def _many(lab: Lab, mock: Running, content: Path) -> None:
    with _probing(lab, mock) as probe:
        alone = [probe() for _ in range(PROBES_ALONE)]
    lab.figures.add(MOCK, GET_ALONE, percentile(alone, 0.99))
    for number in range(lab.rounds):
        lab.tell(f"uploads, {AT_ONCE} at once, round {number + 1} of {lab.rounds}")
        mock.forget_peak()
        before, urls = mock.memory, [_url(lab, mock) for _ in range(AT_ONCE)]
        began = time.perf_counter()
        meanwhile: list[float] = []
        with ThreadPoolExecutor(AT_ONCE) as pool, _probing(lab, mock) as probe:
            uploads = [pool.submit(_one, mock, url, content) for url in urls]
            while not _are_over(uploads):
                meanwhile.append(probe())
        lab.figures.add(MOCK, RATE_OF_MANY, AT_ONCE * SIZE / MIB / (time.perf_counter() - began))
        lab.figures.add(MOCK, GET_MEANWHILE, percentile(meanwhile, 0.99))
        lab.figures.add(MOCK, GROWTH_OF_MANY, mock.peak - before)


def _are_over(uploads: list[Future[float]]) -> bool:
    """Whether all are. Raises what one of them has raised."""
    over = [each.result() for each in uploads if each.done()]
    return len(over) == len(uploads)


@contextmanager
def _probing(lab: Lab, mock: Running) -> Iterator[Callable[[], float]]:
    """Something that asks for an invoice, and says how many milliseconds that took."""
    with Caller(mock.origin, lab.token) as call:
        path = f"{BASE_PATH}{INVOICES}/{created(contender(MOCK), call)}"

        def probe() -> float:
            time.sleep(PAUSE_SECONDS)
            answer = call("GET", path)
            if answer.status != 200:
                raise BenchmarkError(f"GET {path} gave {answer.status} while files were uploaded")
            return answer.seconds * 1000

        yield probe


def _url(lab: Lab, mock: Running) -> str:
    announced = {"filename": "large.pdf", "mimeType": MIME_TYPE, "size": SIZE}
    with Caller(mock.origin, lab.upload_token) as call:
        answer = call("POST", "/api/v1/invoice-uploads/presign", announced)
    if answer.status != 200:
        raise BenchmarkError(f"presigning gave {answer.status}: {answer.body[:200]!r}")
    return str(answer.json["url"])


def _one(mock: Running, url: str, content: Path) -> float:
    return _put(mock.origin, url, content)


def _sunk(bare: Running, content: Path) -> float:
    return _put(bare.origin, f"{bare.origin}{SINK}/", content)


def _put(origin: str, url: str, content: Path) -> float:
    """Send a file as the kernel does it best, so that little of what is measured is this side's. Returns seconds."""
    parts = urlsplit(url)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    head = (
        f"PUT {target} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Type: {MIME_TYPE}\r\nContent-Length: {SIZE}\r\n\r\n"
    )
    host, port = urlsplit(origin).netloc.split(":")
    with socket.create_connection((host, int(port)), timeout=120) as connection, content.open("rb") as file:
        began = time.perf_counter()
        try:
            connection.sendall(head.encode("ascii"))
            connection.sendfile(file)
            answer = connection.recv(65536)
        except OSError as error:
            raise BenchmarkError(f"an upload broke off: {error}") from error
        seconds = time.perf_counter() - began
    if not answer.startswith(b"HTTP/1.1 200"):
        raise BenchmarkError(f"an upload was answered with {answer[:200]!r}")
    return seconds
