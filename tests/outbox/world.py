"""A namespace with an outbox, on clocks that stand still until a test moves them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial

from mock_server.core.clock import FixedClock
from mock_server.core.ids import SeededIds
from mock_server.core.outbox import COLLECTIONS, DELIVERIES, MESSAGES, WEBHOOKS, Delivery, OutboxMessage, Webhook
from mock_server.core.records import Query, Store, UnitOfWork, transact
from mock_server.outbox.deliveries import Deliveries, Means
from mock_server.outbox.notes import Notes, deliveries_of
from mock_server.outbox.schedule import Schedule
from mock_server.outbox.sender import Sender
from mock_server.outbox.targets import Targets
from mock_server.storage import open_store

START = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
SECOND = timedelta(seconds=1)
RETRY_AFTER = [10 * SECOND, 60 * SECOND]
SCHEDULE = Schedule(RETRY_AFTER, time_limit=30 * SECOND, kept_attempts=10)
SECRET = "a secret of the tests"


@dataclass
class World:
    """One server with one namespace; another one on the same store is a second server."""

    store: Store = field(default_factory=lambda: open_store("sqlite://", COLLECTIONS))
    clock: FixedClock = field(default_factory=lambda: FixedClock(START))
    real_clock: FixedClock = field(default_factory=lambda: FixedClock(START.replace(year=2020)))
    ids: SeededIds = field(default_factory=lambda: SeededIds("world"))
    name: str = "server"
    namespace: str = "default"
    schedule: Schedule = SCHEDULE
    woken: list[Deliveries] = field(default_factory=list)

    def __post_init__(self) -> None:
        sender = Sender(self.schedule.time_limit, "tests/1")
        means = Means(self.name, self.real_clock, self.schedule, Targets(), sender, self.woken.append)
        self.deliveries = Deliveries(partial(transact, self.store, self.namespace), self.clock, means)
        self.notes = Notes(self.ids, "1", self.deliveries.note)

    def do(self, action: Callable[[UnitOfWork], object]) -> None:
        transact(self.store, self.namespace, action, write=True)

    def register(self, url: str, *events: str, merchant_id: str | None = None) -> Webhook:
        webhook = Webhook(
            id=self.ids.new(),
            number=len(self._all_webhooks()) + 1,
            url=url,
            secret=SECRET,
            events=events or ("invoice.created", "invoice.paid"),
            created_at=self.clock.now(),
            merchant_id=merchant_id,
        )
        self.do(lambda work: work.records(WEBHOOKS).add(webhook))
        return webhook

    def happen(self, resource_id: str, event_type: str = "invoice.paid", merchant_id: str = "harbor") -> None:
        self.do(lambda work: self.note(work, resource_id, event_type, merchant_id))

    def note(
        self, work: UnitOfWork, resource_id: str, event_type: str = "invoice.paid", merchant_id: str = "harbor"
    ) -> None:
        self.notes.event(
            work,
            event_type,
            at=self.clock.now(),
            merchant_id=merchant_id,
            resource_type="invoice",
            resource_id=resource_id,
        )

    def pass_by(self, seconds: float) -> None:
        """Move both clocks on and make the attempts that have fallen due."""
        self.clock.advance(seconds * SECOND)
        self.real_clock.advance(seconds * SECOND)
        self.deliveries.run()

    def messages(self) -> Sequence[OutboxMessage]:
        with self.store.begin(self.namespace, write=False) as work:
            return work.records(MESSAGES).find(Query(order_by="number")).items

    def all_deliveries(self) -> Sequence[Delivery]:
        with self.store.begin(self.namespace, write=False) as work:
            return work.records(DELIVERIES).find(Query(order_by="number")).items

    def delivery(self) -> Delivery:
        """The only one there is."""
        (found,) = self.all_deliveries()
        return found

    def deliveries_of(self, message: OutboxMessage) -> Sequence[Delivery]:
        with self.store.begin(self.namespace, write=False) as work:
            return deliveries_of(work, message.id)

    def _all_webhooks(self) -> Sequence[Webhook]:
        with self.store.begin(self.namespace, write=False) as work:
            return work.records(WEBHOOKS).find(Query()).items


def undone(world: World) -> None:
    """Let an event happen in a unit of work that is undone."""

    def fail(work: UnitOfWork) -> None:
        world.note(work, "undone")
        raise ZeroDivisionError

    with suppress(ZeroDivisionError):
        world.do(fail)
