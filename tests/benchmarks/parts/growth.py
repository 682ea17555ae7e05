"""What a mock takes up that is used for long: for each stored invoice, and for the journal, which has its limit."""

from __future__ import annotations

from tests.benchmarks.calls import Caller
from tests.benchmarks.contenders.contender import MOCK
from tests.benchmarks.driving import Asked, Load, drive
from tests.benchmarks.lab import BenchmarkError, Lab
from tests.benchmarks.measures import Measure
from tests.benchmarks.payloads import BASE_PATH, INVOICES, PUBLISH, as_line, varied
from tests.benchmarks.processes import Running
from tests.benchmarks.taking_part import started

SAYS = "memory for each stored invoice, and for the journal"
PER_INVOICE = Measure("memory", "for each stored invoice", "KiB")
PER_EXCHANGE = Measure("memory", "for each exchange once the journal is full", "KiB")
KEPT = Measure("journal", "exchanges kept", "exchanges")
JOURNAL_LIMIT = 1_000
"""What the journal keeps where nothing is said."""

ENOUGH_TO_FILL = 3 * JOURNAL_LIMIT
"""After so many requests the journal is full, and whatever grows only once has grown."""

COUNT = 8_000
MOST_DRIVES = 100
VARIETY = 2_000
KIB = 1024


def run(lab: Lab) -> None:
    """A mock that invoices are posted to for some time, and that is then asked for some time."""
    with started(lab, MOCK) as server:
        create = Load([_asked(number, body) for number, body in enumerate(varied(VARIETY))])
        get = Load([Asked("GET", f"{BASE_PATH}{INVOICES}?pageSize=20")])
        lab.figures.add(MOCK, PER_INVOICE, _growth(lab, server, create))
        lab.figures.add(MOCK, PER_EXCHANGE, _growth(lab, server, get))
        with Caller(server.origin, lab.token) as call:
            lab.figures.add(MOCK, KEPT, call("GET", "/_mock/journal?limit=0").json["kept"])


def _growth(lab: Lab, server: Running, load: Load) -> float:
    """KiB for each request, once as many of the same kind have gone before as the journal keeps."""
    _drive(lab, server, load, ENOUGH_TO_FILL)
    before = server.memory
    count = _drive(lab, server, load, COUNT)
    return (server.memory - before) * KIB / count


def _drive(lab: Lab, server: Running, load: Load, at_least: int) -> int:
    """Send so many requests or more; returns how many."""
    count = 0
    for _ in range(MOST_DRIVES):
        count += drive(server.origin, lab.token, load, seconds=2, connections=lab.connections).requests
        lab.tell(f"growth: {count:,} requests of {at_least:,}")
        if count >= at_least:
            return count
    raise BenchmarkError(f"{MOST_DRIVES} times 2 s were too short for {at_least:,} requests")


def _asked(number: int, body: object) -> Asked:
    """Every other one is published at once."""
    return Asked("POST", BASE_PATH + (PUBLISH if number % 2 else INVOICES), as_line(body))
