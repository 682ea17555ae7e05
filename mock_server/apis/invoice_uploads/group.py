"""The Invoice Uploads group, as the server finds it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mock_server.apis.invoice_uploads import handlers, service, staging, wire
from mock_server.apis.invoice_uploads.errors import RULES, error_body
from mock_server.apis.invoice_uploads.records import PAYMENT_REQUESTS, UPLOADS
from mock_server.apis.invoice_uploads.service import Services, Setup
from mock_server.core.group import Group, Ports
from mock_server.core.objects import ObjectOwner, StoredObject
from mock_server.core.records import UnitOfWork

Bind = Callable[[UnitOfWork], Services]


@dataclass(frozen=True)
class UploadsOwner:
    """Answers the bucket for the keys of uploads."""

    bind: Bind

    def check_put(self, work: UnitOfWork, key: str, now: datetime) -> None:
        """Raises `Refused`: UPL-PUT-SPENT."""
        service.check_put(self.bind(work), key, now)

    def check_fetch(self, work: UnitOfWork, key: str) -> None:
        """Raises `Refused`: UPL-FETCH-ABSENT."""
        service.check_fetch(self.bind(work), key)

    def stored(self, work: UnitOfWork, stored: StoredObject, now: datetime) -> None:
        """Raises `Refused`: UPL-PUT-SPENT."""
        service.note_stored(self.bind(work), stored, now)


def services(ports: Ports) -> Bind:
    """Every request gets services bound to its unit of work."""
    setup = Setup(ports.contract, ports.clock, ports.ids, ports.object_urls, ports.objects, ports.agenda)
    return lambda work: Services(setup, work)


def owner(bind: Bind) -> ObjectOwner:
    """Who answers for the bucket's keys."""
    return UploadsOwner(bind)


def seed(bound: Services, data: Mapping[str, Any]) -> None:
    """Put a seed's payment requests into an empty store; nothing but a seed makes them."""
    for entry in data.get("paymentRequests", []):
        bound.work.records(PAYMENT_REQUESTS).add(wire.seeded_payment_request(entry))


GROUP = Group(
    name="invoice_uploads",
    audience="invoice-uploads",
    handlers=handlers,
    services=services,
    error_body=error_body,
    rules=RULES,
    collections=(UPLOADS, PAYMENT_REQUESTS),
    seed=seed,
    catch_up=service.catch_up,
    object_owner=owner,
    staging={"make_payment_request": staging.make_payment_request},
)
