"""Where in the contracts a rule or an operation stands: file and line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from contract_tests.answers import KIND
from openapi import Contract, contract_file
from openapi.documents import Document, read_document


@dataclass(frozen=True)
class Place:
    """`file`: from the root of the repository."""

    file: str
    line: int


def place_of(finding: Mapping[str, Any], contracts: Mapping[str, Contract]) -> Place | None:
    """Where the rule of a finding stands, or the operation whose schema was not kept."""
    rule = str(finding.get("rule", ""))
    for contract in contracts.values():
        if rule in contract.rules:
            return _place(contract.name, contract.rules[rule].pointer)
    operation_id = rule.split(":")[1] if rule.startswith(KIND + ":") else str(finding.get("operation", ""))
    return operation_place(operation_id, contracts)


def operation_place(operation_id: str, contracts: Mapping[str, Contract]) -> Place | None:
    """Where an operation stands."""
    for contract in contracts.values():
        if operation_id in contract.operations:
            return _place(contract.name, contract.operations[operation_id].pointer)
    return None


def rule_place(rule_id: str, contracts: Mapping[str, Contract]) -> Place | None:
    """Where a rule stands."""
    return place_of({"rule": rule_id}, contracts)


@lru_cache(maxsize=1024)
def _place(name: str, pointer: str) -> Place:
    return Place(f"openapi/{name}.yaml", _document(name).line(pointer))


@lru_cache(maxsize=8)
def _document(name: str) -> Document:
    return read_document(contract_file(name))
