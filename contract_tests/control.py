"""The control API of a mock, as far as an examiner needs it: states and times that public calls can't reach."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from contract_tests.decimals import dumps
from contract_tests.errors import TargetUnreachable
from contract_tests.exchange import Exchange
from contract_tests.transport import Transport

HEADER = "X-Mock-Namespace"
BASE_PATH = "/_mock"
SEED = "demo"
"""Of the fixtures: which processors, customers and contact infos there are."""


class Control:
    """Works in a namespace of the run's own, so that a mock may be shared."""

    def __init__(self, transport: Transport, namespace: str | None = None) -> None:
        self._transport = transport
        self.namespace = namespace or f"examined-{secrets.token_hex(6)}"

    @property
    def headers(self) -> dict[str, str]:
        """What every call to the mock carries, so that it stays in the namespace."""
        return {HEADER: self.namespace}

    def begin(self, id_seed: str | None = None) -> None:
        """Make the namespace, with the demo seed of the fixtures and a clock that runs."""
        body = {"name": self.namespace, "seed": SEED, **({"idSeed": id_seed} if id_seed else {})}
        self._call("POST", "/namespaces", body)

    def end(self) -> None:
        """Forget the namespace."""
        self._call("DELETE", f"/namespaces/{self.namespace}")

    def place_invoice(self, status: str, merchant_id: str, invoice: Mapping[str, Any] | None = None) -> str:
        """Make an invoice in a status; returns its id."""
        body = {"status": status, "merchantId": merchant_id, **({"invoice": invoice} if invoice else {})}
        return str(self._call("POST", "/invoices", body).json["id"])

    def let_happen(self, invoice_id: str, event: str) -> None:
        """Let an event happen to an invoice."""
        self._call("POST", f"/invoices/{invoice_id}/events", {"event": event})

    def try_event(self, invoice_id: str, event: str) -> Exchange:
        """Ask for an event that the lifecycle may refuse."""
        return self._asked("POST", f"/invoices/{invoice_id}/events", {"event": event})

    def make_payment_request(self, merchant_id: str) -> str:
        """Make a payment request; returns its id."""
        return str(self._call("POST", "/payment-requests", {"merchantId": merchant_id}).json["id"])

    def advance(self, duration: str) -> None:
        """Move the namespace's clock forward by an ISO 8601 duration."""
        self._call("PUT", "/clock", {"advance": duration})

    def _call(self, method: str, path: str, body: Any = None) -> Exchange:
        answer = self._asked(method, path, body)
        if not answer.is_success:
            told = answer.json.get("detail") if isinstance(answer.json, dict) else f"status {answer.status}"
            raise TargetUnreachable(f"the mock's control API refused {method} {path}: {told}")
        return answer

    def _asked(self, method: str, path: str, body: Any = None) -> Exchange:
        target = self._transport.target
        is_inside = not path.startswith("/namespaces")  # a namespace that is named is made, also to be deleted
        headers = {**(self.headers if is_inside else {}), "content-type": "application/json"}
        if target.admin_token:
            headers["authorization"] = f"Bearer {target.admin_token}"
        url = target.mock_origin + BASE_PATH + path
        content = dumps(body).encode() if body is not None else b""
        return self._transport.send(method, url, headers=headers, body=content)
