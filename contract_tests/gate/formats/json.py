"""For programs: one JSON document whose shape stands in `report.schema.json` beside this file.

`schema` is its version: it is raised when a member goes or means something else; members may be added without.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from contract_tests.gate.report import RANKS, Item, Report
from contract_tests.gate.telling import plain

FILE = "report.json"
SCHEMA_VERSION = 1
_MEMBERS = ("part", "kind", "severity", "standing", "fingerprint", "says", "operation", "subject", "direction")
_MORE = ("means", "hint", "provenance")


def render(report: Report) -> str:
    document = {
        "schema": SCHEMA_VERSION,
        "command": report.command,
        "title": report.title,
        "verdict": report.verdict,
        "failed": bool(report.failed),
        "summary": {"failed": len(report.failed), **{name: report.counts[name] for name in RANKS}},
        "items": [_item(each) for each in report.items],
        "versions": [asdict(each) for each in report.versions],
        "notes": list(report.notes),
        "changelog": report.changelog,
    }
    return json.dumps(plain(document), indent=1) + "\n"


def _item(item: Item) -> dict[str, Any]:
    parts = {name: getattr(item, name) for name in ("old", "new", "near", "witness", "waiver")}
    return {
        **{name: str(getattr(item, name)) for name in (*_MEMBERS, *_MORE)},
        **{name: asdict(part) if part else None for name, part in parts.items()},
    }
