"""One line of JSON per request on standard error, without anything that could be a secret."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode

from mock_server.http.context import Exchange, Scope
from mock_server.http.recording import CLIENT_LEFT

SHOWN_QUERY = frozenset({"status", "page", "pageSize", "orderBy", "asc", "X-Amz-Expires", "X-Amz-Date"})
"""Query parameters whose values are worth reading and hold no secret; every other value is shown as `*`."""


class StructuredAccessLog:
    """Writes through structlog. Bodies, tokens, signatures and searched texts never reach the log."""

    def __init__(self, logger: Any) -> None:
        self._logger = logger

    def note(self, scope: Scope, exchange: Exchange) -> None:
        facts: dict[str, Any] = {
            "method": scope["method"],
            "path": scope["path"],
            "query": redacted_query(scope["query_string"]),
            "status": CLIENT_LEFT if exchange.status is None else exchange.status,
            "ms": round(exchange.seconds * 1000, 1),
            "request_id": exchange.request_id,
            "operation": exchange.operation_id,
            "merchant": exchange.caller.merchant_id if exchange.caller else None,
            "rule": exchange.rule,
        }
        self._logger.info("request", **{name: value for name, value in facts.items() if value not in (None, "")})


class Silence:
    """No access log."""

    def note(self, scope: Scope, exchange: Exchange) -> None:
        """Forget it."""


def redacted_query(raw_query: bytes) -> str:
    """The query string with the values of all but a few known parameters replaced by `*`."""
    if not raw_query:
        return ""
    pairs = parse_qsl(raw_query.decode("latin-1"), keep_blank_values=True)
    return urlencode([(name, value if name in SHOWN_QUERY else "*") for name, value in pairs], safe="*")
