"""What goes out of the mock: messages to people, and events to those who have registered for them.

Everything is noted in the unit of work that makes it happen, and goes out once that is committed: what was undone
leaves no trace outside, what was committed is never forgotten.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from mock_server.core.instants import to_text
from mock_server.core.records import Collection, Column, Page, Query, UnitOfWork


class Kind(StrEnum):
    """SMS: a text to a phone, which goes nowhere. EVENT: something registered endpoints are told of."""

    SMS = "sms"
    EVENT = "event"


class MessageState(StrEnum):
    """How far a message is with all its deliveries. KEPT: there is nobody to deliver it to."""

    KEPT = "kept"
    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


class DeliveryState(StrEnum):
    """How far one delivery is. FAILED: it has been given up."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True)
class OutboxMessage:
    """One SMS or one event.

    `number`: counts up in the order in which things happened. `type`: `invoice.paid`; of an SMS what it is about.
    `to`, `text`: of an SMS. `api_version`: of an event, as its body says.
    """

    id: str
    number: int
    kind: Kind
    type: str
    at: datetime
    merchant_id: str
    resource_type: str
    resource_id: str
    to: str | None = None
    text: str | None = None
    api_version: str | None = None
    state: MessageState = MessageState.KEPT
    version: int = 0

    @property
    def body(self) -> str | None:
        """Of an event, exactly the text that every delivery carries. Made of what is kept, since it says no more."""
        if self.api_version is None:
            return None
        body = {
            "id": self.id,
            "type": self.type,
            "created": to_text(self.at),
            "apiVersion": self.api_version,
            "data": {"object": {"id": self.resource_id, "resourceType": self.resource_type}},
        }
        return json.dumps(body, separators=(",", ":"), ensure_ascii=False)


@dataclass(frozen=True)
class Webhook:
    """A registered endpoint. `merchant_id`: whose events it wants; `None` for everybody's."""

    id: str
    number: int
    url: str
    secret: str
    events: tuple[str, ...]
    created_at: datetime
    merchant_id: str | None = None
    is_enabled: bool = True
    version: int = 0

    def wants(self, event_type: str, merchant_id: str) -> bool:
        """Whether it is to be told of such an event."""
        return self.is_enabled and event_type in self.events and self.merchant_id in {None, merchant_id}


@dataclass(frozen=True)
class Attempt:
    """One try to deliver. `status`: of the answer, where there was one. `answer`: the beginning of its body."""

    at: datetime
    status: int | None = None
    error: str | None = None
    answer: str | None = None


@dataclass(frozen=True)
class Claim:
    """Who is making an attempt right now, and until when the others leave it to them: on the machine's own clock."""

    by: str
    until: datetime


@dataclass(frozen=True)
class Delivery:
    """One message on its way to one endpoint, of which there is one at most.

    `due_at`: when the next attempt is to be made; `None` for never. `attempts`: the latest ones.
    `tries`: how many there were since it was last asked for.
    """

    id: str
    message_id: str
    message_number: int
    webhook_id: str
    url: str
    due_at: datetime | None
    state: DeliveryState = DeliveryState.PENDING
    tries: int = 0
    attempts: tuple[Attempt, ...] = ()
    claim: Claim | None = None
    version: int = 0


MESSAGES: Collection[OutboxMessage] = Collection(
    name="outbox_messages",
    type=OutboxMessage,
    columns={
        "number": Column(int, lambda message: message.number),
        "kind": Column(str, lambda message: message.kind),
        "type": Column(str, lambda message: message.type),
        "resource": Column(str, lambda message: message.resource_id),
        "state": Column(str, lambda message: message.state),
    },
    indexes=[("number",), ("resource", "number")],
)
WEBHOOKS: Collection[Webhook] = Collection(
    name="webhooks",
    type=Webhook,
    columns={"number": Column(int, lambda webhook: webhook.number)},
)
DELIVERIES: Collection[Delivery] = Collection(
    name="webhook_deliveries",
    type=Delivery,
    columns={
        "number": Column(int, lambda delivery: delivery.message_number),
        "message": Column(str, lambda delivery: delivery.message_id),
        "webhook": Column(str, lambda delivery: delivery.webhook_id),
        "due_at": Column(datetime, lambda delivery: None if delivery.claim else delivery.due_at),
        "claimed_until": Column(datetime, lambda delivery: delivery.claim.until if delivery.claim else None),
    },
    indexes=[("due_at", "number"), ("claimed_until",), ("message",), ("webhook",)],
)
COLLECTIONS = (MESSAGES, WEBHOOKS, DELIVERIES)


class Outbox(Protocol):
    """Takes note of what goes out, in the unit of work in which it happens."""

    def sms(self, work: UnitOfWork, *, at: datetime, merchant_id: str, invoice_id: str, to: str, text: str) -> None:
        """A text was sent to a phone, to tell of an invoice."""

    def event(
        self, work: UnitOfWork, event_type: str, *, at: datetime, merchant_id: str, resource_type: str, resource_id: str
    ) -> None:
        """Something happened that registered endpoints are told of, such as `invoice.paid`."""


class NoOutbox:
    """An `Outbox` for what is only said to have happened, such as the past of a seed."""

    def sms(self, work: UnitOfWork, *, at: datetime, merchant_id: str, invoice_id: str, to: str, text: str) -> None:
        """Nothing is noted."""

    def event(
        self, work: UnitOfWork, event_type: str, *, at: datetime, merchant_id: str, resource_type: str, resource_id: str
    ) -> None:
        """Nothing is noted."""


@dataclass(frozen=True)
class Registration:
    """An endpoint as it is asked for. `secret`: `None` for one that the mock makes up."""

    url: str
    events: tuple[str, ...]
    secret: str | None = None
    merchant_id: str | None = None
    is_enabled: bool = True


@dataclass(frozen=True)
class SentMessage:
    """A message with its deliveries, ordered by their ids."""

    message: OutboxMessage
    deliveries: Sequence[Delivery]


class PostOffice(Outbox, Protocol):
    """What people can see and do of a namespace's outbox. Nothing below is called inside a unit of work."""

    def register(self, asked: Registration) -> Webhook:
        """Register an endpoint. Raises `Refused`: CTL-WEBHOOK-TARGET, CTL-WEBHOOK-COUNT."""

    def webhooks(self) -> Sequence[Webhook]:
        """All endpoints, in the order in which they were registered."""

    def webhook(self, webhook_id: str) -> Webhook:
        """One of them. Raises `Refused`: CTL-WEBHOOK-ABSENT."""

    def unregister(self, webhook_id: str) -> None:
        """Forget an endpoint, and give up what is on its way to it. Raises `Refused`: CTL-WEBHOOK-ABSENT."""

    def messages(self, query: Query) -> Page[OutboxMessage]:
        """The messages that a query asks for, by the columns of `MESSAGES`."""

    def message(self, message_id: str) -> SentMessage:
        """One of them. Raises `Refused`: CTL-MESSAGE-ABSENT."""

    def send_again(self, message_id: str, webhook_id: str | None) -> SentMessage:
        """Deliver an event once more, to one endpoint or to all that want it; returns when attempts were made.

        Raises `Refused`: CTL-MESSAGE-ABSENT, CTL-WEBHOOK-ABSENT, CTL-MESSAGE-RESEND.
        """

    def clear(self) -> None:
        """Forget all messages and their deliveries; what is on its way already may still arrive."""


def state_of(deliveries: Iterable[Delivery]) -> MessageState:
    """How far a message is with these deliveries: as far as the one that is worst off."""
    states = {each.state for each in deliveries}
    for state in (DeliveryState.PENDING, DeliveryState.FAILED, DeliveryState.DELIVERED):
        if state in states:
            return MessageState(state.value)
    return MessageState.KEPT
