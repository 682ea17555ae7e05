"""What stood in a journalled request where a violation was found. Secrets are not in the journal, so not here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote

from mock_server.core.errors import Violation
from mock_server.core.journal.entry import Exchanged
from openapi.documents import pointer_parts
from openapi.model import Contract, Operation, template_pattern

LONGEST = 1000
"""As JSON; of longer values the beginning is shown."""
VALUE, ABSENT, UNKNOWN = "value", "absent", "unknown"


class _Missing(Exception):
    """There is nothing at the pointer."""


class _Unreadable(Exception):
    """Nobody can tell: the journal has the part in question only in parts, or it never was what it should be."""


def found_at(violation: Violation, exchange: Exchanged, contract: Contract, operation: Operation) -> dict[str, Any]:
    """`found`: value, absent or unknown; with the value as `actual` where there is one."""
    try:
        part = _PARTS[violation.where](exchange, contract, operation)
        return {"found": VALUE, "actual": _shown(_resolved(part, violation))}
    except _Missing:
        return {"found": ABSENT}
    except _Unreadable:
        return {"found": UNKNOWN}


def _body(exchange: Exchanged, contract: Contract, operation: Operation) -> Any:
    if exchange.request.is_cut:
        raise _Unreadable
    if not exchange.request.body:
        raise _Missing
    try:
        return json.loads(exchange.request.body)
    except (ValueError, RecursionError) as error:
        raise _Unreadable from error


def _query(exchange: Exchanged, contract: Contract, operation: Operation) -> dict[str, Any]:
    """One that was given more than once has all its values."""
    values: dict[str, list[str]] = {}
    for name, value in parse_qsl(exchange.query, keep_blank_values=True):
        values.setdefault(name, []).append(value)
    return {name: given[0] if len(given) == 1 else given for name, given in values.items()}


def _path(exchange: Exchanged, contract: Contract, operation: Operation) -> dict[str, str]:
    path = exchange.path.removeprefix(contract.base_path)
    if not template_pattern(operation.path).fullmatch(path):
        raise _Unreadable
    pairs = zip(operation.path.split("/"), path.split("/"), strict=False)
    return {name[1:-1]: unquote(value) for name, value in pairs if name.startswith("{")}


def _header(exchange: Exchanged, contract: Contract, operation: Operation) -> dict[str, str]:
    return dict(reversed(exchange.request.headers))


_PARTS = {"body": _body, "query": _query, "path": _path, "header": _header}


def _resolved(value: Any, violation: Violation) -> Any:
    for part in pointer_parts(violation.pointer):
        if isinstance(value, Mapping) and _key(part, violation) in value:
            value = value[_key(part, violation)]
        elif isinstance(value, list) and part.isdecimal() and int(part) < len(value):
            value = value[int(part)]
        else:
            raise _Missing
    return value


def _key(part: str, violation: Violation) -> str:
    return part.lower() if violation.where == "header" else part


def _shown(value: Any) -> Any:
    text = json.dumps(value, ensure_ascii=False)
    return value if len(text) <= LONGEST else f"{text[:LONGEST]}…"
