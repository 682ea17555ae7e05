"""What an attempt makes of a delivery. Pure: values in, values out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from mock_server.core.instants import add_clamped
from mock_server.core.outbox import Attempt, Claim, Delivery, DeliveryState, OutboxMessage, Webhook


@dataclass(frozen=True)
class Schedule:
    """`retry_after`: how long to wait after each failed attempt; after the last one it is given up.

    `time_limit`: of one attempt. `lease`: how long an attempt is left to whoever has claimed it; longer than an
    attempt takes, or it would be made twice. `kept_attempts`: how many are remembered of one delivery.
    """

    retry_after: Sequence[timedelta]
    time_limit: timedelta
    kept_attempts: int

    @property
    def lease(self) -> timedelta:
        return 2 * self.time_limit + timedelta(seconds=5)


def new_delivery(message: OutboxMessage, webhook: Webhook, at: datetime) -> Delivery:
    """The delivery of a message to an endpoint, due at once."""
    return Delivery(
        id=f"{message.id}:{webhook.id}",
        message_id=message.id,
        message_number=message.number,
        webhook_id=webhook.id,
        url=webhook.url,
        due_at=at,
    )


def asked_again(delivery: Delivery, at: datetime) -> Delivery:
    """The delivery from the start: due at once, with all its tries before it."""
    return replace(delivery, state=DeliveryState.PENDING, due_at=at, tries=0)


def given_up(delivery: Delivery) -> Delivery:
    """The delivery after which no attempt comes any more: its endpoint is gone."""
    return replace(delivery, state=DeliveryState.FAILED, due_at=None, claim=None)


def claimed(delivery: Delivery, by: str, now: datetime, schedule: Schedule) -> Delivery:
    """The delivery while an attempt is made."""
    return replace(delivery, claim=Claim(by, now + schedule.lease))


def attempted(delivery: Delivery, attempt: Attempt, schedule: Schedule) -> Delivery:
    """The delivery after an attempt: delivered by any 2xx; else due again, or given up after the last retry."""
    tries = delivery.tries + 1
    after = replace(
        delivery,
        tries=tries,
        attempts=(*delivery.attempts, attempt)[-schedule.kept_attempts :],
        claim=None,
        due_at=None,
    )
    if attempt.status is not None and 200 <= attempt.status < 300 and attempt.error is None:
        return replace(after, state=DeliveryState.DELIVERED)
    if tries > len(schedule.retry_after):
        return replace(after, state=DeliveryState.FAILED)
    return replace(after, due_at=add_clamped(attempt.at, schedule.retry_after[tries - 1]))
