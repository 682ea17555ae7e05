"""Witnesses: concrete messages that one contract allows and the other refuses."""

from __future__ import annotations

from typing import Any

from contract_tests.gate.change import Direction, Witness
from contract_tests.gate.comparing.found import Proof
from contract_tests.gate.messages.message import NOTHING, Aim, Party
from contract_tests.gate.messages.requests import Requests
from contract_tests.gate.messages.responses import Responses
from contract_tests.gate.pairing import OperationPair
from contract_tests.gate.parts.operation import Operation
from contract_tests.gate.parts.responding import DEFAULT, answers_of
from contract_tests.gate.parts.securing import Alternative
from contract_tests.gate.parts.values import NoValue

_LIKELY = {"1": 100, "2": 200, "3": 302, "4": 400, "5": 500, DEFAULT[0]: 500}
"""The status that is tried first for a range, or for any."""


def request_proof(
    operation: OperationPair, direction: Direction, location: str = "", name: str = "", value: Any = NOTHING
) -> Proof:
    """Proves with a request that has a value somewhere, or no more than it must have."""
    parties = Requests(operation.old, direction), Requests(operation.new, direction)
    return lambda: witness(*parties, direction, Aim(location, name, value))


def response_proof(
    operation: OperationPair,
    direction: Direction,
    status: str,
    location: str = "",
    name: str = "",
    value: Any = NOTHING,
) -> Proof:
    """Proves with a response of a status (or one of a range, or any that is not named) in the same way."""

    def proof() -> Witness | None:
        number = _number(status, operation)
        parties = Responses(operation.old, direction, number), Responses(operation.new, direction, number)
        return witness(*parties, direction, Aim(location, name, value))

    return proof


def security_proof(operation: OperationPair, admitted_by: Alternative) -> Proof:
    """Proves with a request that comes with certain credentials, by their names in the old contract."""
    parties = Requests(operation.old, operation.request), Requests(operation.new, operation.request)
    return lambda: witness(*parties, operation.request, Aim(admitted_by=admitted_by))


def witness(old: Party, new: Party, direction: Direction, aim: Aim) -> Witness | None:
    """A message that was fine and is not any more, or that could not come and now can; checked against both."""
    allowing, refusing = (old, new) if direction is Direction.REQUEST else (new, old)
    try:
        message = allowing.make(aim)
    except NoValue:
        return None
    fails = next(refusing.against(message), None)
    if fails is None or next(allowing.against(message), None) is not None:
        return None
    return Witness(direction, allowing.shown(message), fails)


def _number(status: str, operation: OperationPair) -> int:
    """A status that is meant: itself, or one that has no words of its own in either contract."""
    if status.isdigit():
        return int(status)
    named = _statuses(operation.old) | _statuses(operation.new)
    likely = _LIKELY[status[0]]
    candidates = [likely, *range(likely // 100 * 100, likely // 100 * 100 + 100), *range(200, 600)]
    found: int = next(each for each in candidates if not _names(named, str(each), status))
    return found


def _statuses(operation: Operation) -> frozenset[str]:
    return frozenset(answers_of(operation.node))


def _names(named: frozenset[str], number: str, status: str) -> bool:
    """Whether a contract has words for a number that are more precise than those for what is asked about."""
    return number in named or (status == DEFAULT and f"{number[0]}XX" in named)
