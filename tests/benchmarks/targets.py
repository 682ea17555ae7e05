"""What the mock has to reach. One table: read by the command, which prints it with what was measured."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.benchmarks.contenders.contender import BARE, MOCK, OPENAPI_BACKEND, PRISM
from tests.benchmarks.measures import Figures, Measure, cpu, p50, p99, rate
from tests.benchmarks.parts import documents, growth, listing, starting, uploads
from tests.benchmarks.parts.requests import CANCEL, CREATE, GET, PUBLISH_DRAFT

Look = Callable[[Figures], float | None]


@dataclass(frozen=True)
class Target:
    """Something that has to hold. `look`: what was measured, `None` for nothing; it has to be `limit` at most, or at
    least. `by_cpu`: the same by what was computed; where it is much better, others had the machine.
    """

    says: str
    look: Look
    limit: float
    is_at_least: bool = False
    unit: str = ""
    by_cpu: Look = lambda figures: None

    def holds(self, measured: float) -> bool:
        """Whether this is good enough."""
        return measured >= self.limit if self.is_at_least else measured <= self.limit

    @property
    def asks(self) -> str:
        """The limit, for people."""
        return f"{'at least' if self.is_at_least else 'at most'} {self.limit:g} {self.unit}".rstrip()


def _share(what: str, of: str = BARE) -> Look:
    return lambda figures: figures.ratio((MOCK, rate(what)), (of, rate(what)))


def _share_by_cpu(what: str, of: str = BARE) -> Look:
    return lambda figures: figures.ratio((of, cpu(what)), (MOCK, cpu(what)))


def _tail(what: str) -> Look:
    return lambda figures: figures.ratio((MOCK, p99(what)), (MOCK, p50(what)))


def _median(measure: Measure) -> Look:
    return lambda figures: figures.median(MOCK, measure)


def _growing(name: str) -> Look:
    """By what the server computes: where it computes inline, that is the time, without what others take of it."""
    few, many = (cpu(listing.listed(name, count)) for count in (listing.FEW, listing.MANY))
    return lambda figures: figures.ratio((MOCK, many), (MOCK, few))


SHARES = {GET: 0.50, CREATE: 0.35, PUBLISH_DRAFT: 0.25, CANCEL: 0.25}
TIMES = {PRISM: 8, OPENAPI_BACKEND: 4}

TARGETS: tuple[Target, ...] = (
    *(
        Target(f"{what}: requests/s beside {BARE}", _share(what), limit, True, by_cpu=_share_by_cpu(what))
        for what, limit in SHARES.items()
    ),
    *(
        Target(f"{what}: requests/s beside {peer}", _share(what, peer), limit, True, by_cpu=_share_by_cpu(what, peer))
        for peer, limit in TIMES.items()
        for what in (GET, CREATE)
    ),
    *(Target(f"{what}: p99 beside p50", _tail(what), 5) for what in SHARES),
    *(Target(f"list of 20, {name}: 100,000 beside 1,000", _growing(name), 3) for name in listing.LISTS),
    Target("memory for each stored invoice", _median(growth.PER_INVOICE), 4, unit="KiB"),
    Target("journal: exchanges kept", _median(growth.KEPT), growth.JOURNAL_LIMIT),
    Target("journal: memory for each exchange, once full", _median(growth.PER_EXCHANGE), 0.1, unit="KiB"),
    Target(
        "upload of 100 MiB beside a bare sink that hashes",
        lambda figures: figures.ratio((MOCK, uploads.UPLOAD), (BARE, uploads.UPLOAD)),
        0.5,
        True,
        by_cpu=lambda figures: figures.ratio((BARE, uploads.COMPUTED), (MOCK, uploads.COMPUTED)),
    ),
    Target("upload of 100 MiB: memory more than before", _median(uploads.GROWTH), 16, unit="MiB"),
    Target("8 uploads at once: memory more than before", _median(uploads.GROWTH_OF_MANY), 64, unit="MiB"),
    Target("8 uploads at once: p99 of a GET", _median(uploads.GET_MEANWHILE), 50, unit="ms"),
    Target("start until ready", _median(starting.READY), 1.5, unit="s", by_cpu=_median(starting.STARTED)),
    Target(
        "start until ready beside Prism",
        lambda figures: figures.ratio((MOCK, starting.READY), (PRISM, starting.READY)),
        1,
        by_cpu=lambda figures: figures.ratio((MOCK, starting.STARTED), (PRISM, starting.STARTED)),
    ),
    Target("memory, idle", _median(starting.IDLE), 90, unit="MiB"),
    Target("mock-server --help", _median(starting.HELP), 0.25, unit="s", by_cpu=_median(starting.HELPED)),
    Target("PDF of a new invoice", _median(documents.NEW), 60, unit="ms"),
    Target("PDF again: from the cache", _median(documents.AGAIN), 10, unit="ms"),
    Target("p99 of a GET while PDFs are made", _median(documents.MEANWHILE), 50, unit="ms"),
)
