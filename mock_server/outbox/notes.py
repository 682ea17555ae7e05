"""What is noted in the unit of work in which it happens: the messages, and who is to be told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from mock_server.core.changing import with_changes
from mock_server.core.ids import Ids
from mock_server.core.outbox import (
    DELIVERIES,
    MESSAGES,
    WEBHOOKS,
    Delivery,
    Kind,
    OutboxMessage,
    Webhook,
    state_of,
)
from mock_server.core.records import Condition, Query, UnitOfWork
from mock_server.outbox.schedule import asked_again, given_up, new_delivery

SMS_TYPE = "invoice.sms"
LAST_FIRST = Query(order_by="number", ascending=False)
ALL = Query()


@dataclass
class Notes:
    """The `Outbox` of a namespace. `note` is told when something is to be sent."""

    ids: Ids
    api_version: str
    note: Callable[[datetime], None]

    def sms(self, work: UnitOfWork, *, at: datetime, merchant_id: str, invoice_id: str, to: str, text: str) -> None:
        """A text was sent to a phone, to tell of an invoice."""
        message = OutboxMessage(
            id=self.ids.new(),
            number=_next_number(work),
            kind=Kind.SMS,
            type=SMS_TYPE,
            at=at,
            merchant_id=merchant_id,
            resource_type="invoice",
            resource_id=invoice_id,
            to=to,
            text=text,
        )
        work.records(MESSAGES).add(message)

    def event(
        self, work: UnitOfWork, event_type: str, *, at: datetime, merchant_id: str, resource_type: str, resource_id: str
    ) -> None:
        """Something happened that registered endpoints are told of."""
        message = OutboxMessage(
            id=self.ids.new(),
            number=_next_number(work),
            kind=Kind.EVENT,
            type=event_type,
            at=at,
            merchant_id=merchant_id,
            resource_type=resource_type,
            resource_id=resource_id,
            api_version=self.api_version,
        )
        deliveries = [new_delivery(message, webhook, at) for webhook in wanting(work, message)]
        if not deliveries:
            work.records(MESSAGES).add(message)
            return
        work.records(MESSAGES).add(with_changes(message, state=state_of(deliveries)))
        for delivery in deliveries:
            work.records(DELIVERIES).add(delivery)
        self.note(at)

    def ask_again(self, work: UnitOfWork, message: OutboxMessage, webhooks: Sequence[Webhook], at: datetime) -> None:
        """Let a message be delivered to these endpoints, whether it was delivered to them before or not."""
        deliveries = work.records(DELIVERIES)
        for webhook in webhooks:
            fresh = new_delivery(message, webhook, at)
            earlier = deliveries.get(fresh.id)
            if earlier is None:
                deliveries.add(fresh)
            else:
                deliveries.replace(asked_again(earlier, at))
        summarize(work, message.id)
        self.note(at)


def wanting(work: UnitOfWork, message: OutboxMessage) -> list[Webhook]:
    """The endpoints that are to be told of an event, in the order in which they were registered."""
    return [each for each in registered(work) if each.wants(message.type, message.merchant_id)]


def registered(work: UnitOfWork) -> Sequence[Webhook]:
    """All registered endpoints, in the order in which they were registered."""
    # They are few, and asked for with each event: that is quicker than to let the store sort them.
    return sorted(work.records(WEBHOOKS).find(ALL).items, key=lambda webhook: (webhook.number, webhook.id))


def deliveries_of(work: UnitOfWork, message_id: str) -> Sequence[Delivery]:
    """The deliveries of a message, in the order of their ids."""
    return work.records(DELIVERIES).find(Query(where=[Condition("message", "=", message_id)])).items


def summarize(work: UnitOfWork, message_id: str) -> None:
    """Let a message say how far it is."""
    messages = work.records(MESSAGES)
    message = messages.get(message_id)
    if message is None:
        return
    state = state_of(deliveries_of(work, message_id))
    if state is not message.state:
        messages.replace(with_changes(message, state=state))


def give_up(work: UnitOfWork, webhook_id: str) -> None:
    """Make no more attempts at an endpoint that is no longer registered."""
    deliveries = work.records(DELIVERIES)
    for delivery in deliveries.find(Query(where=[Condition("webhook", "=", webhook_id)])).items:
        if delivery.due_at is not None:
            deliveries.replace(given_up(delivery))
            summarize(work, delivery.message_id)


def _next_number(work: UnitOfWork) -> int:
    last = work.records(MESSAGES).first(LAST_FIRST)
    return last.number + 1 if last else 1
