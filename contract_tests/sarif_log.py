"""The parts of a SARIF 2.1.0 log, as code scanning reads them; what is in them is the business of whoever reports."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from contract_tests.escaping import relative_uri, sarif_markdown, sarif_text
from contract_tests.waivers import Waiver

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
NAME = "contract-tests"


def log(run: Mapping[str, Any]) -> str:
    """A log of one run."""
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=1) + "\n"


def tool(rules: Sequence[Mapping[str, Any]], version: str) -> dict[str, Any]:
    return {"driver": {"name": NAME, "version": version, "semanticVersion": version, "rules": rules}}


def rule(name: str, says: str, help_text: str, properties: Mapping[str, Any], level: str = "error") -> dict[str, Any]:
    """A rule with its help, also as Markdown."""
    return {
        "id": name,
        "name": _pascal(name),
        "shortDescription": {"text": says},
        "fullDescription": {"text": says},
        "help": {"text": help_text, "markdown": sarif_markdown(help_text)},
        "defaultConfiguration": {"level": level},
        "properties": dict(properties),
    }


def message(text: str) -> dict[str, str]:
    return {"text": sarif_text(text)}


def location(file: str, line: int, name: str = "", kind: str = "function") -> dict[str, Any]:
    """A line of a file; `name`: what stands there, in the words of the contract."""
    where = {"artifactLocation": {"uri": relative_uri(file)}, "region": {"startLine": line}}
    return {"physicalLocation": where, **({"logicalLocations": [{"name": name, "kind": kind}]} if name else {})}


def suppression(waiver: Waiver) -> dict[str, str]:
    """What code scanning is told of something waived."""
    justification = f"{waiver.reason} ({waiver.owner}, until {waiver.until})"
    return {"kind": "external", "status": "accepted", "justification": justification}


def _pascal(name: str) -> str:
    words = "".join(each if each.isalnum() else " " for each in name).split()
    return "".join(each[:1].upper() + each[1:].lower() for each in words) or "Rule"
