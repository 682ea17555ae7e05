"""The explanation of one exchange, as a JSON value."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mock_server.core.coverage_report import arrival
from mock_server.core.explanation.asked import found_at
from mock_server.core.explanation.near import near_operations
from mock_server.core.explanation.sentences import summary
from mock_server.core.explanation.stages import Passage
from mock_server.core.instants import to_text
from mock_server.core.journal.entry import Exchanged
from mock_server.core.trace import CellUse
from openapi.model import ABSENT, Contract, Lifecycle, Operation, Rule


def explain(exchange: Exchanged, contracts: Mapping[str, Contract]) -> dict[str, Any]:
    """What was asked, how far it got, what refused it and why, and what would have been possible instead.

    `contracts`: all of them, by name; an exchange that belongs to none is explained by what is near its path.
    """
    refusing = refusing_rules(exchange, contracts)
    contract = _contract(exchange, contracts, refusing)
    operation = contract.operations.get(exchange.operation_id or "") if contract else None
    passage = Passage(exchange, contract, operation, refusing) if contract else None
    explanation = {
        "requestId": exchange.id,
        "namespace": exchange.namespace,
        "at": to_text(exchange.at),
        "asked": _asked(exchange),
        "group": contract.name if contract else None,
        "operation": _operation(contract, operation) if contract and operation else None,
        "status": exchange.status,
        "steered": exchange.steered,
        "message": exchange.refused.message if exchange.refused else "",
        "stages": passage.stages() if passage else [],
        "refusals": [rule_value(each) for each in refusing],
        "violations": _violations(exchange, contract, operation),
        "cells": [_cell(each, exchange.status, contracts) for each in exchange.cells],
        "near": near_operations(exchange.method, exchange.path, contracts) if _is_lost(passage, exchange) else [],
    }
    return {"summary": summary(explanation), **explanation}


def _is_lost(passage: Passage | None, exchange: Exchanged) -> bool:
    """Whether nobody answers for the path and method."""
    if passage is None:
        return exchange.status >= 400
    return any(each.stage == "routing" for each in passage.refusing)


def refusing_rules(exchange: Exchanged, contracts: Mapping[str, Contract]) -> list[Rule]:
    """The rules that refused an exchange, the first one first. The journal names rules of successful ones, too."""
    rules = {rule.id: rule for contract in contracts.values() for rule in contract.rules.values()}
    named = [rules[each] for each in exchange.rules if each in rules]
    return [each for each in named if each.refuses and (exchange.refused or each.status == exchange.status)]


def rule_value(rule: Rule) -> dict[str, Any]:
    """A rule with all that is known of it."""
    return {
        "rule": rule.id,
        "says": rule.says,
        "stage": rule.stage,
        "status": rule.status,
        "refuses": rule.refuses,
        "provenance": str(rule.provenance),
        "source": rule.source,
        "operations": list(rule.applies_to),
        "limits": dict(rule.limits),
    }


def possible(lifecycle: Lifecycle, state: str) -> list[dict[str, Any]]:
    """What may happen to a record in a state, and where it leads."""
    return [
        {"action": each.action, "isEvent": each.is_event, "targets": list(each.targets)}
        for each in lifecycle.transitions
        if each.source == state
    ]


def _contract(exchange: Exchanged, contracts: Mapping[str, Contract], refusing: Sequence[Rule]) -> Contract | None:
    """That of the group that was asked. The bucket belongs to a group's contract by its rules and lifecycle; where the
    mock refused before it knew the group, the rule tells.
    """
    known: list[Callable[[Contract], bool]] = [
        lambda each: each.name == exchange.group,
        lambda each: bool(refusing) and refusing[0].id in each.rules,
        lambda each: any(cell.lifecycle in each.lifecycles for cell in exchange.cells),
    ]
    return next((each for fits in known for each in contracts.values() if fits(each)), None)


def _asked(exchange: Exchanged) -> dict[str, Any]:
    caller = exchange.caller
    return {
        "method": exchange.method,
        "path": exchange.path,
        "query": exchange.query,
        "caller": {"subject": caller.subject, "merchantId": caller.merchant_id, "grants": sorted(caller.grants)}
        if caller
        else None,
    }


def _operation(contract: Contract, operation: Operation) -> dict[str, Any]:
    return {
        "operation": operation.id,
        "summary": operation.summary,
        "method": operation.method,
        "path": contract.base_path + operation.path,
        "rules": [each.id for each in contract.rules_for(operation.id)],
    }


def _violations(exchange: Exchanged, contract: Contract | None, operation: Operation | None) -> list[dict[str, Any]]:
    if exchange.refused is None or contract is None:
        return []
    return [
        {
            "rule": each.rule or exchange.refused.rule,
            "where": each.where,
            "pointer": each.pointer,
            "message": each.message,
            "expected": each.expected,
            **(found_at(each, exchange, contract, operation) if operation else {"found": "unknown"}),
        }
        for each in exchange.refused.violations
    ]


def _cell(use: CellUse, status: int, contracts: Mapping[str, Contract]) -> dict[str, Any]:
    lifecycle, contract = next(
        (contract.lifecycles[use.lifecycle], contract)
        for contract in contracts.values()
        if use.lifecycle in contract.lifecycles
    )
    cell = next((each for each in lifecycle.transitions if (each.action, each.source) == (use.action, use.state)), None)
    entry = cell if cell or use.state == ABSENT else lifecycle.cell(use.action, use.state)
    is_kept = use.is_allowed and status < 400
    target = arrival(use.state, use.target, cell.targets) if cell and is_kept else None
    return {
        "lifecycle": use.lifecycle,
        "record": use.record_id,
        "action": use.action,
        "state": use.state,
        "isAllowed": use.is_allowed,
        "target": target,
        "rule": entry.rule if entry and entry.rule in contract.rules else None,
        "possible": possible(lifecycle, use.state),
    }
