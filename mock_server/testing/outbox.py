"""What has gone out of a test's namespace."""

from __future__ import annotations

from typing import Any

from mock_server.cli.control_client import ControlClient, below


class Outbox:
    """Messages to customers and events for webhooks. A message is an object as the control API shows it."""

    def __init__(self, client: ControlClient) -> None:
        self._client = client

    def find(self, **filters: Any) -> list[dict[str, Any]]:
        """The messages that fit, the latest first.

        `filters`: those of `listOutbox`, such as `kind="sms"`, `type="invoice.paid"`, `invoiceId=` or `state="failed"`.
        """
        query = {"limit": 1000, **filters}
        found: list[dict[str, Any]] = self._client.get("/outbox", query).json["messages"]
        return found

    def message(self, message_id: str) -> dict[str, Any]:
        """One message with every attempt to deliver it."""
        found: dict[str, Any] = self._client.get(below("outbox", message_id)).json
        return found

    def clear(self) -> None:
        """Forget all of it; nothing more of it is sent."""
        self._client.delete("/outbox")
