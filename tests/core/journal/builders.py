"""Exchanges as the tests of the journal observe them."""

from __future__ import annotations

import itertools
import json
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from mock_server.core.exchange import Caller
from mock_server.core.journal.entry import Exchanged
from mock_server.core.journal.exports import EXPORTS
from mock_server.core.journal.redaction import Observed, ObservedExchange, Redactor
from mock_server.core.trace import Trace
from openapi import contract_file, contract_names, read_contract

AT = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
_count = itertools.count(1)


@cache
def redactor() -> Redactor:
    return Redactor([read_contract(contract_file(name)) for name in contract_names()])


def headers(*pairs: tuple[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in pairs]


def message(body: Any = b"", media_type: str = JSON, *more: tuple[str, str]) -> Observed:
    """A message with a body: bytes as they are, anything else as JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Observed(headers(("content-type", media_type), *more), [content], len(content))


def observed(**changes: Any) -> ObservedExchange:
    number = next(_count)
    plain: dict[str, Any] = {
        "id": f"00000000-0000-4000-8000-{number:012x}",
        "at": AT + timedelta(seconds=number),
        "seconds": 0.0125,
        "namespace": "default",
        "method": "POST",
        "path": "/pay-int-api/invoices",
        "query": "",
        "scheme": "http",
        "host": "mock.test",
        "status": 200,
        "group": "invoices",
        "operation_id": "createInvoice",
        "caller": Caller("tests", "6ebdfc37-cbfa-40c9-8955-a7e6bd7a3816"),
        "request": Observed(),
        "response": Observed(),
        "trace": Trace(),
    }
    return ObservedExchange(**{**plain, **changes})


def entry(**changes: Any) -> Exchanged:
    """The entry the redactor makes of an exchange."""
    return redactor().entry(observed(**changes))


def everything(of: Exchanged) -> str:
    """All that can be read of an entry: itself, and each of its exports."""
    exported = [b"".join(export.write([of], "1.0.0")) for export in EXPORTS.values()]
    return "\n".join([repr(of), *(each.decode() for each in exported)])
