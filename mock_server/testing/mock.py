"""One test's mock: a namespace of a server that is running."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from mock_server.cli.control_client import ControlClient
from mock_server.core.control import ControlPlane, Making
from mock_server.core.namespace import HEADER, Namespace
from mock_server.testing.clock import Clock
from mock_server.testing.faults import Faults
from mock_server.testing.journal import Journal
from mock_server.testing.outbox import Outbox

if TYPE_CHECKING:  # tests may import this for their annotations, and a server takes a second
    from mock_server.live import LiveServer


class InvoiceMock:
    """A mock of a test's own: nobody else sees its records, its clock, its faults and its journal.

    `url`: an origin that leads here, whatever the client sends. `headers`: what leads here at the server's own origin.
    `client`: calls any operation of the control API.
    """

    def __init__(self, live: LiveServer, name: str, id_seed: str) -> None:
        """Make the namespace; the same `id_seed` gives the same ids."""
        self._live = live
        self.name = name
        self._plane.create(name, Making(id_seed=id_seed))
        self.url = live.open_port(name)
        self.headers = {HEADER: name}
        self.client = ControlClient(live.url, name)
        self.clock = Clock(self.client)
        self.faults = Faults(self.client)
        self.journal = Journal(self.client)
        self.outbox = Outbox(self.client)

    def close(self) -> None:
        """Forget the namespace; its origin leads nowhere any more."""
        self._live.close_port(self.url)
        self._plane.delete(self.name)

    # Tokens

    def token(
        self,
        group: str = "invoices",
        *,
        client: str | None = None,
        merchant: str | None = None,
        lifetime: timedelta = timedelta(days=1),
        permissions: Sequence[str] | None = None,
        scopes: Sequence[str] | None = None,
        **claims: Any,
    ) -> str:
        """A token that works here, or one that fails in the way a test needs.

        `group`: "invoices" or "invoice-uploads". `client`, `merchant`: of the fixtures; the group's first by default.
        `lifetime`: on the mock's clock; a negative one makes an expired token. `claims`: others in the place of the
        usual ones; `None` leaves one out.
        """
        from mock_server.testing.tokens import Wish, minted

        wish = Wish(group, client, merchant, lifetime, permissions, scopes, claims)
        return minted(self._live, self._namespace, wish)

    def bearer(self, group: str = "invoices", **changes: Any) -> dict[str, str]:
        """The header with such a token: `{"Authorization": "Bearer ..."}`."""
        return {"Authorization": f"Bearer {self.token(group, **changes)}"}

    # State

    def reset(self) -> None:
        """Put everything back to what it was when the test began."""
        self._plane.reset(self._namespace)

    def snapshot(self, name: str) -> None:
        """Keep all there is under a name; a snapshot that has it already is replaced."""
        self._plane.save(self._namespace, name, may_replace=True)

    def restore(self, name: str) -> None:
        """Put everything back to a snapshot. Raises `Refused`: there is none of that name."""
        self._plane.restore(self._namespace, name)

    def place_invoice(
        self, status: str = "Draft", *, merchant: str | None = None, invoice: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """A new invoice in any status: `id`, `merchantId`, `status`, `number`, `totalAmount`.

        `invoice`: the body it is created with, as `createInvoice` takes it; one line of 100 where nothing is said.
        """
        return self._made("/invoices", status=status, merchantId=merchant, invoice=invoice)

    def let_happen(self, event: str, invoice_id: str) -> dict[str, Any]:
        """Let something happen to an invoice that no operation stands for: "settle", "refund", "expire"."""
        return self._made(f"/invoices/{invoice_id}/events", event=event)

    def make_payment_request(
        self,
        *,
        merchant: str | None = None,
        description: str | None = None,
        id: str | None = None,  # noqa: A002
    ) -> dict[str, Any]:
        """A new payment request, which no operation makes: `id`, `merchantId`, `description`."""
        return self._made("/payment-requests", id=id, merchantId=merchant, description=description)

    # Steps

    @property
    def _plane(self) -> ControlPlane:
        return self._live.server.namespaces

    @property
    def _namespace(self) -> Namespace:
        return self._live.server.namespaces.get(self.name)

    def _made(self, path: str, **stated: Any) -> dict[str, Any]:
        body = {name: value for name, value in stated.items() if value is not None}
        made: dict[str, Any] = self.client.post(path, body).json
        return made
