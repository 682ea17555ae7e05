"""The Invoices group, as the server finds it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

from mock_server.apis.invoices import handlers, seeds, service, staging
from mock_server.apis.invoices.errors import RULES, error_body
from mock_server.apis.invoices.payments import Processing
from mock_server.apis.invoices.records import CONTACT_INFOS, CUSTOMERS, INVOICES, MERCHANTS, PROCESSORS
from mock_server.apis.invoices.service import Services, Setup
from mock_server.core.group import Group, Ports
from mock_server.core.records import UnitOfWork


def services(ports: Ports) -> Callable[[UnitOfWork], Services]:
    """Read the payment fixtures once; every request then gets services bound to its unit of work."""
    days = ports.contract.limit("INV-EXPIRES", "daysPastDue")
    setup = Setup(
        contract=ports.contract,
        clock=ports.clock,
        ids=ports.ids,
        processing=Processing.from_fixtures(ports.fixture("test_cards"), ports.fixture("bank_accounts")),
        agenda=ports.agenda,
        outbox=ports.outbox,
        largest_total=Decimal(str(ports.contract.limit("INV-TOTAL-RANGE", "maximum"))),
        expires_after=None if days is None else timedelta(days=days),
    )
    return lambda work: Services(setup, work)


GROUP = Group(
    name="invoices",
    audience="invoices",
    grants=frozenset({"invoices"}),
    id_headers=("x-request-id", "x-arise-trace-correlationid"),
    handlers=handlers,
    services=services,
    error_body=error_body,
    rules=RULES,
    collections=(INVOICES, CUSTOMERS, CONTACT_INFOS, PROCESSORS, MERCHANTS),
    seed=seeds.seed,
    catch_up=service.catch_up,
    staging={
        "place_invoice": staging.place_invoice,
        "let_happen": staging.let_happen,
        "check_records": staging.check_records,
    },
)
