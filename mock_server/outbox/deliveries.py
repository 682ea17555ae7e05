"""The deliveries of one namespace: claimed in one unit of work, sent in none, recorded in another one."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Protocol, TypeVar

from mock_server.core.clock import Clock
from mock_server.core.outbox import DELIVERIES, MESSAGES, WEBHOOKS, Attempt, Delivery, OutboxMessage, Webhook
from mock_server.core.records import Condition, Query, Records, UnitOfWork, earliest
from mock_server.outbox.notes import summarize
from mock_server.outbox.schedule import Schedule, attempted, claimed, given_up
from mock_server.outbox.sender import Outcome, Sender
from mock_server.outbox.signing import signed_headers
from mock_server.outbox.targets import TargetRefused, Targets

LOOK_AGAIN = timedelta(minutes=1)
"""How long not to look into the store at most: another process may have left something to be sent."""

MAX_LOOKED_AT = 100
"""How many deliveries of one instant are looked at to find the next of each endpoint."""

NEVER = datetime.max.replace(tzinfo=UTC)
T = TypeVar("T")


class Transact(Protocol):
    """Runs an action in a unit of work of the namespace."""

    def __call__(self, action: Callable[[UnitOfWork], T], *, write: bool) -> T: ...


@dataclass(frozen=True)
class Means:
    """What all namespaces of a server deliver with.

    `name`: of this server among those that share the store. `clock`: the machine's own, by which claims lapse.
    `wake`: lets deliveries be run in the background, soon.
    """

    name: str
    clock: Clock
    schedule: Schedule
    targets: Targets
    sender: Sender
    wake: Callable[[Deliveries], None]


@dataclass(frozen=True)
class Assignment:
    """An attempt that is claimed and now to be made."""

    delivery: Delivery
    webhook: Webhook
    message: OutboxMessage
    at: datetime


class Deliveries:
    """An errand: makes the attempts that have fallen due on the namespace's clock, in the order in which they have."""

    def __init__(self, transact: Transact, clock: Clock, means: Means) -> None:
        self._transact = transact
        self._clock = clock
        self._means = means
        self._noted = NEVER
        self._look_at = means.clock.now()
        self._noting = threading.Lock()
        self._running = threading.Lock()
        self._is_closed = False

    def note(self, at: datetime) -> None:
        """Something is to be sent at this instant; if that is now, somebody is woken to do it."""
        self._note(at)
        self.nudge()

    def nudge(self) -> None:
        """Have it done in the background if anything may be due. Returns at once; may be called in a unit of work."""
        if self.is_due():
            self._means.wake(self)

    def _note(self, at: datetime) -> None:
        with self._noting:
            self._noted = min(self._noted, at)

    def look_again(self) -> None:
        """The records were exchanged: whatever was known of them is void."""
        with self._noting:
            self._noted = NEVER
            self._look_at = self._means.clock.now()

    def close(self) -> None:
        """Begin no further attempt."""
        self._is_closed = True

    def due_at(self) -> datetime | None:
        """When the next attempt is to be made, on the namespace's clock; `None` where none is known of."""
        return None if self._noted == NEVER else self._noted

    def is_due(self) -> bool:
        """Whether there may be something to do. Costs two comparisons."""
        return self._noted <= self._clock.now() or self._look_at <= self._means.clock.now()

    def run(self) -> None:
        """Make all attempts that are due; who comes meanwhile waits for them. Never called inside a unit of work."""
        with self._running:
            if self.is_due() and not self._is_closed:
                self._catch_up()

    def _catch_up(self) -> None:
        with self._noting:
            self._noted = NEVER
            self._look_at = self._means.clock.now() + LOOK_AGAIN
        try:
            while not self._is_closed and (assignments := self._transact(self._claim, write=True)):
                self._make(assignments)
        except BaseException:
            self._note(self._clock.now())  # it is due still
            raise

    def _claim(self, work: UnitOfWork) -> Sequence[Assignment]:
        """Take what is due first; where nothing is due, note when the next thing is.

        One delivery of each endpoint: endpoints don't wait for each other, and each gets its messages in their order.
        """
        deliveries = work.records(DELIVERIES)
        now, real_now = self._clock.now(), self._means.clock.now()
        self._free_lapsed(deliveries, real_now)
        while (first := earliest(deliveries, "due_at")) and first.due_at is not None:
            if first.due_at > now:
                self._note(first.due_at)
                return ()
            found = deliveries.find(
                Query(where=[Condition("due_at", "=", first.due_at)], order_by="number", limit=MAX_LOOKED_AT)
            )
            by_endpoint: dict[str, Delivery] = {}
            for delivery in found.items:
                by_endpoint.setdefault(delivery.webhook_id, delivery)
            assignments = [made for each in by_endpoint.values() if (made := self._assigned(work, each, now, real_now))]
            if assignments:
                return assignments
        return ()

    def _free_lapsed(self, deliveries: Records[Delivery], real_now: datetime) -> None:
        """Attempts of servers that have died are due again; those of others are looked at when they lapse."""
        while (oldest := earliest(deliveries, "claimed_until")) and oldest.claim is not None:
            if oldest.claim.until > real_now:
                with self._noting:
                    self._look_at = min(self._look_at, oldest.claim.until)
                return
            deliveries.replace(replace(oldest, claim=None))

    def _assigned(self, work: UnitOfWork, delivery: Delivery, now: datetime, real_now: datetime) -> Assignment | None:
        """The attempt, claimed; `None` where there is nobody any more to make it at."""
        webhook = work.records(WEBHOOKS).get(delivery.webhook_id)
        message = work.records(MESSAGES).get(delivery.message_id)
        if webhook is None or message is None:
            work.records(DELIVERIES).replace(given_up(delivery))
            summarize(work, delivery.message_id)
            return None
        taken = claimed(delivery, self._means.name, real_now, self._means.schedule)
        work.records(DELIVERIES).replace(taken)
        return Assignment(taken, webhook, message, now)

    def _make(self, assignments: Sequence[Assignment]) -> None:
        if len(assignments) == 1:
            self._attempt(assignments[0])
            return
        with ThreadPoolExecutor(len(assignments), thread_name_prefix="mock-server-delivery") as pool:
            for made in [pool.submit(self._attempt, each) for each in assignments]:
                made.result()

    def _attempt(self, assignment: Assignment) -> None:
        outcome = self._sent(assignment)
        attempt = Attempt(assignment.at, outcome.status, outcome.error, outcome.answer)

        def record(work: UnitOfWork) -> None:
            deliveries = work.records(DELIVERIES)
            present = deliveries.get(assignment.delivery.id)
            if present is None or present.claim != assignment.delivery.claim:
                return  # forgotten, given up or taken over meanwhile
            deliveries.replace(attempted(present, attempt, self._means.schedule))
            summarize(work, present.message_id)

        self._transact(record, write=True)

    def _sent(self, assignment: Assignment) -> Outcome:
        message, webhook = assignment.message, assignment.webhook
        body = (message.body or "").encode()
        try:
            target = self._means.targets.check(webhook.url)
        except TargetRefused as refused:
            return Outcome(error=str(refused))
        return self._means.sender.send(target, signed_headers(webhook.secret, message.id, assignment.at, body), body)
