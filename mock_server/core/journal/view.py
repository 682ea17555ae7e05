"""Entries as JSON values: a line of the list, and the whole exchange."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

from mock_server.core.errors import Refused
from mock_server.core.instants import to_text
from mock_server.core.journal.contents import ABSENT, json_value, media_type, text_of
from mock_server.core.journal.entry import Exchanged, Message
from mock_server.core.trace import CellUse

MOST_DEPTH = 100
MOST_NUMBER = 2**63
_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")


def summary(entry: Exchanged) -> dict[str, Any]:
    """The entry without headers and bodies."""
    return {
        "id": entry.id,
        "at": to_text(entry.at),
        "milliseconds": round(entry.seconds * 1000, 3),
        "group": entry.group,
        "operation": entry.operation_id,
        "merchantId": entry.caller.merchant_id if entry.caller else None,
        "method": entry.method,
        "path": entry.path,
        "query": entry.query,
        "status": entry.status,
        "rules": list(entry.rules),
        "steered": entry.steered,
    }


def whole(entry: Exchanged) -> dict[str, Any]:
    """Everything there is to know of the entry."""
    return {
        **summary(entry),
        "namespace": entry.namespace,
        "url": entry.url,
        "subject": entry.caller.subject if entry.caller else None,
        "request": message(entry.request),
        "response": message(entry.response),
        "refused": _refused(entry.refused) if entry.refused else None,
        "cells": [_cell(each) for each in entry.cells],
    }


def message(of: Message) -> dict[str, Any]:
    """`json` where the body is JSON, `text` where it is another text; neither where nothing of it was kept."""
    return {
        "headers": [{"name": name, "value": value} for name, value in of.headers],
        "sizeBytes": of.size_bytes,
        "isCut": of.is_cut,
        **_body(of),
    }


def as_line(value: Any) -> bytes:
    """A JSON value on a line of its own."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace") + b"\n"


def _body(of: Message) -> dict[str, Any]:
    text = text_of(of) if of.body else None
    if text is None:
        return {}
    value = json_value(text, float) if media_type(of).endswith("json") else ABSENT
    return {"json": value} if value is not ABSENT and is_plain(value) else {"text": text}


def is_plain(value: Any, depth: int = 0) -> bool:
    """Whether any writer of JSON takes the value, and any reader gets it back."""
    if isinstance(value, str):
        return not _LONE_SURROGATE.search(value)
    if isinstance(value, dict):
        members = [*value, *value.values()]
        return depth < MOST_DEPTH and all(is_plain(each, depth + 1) for each in members)
    if isinstance(value, list):
        return depth < MOST_DEPTH and all(is_plain(each, depth + 1) for each in value)
    return -MOST_NUMBER < value < MOST_NUMBER if isinstance(value, int | float | Decimal) else value is None


def _refused(refused: Refused) -> dict[str, Any]:
    return {
        "rule": refused.rule,
        "message": refused.message,
        "violations": [
            {"message": each.message, "where": each.where, "pointer": each.pointer} for each in refused.violations
        ],
    }


def _cell(cell: CellUse) -> dict[str, Any]:
    return {
        "lifecycle": cell.lifecycle,
        "action": cell.action,
        "state": cell.state,
        "recordId": cell.record_id,
        "isAllowed": cell.is_allowed,
        "target": cell.target,
    }
