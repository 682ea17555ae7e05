"""Requests a second, of everybody who takes part: an invoice asked for, created, published, cancelled."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from tests.benchmarks.calls import Caller
from tests.benchmarks.checking import check, created
from tests.benchmarks.contenders.contender import Contender
from tests.benchmarks.driving import Asked, Driven, Load, drive
from tests.benchmarks.lab import BenchmarkError, Lab
from tests.benchmarks.measures import Measure, cpu, p50, p99, rate
from tests.benchmarks.payloads import INVOICE, INVOICES, PUBLISH, as_line
from tests.benchmarks.processes import Running
from tests.benchmarks.taking_part import answer_file, leave_out, taking_part

SAYS = "requests a second, of everybody who takes part"
GET, CREATE, PUBLISH_DRAFT, CANCEL = "GET an invoice", "POST an invoice", "publish a draft", "cancel an invoice"
AFTER_LOAD = Measure("memory", "after all requests", "MiB")
AT_START = Measure("memory", "at start", "MiB")
PEAK = Measure("memory", "peak", "MiB")
MORE = 1.5
"""How much longer records are made than they are used up; doubled where that was too short."""

MOST = 12.0


def run(lab: Lab) -> None:
    """Everybody in turn, several rounds; each is started anew, and another one begins each round."""
    present, answer = taking_part(lab), answer_file(lab)
    for number in range(lab.rounds):
        start = number % len(present)
        for each in [*present[start:], *present[:start]]:
            lab.tell(f"requests, round {number + 1} of {lab.rounds}: {each.name}")
            try:
                with each.running(lab, answer) as server:
                    _Turn(lab, each, server).take()
            except BenchmarkError as error:
                leave_out(lab, each, error)
                present = [other for other in present if other is not each]


class _Turn:
    """One contender in one round."""

    def __init__(self, lab: Lab, contender: Contender, server: Running) -> None:
        self._lab = lab
        self._contender = contender
        self._server = server
        self._path = contender.base_path + INVOICES

    def take(self) -> None:
        """Measure everything that it can do. Raises `BenchmarkError`."""
        at_start = self._server.memory
        check(self._contender, self._lab, self._server.origin)
        with Caller(self._server.origin, self._lab.token) as call:
            invoice_id = created(self._contender, call)
        get = Load([Asked("GET", f"{self._path}/{invoice_id}")])
        create = Load([Asked("POST", self._path, as_line(INVOICE))])
        for load in (get, create):
            self._drive(load, seconds=self._contender.warm_up_seconds)
        self._note(GET, lambda: self._drive(get))
        self._note(CREATE, lambda: self._drive(create))
        if self._contender.has_state_changes:
            publish = Load([Asked("POST", self._contender.base_path + PUBLISH, as_line(INVOICE))])
            self._use_up(PUBLISH_DRAFT, self._publishing, create)
            self._use_up(CANCEL, self._cancelling, publish)
        self._add(AT_START, at_start)
        self._add(AFTER_LOAD, self._server.memory)
        self._add(PEAK, self._server.peak)

    def _use_up(self, what: str, using: Callable[[Sequence[str]], Load], making: Load) -> None:
        """Each request takes another record, since it can be done to each once: so many are made first."""
        longer = MORE
        while longer <= MOST:
            ids = self._drive(making, seconds=self._lab.seconds * longer, collects_ids=True).ids
            if self._note(what, partial(self._drive, using(ids))):
                return
            longer *= 2
        raise BenchmarkError(f"{self._contender.name} uses records up faster than it makes them")

    def _publishing(self, ids: Sequence[str]) -> Load:
        path = self._contender.base_path + PUBLISH
        return Load([Asked("POST", path, as_line({"id": each})) for each in ids], repeats=False)

    def _cancelling(self, ids: Sequence[str]) -> Load:
        return Load([Asked("PUT", f"{self._path}/{each}/cancel") for each in ids], repeats=False)

    def _drive(self, load: Load, seconds: float | None = None, *, collects_ids: bool = False) -> Driven:
        return drive(
            self._server.origin,
            self._lab.token,
            load,
            seconds=seconds or self._lab.seconds,
            connections=self._lab.connections,
            collects_ids=collects_ids,
        )

    def _note(self, what: str, drive: Callable[[], Driven]) -> bool:
        """Measure it, unless there were too few records for it."""
        before = self._server.cpu_seconds
        driven = drive()
        if driven.is_exhausted:
            return False
        self._add(cpu(what), (self._server.cpu_seconds - before) * 1000 / driven.requests)
        self._add(rate(what), driven.rate)
        self._add(p50(what), driven.p50_ms)
        self._add(p99(what), driven.p99_ms)
        return True

    def _add(self, measure: Measure, value: float) -> None:
        self._lab.figures.add(self._contender.name, measure, value)
