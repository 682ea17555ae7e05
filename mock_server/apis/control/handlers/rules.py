"""The rules of all contracts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from mock_server.apis.control.services import Json, Services
from mock_server.core.errors import Refused
from mock_server.core.exchange import Request, Response
from mock_server.core.explanation import nearest, rule_value
from openapi.model import Contract, Rule

_FILTERS: dict[str, Callable[[Contract, Rule, Any], bool]] = {
    "group": lambda contract, rule, wanted: contract.name == wanted,
    "operation": lambda contract, rule, wanted: wanted in rule.applies_to,
    "provenance": lambda contract, rule, wanted: rule.provenance == wanted,
    "stage": lambda contract, rule, wanted: rule.stage == wanted,
    "status": lambda contract, rule, wanted: rule.status == wanted,
}
"""What each parameter of the query asks of a rule."""


def list_rules(services: Services, request: Request) -> Response:
    _check_names(services, request.query)
    found = [
        _group_rule(contract, rule)
        for contract, rule in _rules(services)
        if all(_FILTERS[name](contract, rule, wanted) for name, wanted in request.query.items())
    ]
    return Response.of({"rules": found})


def get_rule(services: Services, request: Request) -> Response:
    wanted = request.path["ruleId"]
    known = {rule.id: (contract, rule) for contract, rule in _rules(services)}
    if wanted not in known:
        raise Refused("CTL-RULE-ABSENT", absent("rule", wanted, known, "listRules"))
    return Response.of(_group_rule(*known[wanted]))


def absent(kind: str, wanted: str, known: Iterable[str], listed_by: str = "") -> str:
    """What to say of a name that nothing has: what is near, or else all there is, or who lists it."""
    near, names = nearest(wanted, known), ", ".join(known)
    told = f"near: {', '.join(near)}" if near else f"{listed_by} lists them" if listed_by else f"there are: {names}"
    return f"There is no {kind} {wanted}; {told}."


def _rules(services: Services) -> Iterator[tuple[Contract, Rule]]:
    for contract in services.contracts.values():
        for rule in contract.rules.values():
            yield contract, rule


def _group_rule(contract: Contract, rule: Rule) -> Json:
    return {"group": contract.name, **rule_value(rule)}


def _check_names(services: Services, asked: Json) -> None:
    """A misspelled name must not look like one without rules."""
    known = {
        "group": list(services.contracts),
        "operation": list(
            dict.fromkeys(each for contract in services.contracts.values() for each in _actions(contract))
        ),
    }
    for kind, names in known.items():
        if kind in asked and asked[kind] not in names:
            raise Refused("CTL-RULE-NAMES", absent(kind, asked[kind], names, "" if kind == "group" else "listRules"))


def _actions(contract: Contract) -> Iterator[str]:
    """Operations, and events that rules are on."""
    yield from contract.operations
    for rule in contract.rules.values():
        yield from rule.applies_to
