"""What is to go wrong in a test's namespace."""

from __future__ import annotations

from typing import Any

from mock_server.cli.control_client import ControlClient, below


class Faults:
    """Makes calls fail. A fault is said as the control API's `createFault` takes it."""

    def __init__(self, client: ControlClient) -> None:
        self._client = client

    def add(self, operations: str | list[str] | None = None, **fault: Any) -> str:
        """Let calls go wrong; returns the fault's id.

        `operations`: the operation ids it is about, `*` as a wildcard; all where nothing is said. `fault`: what goes
        wrong, and how often, as in `add("getInvoice", status=503, times=2)` or `add(reset=True)`.
        """
        match = {**fault.pop("match", {}), **({"operations": operations} if operations is not None else {})}
        found: str = self._client.post("/faults", {**({"match": match} if match else {}), **fault}).json["id"]
        return found

    def list(self) -> list[dict[str, Any]]:
        """All faults, each with what has become of it: `matched`, `applied`, `exhausted`."""
        found: list[dict[str, Any]] = self._client.get("/faults").json["faults"]
        return found

    def remove(self, fault_id: str) -> None:
        """Forget one of them."""
        self._client.delete(below("faults", fault_id))

    def clear(self) -> None:
        """Let nothing go wrong any more."""
        self._client.delete("/faults")
