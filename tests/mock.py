"""A mock in this process, and callers of it, as the tests use them."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from httpx2 import Client, Response

from mock_server.apis.invoices.records import INVOICES
from mock_server.apis.invoices.service import let_happen
from mock_server.core.clock import FixedClock
from mock_server.core.ids import RandomIds
from mock_server.core.namespace import DEFAULT, Namespace
from mock_server.core.records import UnitOfWork
from mock_server.oauth.tokens import Grant, TokenMint
from mock_server.settings import Settings
from mock_server.wiring import Server, build
from tests.in_process import InProcess

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
"""A Monday. Tests that move time move it forward from here."""

HARBOR = "6ebdfc37-cbfa-40c9-8955-a7e6bd7a3816"
"""The first merchant of the demo seed: it has customers, contact infos, processors and payment requests."""

LUMEN = "a400a900-d32a-4d12-9625-0df500020e05"
PAYMENT_REQUEST = "6f1c2d3e-4a5b-4c6d-8e7f-9a0b1c2d3e4f"
GRANTS = {
    "invoices": {"permissions": ("invoices",)},
    "invoice-uploads": {"scopes": ("payment-requests:create",)},
}
BASE_PATHS = {"invoices": "/pay-int-api", "invoice-uploads": "/api/v1"}


def new_merchant() -> str:
    """A merchant nobody else uses, so that a test sees its own records alone."""
    return str(uuid.uuid4())


@dataclass
class Mock:
    """A running mock whose clock stands still until a test moves it."""

    server: Server
    clock: FixedClock
    calls: InProcess
    mint: TokenMint
    client: Client = field(init=False)

    def __post_init__(self) -> None:
        self.client = self.client_at("http://mock.test", follow_redirects=True)

    def client_at(self, origin: str, **options: Any) -> Client:
        """A client of the mock under this origin."""
        return Client(transport=self.calls, base_url=origin, **options)

    @classmethod
    def start(cls, **settings: Any) -> Mock:
        clock = FixedClock(NOW)
        server = build(Settings(**{"access_log": False, **settings}), clock)
        return cls(server, clock, InProcess(server.app), TokenMint(server.key, clock, RandomIds()))

    @classmethod
    @contextmanager
    def running(cls, **settings: Any) -> Iterator[Mock]:
        """A mock that is stopped at the end of the block."""
        mock = cls.start(**settings)
        try:
            yield mock
        finally:
            mock.stop()

    def stop(self) -> None:
        self.client.close()
        self.server.close()

    @property
    def namespace(self) -> Namespace:
        """The default namespace, where all calls lead that name none."""
        return self.server.namespaces.get(DEFAULT)

    def let_happen(self, invoice_id: str, event: str) -> None:
        """Let an event of the invoice lifecycle happen that no operation stands for."""
        namespace = self.namespace
        bind = namespace.services["invoices"]

        def action(work: UnitOfWork) -> None:
            invoice = work.records(INVOICES).get(invoice_id)
            assert invoice is not None
            let_happen(bind(work), invoice, event, self.clock.now())

        namespace.transact(action, write=True)

    def token(self, group: str, merchant: str = HARBOR, **changes: Any) -> str:
        """A token that works for a day, or one with other claims: audience, permissions, scopes, more, lifetime."""
        lifetime = changes.pop("lifetime", timedelta(days=1))
        stated = {"audience": group, **GRANTS[group], **changes}
        return self.mint.mint(Grant(subject="tests", merchant_id=merchant, **stated), lifetime)

    def caller(self, group: str, merchant: str = HARBOR, **changes: Any) -> Caller:
        return Caller(self, BASE_PATHS[group], self.token(group, merchant, **changes))


@dataclass
class Caller:
    """Calls one group with one token. Paths are those below the group's base path."""

    mock: Mock
    base_path: str
    token: str | None

    def __call__(self, method: str, path: str, json: Any = None, **more: Any) -> Response:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        headers |= more.pop("headers", {})
        if json is not None:
            more["json"] = json
        return self.mock.client.request(method, self.base_path + path, headers=headers, **more)


class Invoices:
    """A merchant's invoices through the public API alone."""

    def __init__(self, mock: Mock, merchant: str | None = None) -> None:
        self.mock = mock
        self.merchant = merchant or new_merchant()
        self.call = mock.caller("invoices", self.merchant)
        self._events = itertools.count()

    def create(self, **body: Any) -> str:
        response = self.call("POST", "/invoices", {**BODY, **body})
        assert response.status_code == 200, response.text
        return str(response.json()["id"])

    def get(self, invoice_id: str) -> dict[str, Any]:
        response = self.call("GET", f"/invoices/{invoice_id}")
        assert response.status_code == 200, response.text
        found: dict[str, Any] = response.json()
        return found

    def in_status(self, status: str, **body: Any) -> str:
        """The id of a new invoice that public calls, and the clock where there is no other way, brought there."""
        invoice_id = self.create(**body)
        for step in _WAYS[status]:
            step(self, invoice_id)
        return invoice_id

    def act(self, operation: str, invoice_id: str) -> Response:
        """Ask for an operation of the lifecycle on an invoice with a request that is fine in itself."""
        return self.ask(operation, invoice_id, self.get_total(invoice_id))

    def ask(self, operation: str, invoice_id: str, total: Any = 1, **more: Any) -> Response:
        """The one call of it: a card pays `total`. `more`: members of the body that differ, or `headers`."""
        headers = more.pop("headers", {})
        method, path, json = ACTIONS[operation]
        body = None if json is None else {**json, **({"totalAmount": total} if "totalAmount" in json else {})}
        body = {**body, "id": invoice_id} if operation == "publishInvoice" and body is not None else body
        body = {**body, **more} if body is not None else body
        return self.call(method, path.format(id=invoice_id), body, headers=headers)

    def get_total(self, invoice_id: str) -> Any:
        found = self.call("GET", f"/invoices/{invoice_id}")
        return found.json()["totalAmount"] if found.status_code == 200 else 1


BODY: dict[str, Any] = {
    "dueDate": "2026-12-01T00:00:00Z",
    "lineItems": [{"name": "Rope, 10 m", "quantity": 3, "unitPrice": 19.99}],
    "customer": {
        "firstName": "Ada",
        "lastName": "Byron",
        "email": "ada@example.com",
        "mobileNumber": "+1 555 010 0199",
    },
}
CARD: dict[str, Any] = {
    "totalAmount": 0,
    "accountNumber": "4111111111111111",
    "expirationYear": 2030,
    "expirationMonth": 12,
    "securityCode": "123",
    "savePaymentMethod": False,
}
ACH: dict[str, Any] = {
    "routingNumber": "021000021",
    "accountNumber": "123456789",
    "accountType": 1,
    "accountHolderType": 2,
    "firstName": "Ada",
    "lastName": "Byron",
    "authorizeBankWithdrawal": True,
}
ACTIONS: dict[str, tuple[str, str, dict[str, Any] | None]] = {
    "updateInvoice": ("PUT", "/invoices/{id}", BODY),
    "deleteInvoice": ("DELETE", "/invoices/{id}", None),
    "publishInvoice": ("POST", "/invoices/publish", {}),
    "cancelInvoice": ("PUT", "/invoices/{id}/cancel", None),
    "markInvoiceAsPaid": ("PUT", "/invoices/{id}/mark-as-paid", {"paymentMethodTypeId": None}),
    "submitInvoice": ("POST", "/invoices/{id}/submit", CARD),
    "submitInvoiceAch": ("POST", "/invoices/{id}/ach/submit", ACH),
    "sendInvoiceSms": ("POST", "/invoices/{id}/send-published-sms-notification", {"customerConsent": True}),
    "downloadInvoicePdf": ("GET", "/invoices/{id}/download-pdf", None),
    "getInvoice": ("GET", "/invoices/{id}", None),
    "getInvoiceCalculations": ("GET", "/invoices/{id}/calculations", None),
}
"""Operation -> method, path, and a body that breaks no rule of its own."""


def _act(operation: str) -> Any:
    def step(invoices: Invoices, invoice_id: str) -> None:
        response = invoices.act(operation, invoice_id)
        assert response.status_code == 200, response.text

    return step


def _event(event: str) -> Any:
    """An event without an operation: through the service, in a unit of work of its own."""

    def step(invoices: Invoices, invoice_id: str) -> None:
        invoices.mock.let_happen(invoice_id, event)

    return step


_WAYS: dict[str, list[Any]] = {
    "Draft": [],
    "Published": [_act("publishInvoice")],
    "Paid": [_act("publishInvoice"), _act("markInvoiceAsPaid")],
    "Expired": [_act("publishInvoice"), _event("expire")],
    "Canceled": [_act("publishInvoice"), _act("cancelInvoice")],
    "ProcessingPayment": [_act("publishInvoice"), _act("submitInvoiceAch")],
    "Refunded": [_act("publishInvoice"), _act("markInvoiceAsPaid"), _event("refund")],
}
