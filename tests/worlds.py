"""A namespace of a test's own on a mock that others use too, and what goes wrong there."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

from httpx2 import Response

from mock_server.core.namespace import CLAIM, HEADER
from tests.mock import HARBOR, Caller, Invoices, Mock


def new_name() -> str:
    """A namespace nobody else uses."""
    return f"test-{uuid.uuid4().hex[:12]}"


@dataclass(frozen=True)
class World:
    """Calls for one namespace: the tokens name it, and so do calls of the control API."""

    mock: Mock
    name: str = field(default_factory=new_name)

    def caller(self, group: str, merchant: str = HARBOR, **changes: Any) -> Caller:
        return self.mock.caller(group, merchant, more={CLAIM: self.name}, **changes)

    def invoices(self) -> Invoices:
        """A new merchant's invoices in this namespace."""
        invoices = Invoices(self.mock)
        invoices.call = self.caller("invoices", invoices.merchant)
        return invoices

    def control(self, method: str, path: str, json: Any = None) -> Response:
        headers = {"host": "localhost", HEADER: self.name}
        return self.mock.client.request(method, f"/_mock{path}", json=json, headers=headers)

    def fault(self, **stated: Any) -> str:
        """The id of a new fault."""
        response = self.control("POST", "/faults", stated)
        assert response.status_code == 201, response.text
        return str(response.json()["id"])

    def counts(self, fault_id: str) -> tuple[int, int]:
        """How many calls the fault matched, and to how many it did something."""
        report = self.control("GET", f"/faults/{fault_id}").json()
        return report["matched"], report["applied"]
