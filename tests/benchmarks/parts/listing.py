"""Lists out of few and out of many invoices."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from tests.benchmarks.calls import Caller
from tests.benchmarks.contenders.contender import MOCK
from tests.benchmarks.contenders.mock import HEALTH
from tests.benchmarks.driving import Asked, Load, drive
from tests.benchmarks.lab import BenchmarkError, Lab
from tests.benchmarks.measures import cpu, p50, p99, rate
from tests.benchmarks.payloads import BASE_PATH, INVOICES
from tests.benchmarks.processes import Running, free_port, running

SAYS = "lists out of 1,000 and out of 100,000 invoices"
FEW, MANY = 1_000, 100_000
PAGE_SIZE = 20
LISTS: Mapping[str, str] = {
    "status, by due date": "status=2&orderBy=dueDate&asc=false",
    "a month, by amount": "dueDateFrom=2028-03-01T00:00:00Z&dueDateTo=2028-03-31T00:00:00Z&orderBy=totalAmount",
    "a quarter and a status, by customer": (
        "dueDateFrom=2028-03-01T00:00:00Z&dueDateTo=2028-05-31T00:00:00Z&status=1&orderBy=customerName"
    ),
    "a text, by number": "search=petrov&orderBy=number",
}
"""Filters and orders: half of all invoices match, a 33rd, a 22nd, and an 11th of them."""


def listed(name: str, count: int) -> str:
    """What is measured: a list out of so many invoices."""
    return f"list of {PAGE_SIZE} out of {count:,}: {name}"


def run(lab: Lab) -> None:
    """Two mocks side by side, asked in turn."""
    lab.tell("listing: filling two mocks")
    with _filled(lab, FEW) as few, _filled(lab, MANY) as many:
        sizes = {FEW: few, MANY: many}
        for name, query in LISTS.items():
            for server in sizes.values():
                _require_full_page(lab, server, _path(query))
            for number in range(lab.rounds):
                lab.tell(f"listing, round {number + 1} of {lab.rounds}: {name}")
                for count, server in sizes.items():
                    _measure(lab, server, listed(name, count), _path(query))


def _measure(lab: Lab, server: Running, what: str, path: str) -> None:
    load, before = Load([Asked("GET", path)]), server.cpu_seconds
    driven = drive(server.origin, lab.token, load, seconds=lab.seconds, connections=lab.connections)
    lab.figures.add(MOCK, rate(what), driven.rate)
    lab.figures.add(MOCK, p50(what), driven.p50_ms)
    lab.figures.add(MOCK, p99(what), driven.p99_ms)
    lab.figures.add(MOCK, cpu(what), (server.cpu_seconds - before) * 1000 / driven.requests)


@contextmanager
def _filled(lab: Lab, count: int) -> Iterator[Running]:
    port, module = free_port(), "tests.benchmarks.contenders.apps.filled_mock"
    command = [sys.executable, "-m", module, str(port), str(count)]
    with running(command, port, HEALTH, {}, lab.folder, f"mock-with-{count}") as server:
        yield server


def _require_full_page(lab: Lab, server: Running, path: str) -> None:
    with Caller(server.origin, lab.token) as call:
        answer = call("GET", path)
    if answer.status != 200 or len(answer.json["items"]) != PAGE_SIZE:
        raise BenchmarkError(f"GET {path} gave {answer.status}, and not {PAGE_SIZE} invoices: {answer.body[:200]!r}")


def _path(query: str) -> str:
    return f"{BASE_PATH}{INVOICES}?{query}&pageSize={PAGE_SIZE}"
