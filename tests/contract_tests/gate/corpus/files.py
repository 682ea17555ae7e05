"""Contracts in more than one file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tests.contract_tests.gate.corpus.references import with_references

Json = Any
SCHEMAS = "#/components/schemas/"
SHARED = "shared.json"


def in_two_files(document: Mapping[str, Json], name: str) -> dict[str, str]:
    """The same contract with its component schemas in a file beside it, which is no contract itself."""
    document = dict(document)
    components = dict(document.get("components", {}))
    schemas = components.pop("schemas", {})
    apart = with_references({**document, "components": components}, _from_outside)
    shared = with_references({"schemas": schemas}, _from_inside)
    return {name: json.dumps(apart), SHARED: json.dumps(shared)}


def _from_outside(reference: str) -> str:
    return reference.replace(SCHEMAS, f"{SHARED}#/schemas/") if reference.startswith(SCHEMAS) else reference


def _from_inside(reference: str) -> str:
    return reference.replace(SCHEMAS, "#/schemas/") if reference.startswith(SCHEMAS) else reference
