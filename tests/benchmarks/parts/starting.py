"""From the start of the process until it is ready, the memory it takes then, and the time for a page of help."""

from __future__ import annotations

import resource
import subprocess
import time

from tests.benchmarks.calls import Caller
from tests.benchmarks.checking import created
from tests.benchmarks.contenders.contender import MOCK, Contender
from tests.benchmarks.lab import MOCK_SERVER, BenchmarkError, Lab
from tests.benchmarks.measures import Measure
from tests.benchmarks.processes import Running
from tests.benchmarks.taking_part import answer_file, leave_out, taking_part

SAYS = "how long a start takes, and the memory of a server that waits"
READY = Measure("start", "until ready", "s")
IDLE = Measure("memory", "idle", "MiB")
USED = Measure("memory", "idle, after some calls", "MiB")
STARTED = Measure("start", "CPU", "s")
HELP = Measure("mock-server --help", "time", "s")
HELPED = Measure("mock-server --help", "CPU", "s")
SETTLE_SECONDS = 1.0
"""What a server still does once it is ready is over by then."""

CALLS = 20


def run(lab: Lab) -> None:
    """Everybody in turn, several rounds."""
    present = taking_part(lab)
    for number in range(lab.rounds):
        lab.tell(f"starting, round {number + 1} of {lab.rounds}")
        for each in list(present):
            try:
                with each.running(lab, answer_file(lab)) as server:
                    _measure(lab, each, server)
            except BenchmarkError as error:
                leave_out(lab, each, error)
                present.remove(each)
        for _ in range(2):
            _help(lab)


def _measure(lab: Lab, each: Contender, server: Running) -> None:
    lab.figures.add(each.name, STARTED, server.cpu_seconds)
    lab.figures.add(each.name, READY, server.seconds)
    time.sleep(SETTLE_SECONDS)
    lab.figures.add(each.name, IDLE, server.memory)
    with Caller(server.origin, lab.token) as call:
        for _ in range(CALLS):
            created(each, call)
            call("GET", each.an_invoice)
    lab.figures.add(each.name, USED, server.memory)


def _help(lab: Lab) -> None:
    began, computed = time.perf_counter(), _of_children()
    subprocess.run([MOCK_SERVER, "--help"], stdout=subprocess.DEVNULL, check=True, timeout=30)
    lab.figures.add(MOCK, HELP, time.perf_counter() - began)
    lab.figures.add(MOCK, HELPED, _of_children() - computed)


def _of_children() -> float:
    """The seconds that all processes have computed which this one has started, and which have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
