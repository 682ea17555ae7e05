"""The outbox of one namespace, as groups and the control API use it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from mock_server.core.errors import Refused
from mock_server.core.namespace import Namespace
from mock_server.core.outbox import (
    DELIVERIES,
    MESSAGES,
    WEBHOOKS,
    Kind,
    OutboxMessage,
    Registration,
    SentMessage,
    Webhook,
)
from mock_server.core.records import Collection, Page, Query, Stored, UnitOfWork
from mock_server.outbox.deliveries import Deliveries, Means
from mock_server.outbox.notes import Notes, deliveries_of, give_up, registered, wanting
from mock_server.outbox.targets import TargetRefused

T = TypeVar("T", bound=Stored)


@dataclass(frozen=True)
class Figures:
    """What the contract says of the outbox. `max_webhooks`: of one namespace."""

    api_version: str
    max_webhooks: int


class Office(Notes):
    """`core.outbox.PostOffice` on a namespace; `errand` makes its attempts."""

    def __init__(self, namespace: Namespace, means: Means, figures: Figures) -> None:
        self.errand = Deliveries(namespace.transact, namespace.clock, means)
        super().__init__(namespace.ids, figures.api_version, self.errand.note)
        self._namespace = namespace
        self._targets = means.targets
        self._max_webhooks = figures.max_webhooks

    def register(self, asked: Registration) -> Webhook:
        try:
            self._targets.check(asked.url)
        except TargetRefused as refused:
            raise Refused("CTL-WEBHOOK-TARGET", f"Nothing can be sent there: {refused}.") from refused
        return self._namespace.transact(lambda work: self._registered(work, asked), write=True)

    def webhooks(self) -> Sequence[Webhook]:
        return self._namespace.transact(registered, write=False)

    def webhook(self, webhook_id: str) -> Webhook:
        return self._namespace.transact(lambda work: self._webhook(work, webhook_id), write=False)

    def unregister(self, webhook_id: str) -> None:
        def remove(work: UnitOfWork) -> None:
            work.records(WEBHOOKS).remove(self._webhook(work, webhook_id))
            give_up(work, webhook_id)

        self._namespace.transact(remove, write=True)

    def messages(self, query: Query) -> Page[OutboxMessage]:
        return self._namespace.transact(lambda work: work.records(MESSAGES).find(query), write=False)

    def message(self, message_id: str) -> SentMessage:
        return self._namespace.transact(lambda work: self._sent(work, message_id), write=False)

    def send_again(self, message_id: str, webhook_id: str | None) -> SentMessage:
        def ask(work: UnitOfWork) -> None:
            message = self._message(work, message_id)
            self.ask_again(work, message, self._addressees(work, message, webhook_id), self._namespace.clock.now())

        self._namespace.transact(ask, write=True)
        self.errand.run()
        return self.message(message_id)

    def clear(self) -> None:
        def clear(work: UnitOfWork) -> None:
            _remove_all(work, DELIVERIES)
            _remove_all(work, MESSAGES)

        self._namespace.transact(clear, write=True)

    def _registered(self, work: UnitOfWork, asked: Registration) -> Webhook:
        present = registered(work)
        if len(present) >= self._max_webhooks:
            message = f"There are {len(present)} webhooks, and there may be no more; remove some."
            raise Refused("CTL-WEBHOOK-COUNT", message)
        webhook = Webhook(
            id=self.ids.new(),
            number=present[-1].number + 1 if present else 1,
            url=asked.url,
            secret=asked.secret or self.ids.secret(),
            events=asked.events,
            created_at=self._namespace.clock.now(),
            merchant_id=asked.merchant_id,
            is_enabled=asked.is_enabled,
        )
        work.records(WEBHOOKS).add(webhook)
        return webhook

    def _addressees(self, work: UnitOfWork, message: OutboxMessage, webhook_id: str | None) -> Sequence[Webhook]:
        """Who is to get it again. Raises `Refused`: CTL-WEBHOOK-ABSENT, CTL-MESSAGE-RESEND."""
        if message.kind is not Kind.EVENT:
            raise Refused("CTL-MESSAGE-RESEND", f"The message {message.id} is an SMS; only events are sent again.")
        if webhook_id is not None:
            return [self._webhook(work, webhook_id)]
        found = wanting(work, message)
        if not found:
            text = f"No registered webhook wants {message.type} of merchant {message.merchant_id}; name one."
            raise Refused("CTL-MESSAGE-RESEND", text)
        return found

    def _sent(self, work: UnitOfWork, message_id: str) -> SentMessage:
        return SentMessage(self._message(work, message_id), deliveries_of(work, message_id))

    def _message(self, work: UnitOfWork, message_id: str) -> OutboxMessage:
        found = work.records(MESSAGES).get(message_id.lower())
        if found is None:
            raise Refused("CTL-MESSAGE-ABSENT", f"There is no message {message_id}.", entity_id=message_id)
        return found

    def _webhook(self, work: UnitOfWork, webhook_id: str) -> Webhook:
        found = work.records(WEBHOOKS).get(webhook_id.lower())
        if found is None:
            known = ", ".join(each.id for each in registered(work)) or "none"
            message = f"There is no webhook {webhook_id}; there are: {known}."
            raise Refused("CTL-WEBHOOK-ABSENT", message, entity_id=webhook_id)
        return found


def _remove_all(work: UnitOfWork, collection: Collection[T]) -> None:
    records = work.records(collection)
    for record in records.find(Query()).items:
        records.remove(record)
