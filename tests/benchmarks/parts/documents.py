"""PDFs of invoices: each new, then the same again, and who has to wait meanwhile."""

from __future__ import annotations

import threading
import time

from tests.benchmarks.calls import Caller
from tests.benchmarks.contenders.contender import MOCK
from tests.benchmarks.lab import BenchmarkError, Lab
from tests.benchmarks.measures import Measure, percentile
from tests.benchmarks.payloads import BASE_PATH, INVOICES, PUBLISH, varied
from tests.benchmarks.processes import Running
from tests.benchmarks.taking_part import started

SAYS = "PDFs of invoices"
FIRST = Measure("PDF", "the very first", "ms")
NEW = Measure("PDF", "of a new invoice", "ms")
AGAIN = Measure("PDF", "the same again", "ms")
MEANWHILE = Measure("GET an invoice, PDFs made meanwhile", "p99", "ms")
EACH_ROUND = 10
PAUSE_SECONDS = 0.005


def run(lab: Lab) -> None:
    """One mock; every round has invoices of its own."""
    with started(lab, MOCK) as server:
        ids = _published(lab, server, 1 + 2 * EACH_ROUND * lab.rounds)
        lab.figures.add(MOCK, FIRST, _pdf(lab, server, ids.pop()))
        for number in range(lab.rounds):
            lab.tell(f"documents, round {number + 1} of {lab.rounds}")
            mine = [ids.pop() for _ in range(EACH_ROUND)]
            for measure in (NEW, AGAIN):
                for each in mine:
                    lab.figures.add(MOCK, measure, _pdf(lab, server, each))
            _meanwhile(lab, server, [ids.pop() for _ in range(EACH_ROUND)])


def _meanwhile(lab: Lab, server: Running, ids: list[str]) -> None:
    making = threading.Thread(target=lambda: [_pdf(lab, server, each) for each in ids])
    found: list[float] = []
    with Caller(server.origin, lab.token) as call:
        making.start()
        while making.is_alive():
            found.append(call("GET", f"{BASE_PATH}{INVOICES}/{ids[0]}").seconds * 1000)
            time.sleep(PAUSE_SECONDS)
    lab.figures.add(MOCK, MEANWHILE, percentile(found, 0.99))


def _published(lab: Lab, server: Running, count: int) -> list[str]:
    with Caller(server.origin, lab.token) as call:
        return [str(call("POST", BASE_PATH + PUBLISH, body).json["id"]) for body in varied(count)]


def _pdf(lab: Lab, server: Running, invoice_id: str) -> float:
    """How many milliseconds it took."""
    with Caller(server.origin, lab.token) as call:
        answer = call("GET", f"{BASE_PATH}{INVOICES}/{invoice_id}/download-pdf")
    if answer.status != 200 or not answer.body.startswith(b"%PDF-"):
        raise BenchmarkError(f"the PDF of an invoice gave {answer.status}: {answer.body[:200]!r}")
    return answer.seconds * 1000
