"""What a test's namespace was asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mock_server.cli.control_client import ControlClient, below


class Journal:
    """Finds exchanges, and asserts that there were some. An exchange is an object as the control API shows it.

    A matcher is one as `verifyJournal` takes it: `operation="submitInvoice", status=200, body={"totalAmount": 240}`.
    Secrets are not in the journal: match `****1111`.
    """

    def __init__(self, client: ControlClient) -> None:
        self._client = client

    def find(self, **filters: Any) -> list[dict[str, Any]]:
        """The exchanges that fit, newest last, without headers and bodies.

        `filters`: those of `listJournal`, such as `operation="createInvoice"`, `status="4xx"`, `rule="INV-NOT-FOUND"`.
        """
        found: list[dict[str, Any]] = self._client.get("/journal", {"limit": 1000, **filters}).json["exchanges"]
        return found

    def exchange(self, request_id: str) -> dict[str, Any]:
        """One exchange with headers and bodies. `request_id`: answers say it in `X-Request-Id`."""
        found: dict[str, Any] = self._client.get(below("journal", request_id)).json
        return found

    def assert_asked(
        self,
        exactly: int | None = None,
        *,
        at_least: int | None = None,
        at_most: int | None = None,
        **matcher: Any,
    ) -> list[str]:
        """Assert that exchanges fit, once at least where nothing else is said; returns their ids.

        Raises:
            AssertionError: they don't; it says what came nearest and how that differs.
        """
        __tracebackhide__ = True
        times = {"exactly": exactly, "atLeast": at_least, "atMost": at_most}
        stated = {name: value for name, value in times.items() if value is not None}
        return self._verified({"match": matcher, **({"times": stated} if stated else {})})

    def assert_never_asked(self, **matcher: Any) -> None:
        """Assert that no exchange fits. Raises `AssertionError`."""
        __tracebackhide__ = True
        self.assert_asked(exactly=0, **matcher)

    def assert_sequence(self, *matchers: Mapping[str, Any], strict: bool = False) -> list[str]:
        """Assert that exchanges fit one after the other; returns their ids. `strict`: no others are between them.

        Raises:
            AssertionError: they don't; it says which step is missing and what came nearest.
        """
        __tracebackhide__ = True
        return self._verified({"sequence": list(matchers), "strict": strict})

    def clear(self) -> None:
        """Forget all exchanges."""
        self._client.delete("/journal")

    def told(self, most: int) -> str:
        """The latest exchanges for people, a line each; one that was refused with its rules."""
        shown = self._client.get("/journal", {"limit": most}).json["exchanges"]
        return "\n".join(_line(each) for each in shown) or "nothing"

    def _verified(self, asked: Mapping[str, Any]) -> list[str]:
        __tracebackhide__ = True
        verdict = self._client.post("/journal/verify", asked).json
        if not verdict["verified"]:
            raise AssertionError(verdict["message"])
        matched: list[str] = verdict["matched"]
        return matched


def _line(exchange: Mapping[str, Any]) -> str:
    query = f"?{exchange['query']}" if exchange["query"] else ""
    return " ".join([exchange["method"], exchange["path"] + query, str(exchange["status"]), *exchange["rules"]])
