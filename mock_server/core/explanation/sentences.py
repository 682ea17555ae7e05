"""An explanation in a sentence or two."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mock_server.core.explanation.stages import LEFT
from openapi.model import ABSENT

Explanation = Mapping[str, Any]


def summary(explanation: Explanation) -> str:
    """What happened, for people; the first kind of ending that fits tells it."""
    ending = next(tell for fits, tell in _ENDINGS if fits(explanation))
    return " ".join(each for each in (ending(explanation), _steered(explanation), _near(explanation)) if each)


def movement(cell: Mapping[str, Any]) -> str:
    """What became of a record."""
    record = f"the {cell['lifecycle']} {cell['record']}"
    if cell["target"] == ABSENT:
        return f"{record} was {cell['state']} and is gone"
    if cell["state"] == ABSENT:
        return f"{record} came into being as {cell['target']}"
    if cell["target"] == cell["state"]:
        return f"{record} stayed {cell['state']}"
    return f"{record} went from {cell['state']} to {cell['target']}"


def name_of(explanation: Explanation) -> str:
    """The operation, or what was asked where there is none."""
    operation = explanation["operation"]
    asked = explanation["asked"]
    return str(operation["operation"]) if operation else f"{asked['method']} {asked['path']}"


def _left(explanation: Explanation) -> str:
    return f"The client left before there was an answer to {name_of(explanation)}."


def _refused(explanation: Explanation) -> str:
    rules = explanation["refusals"]
    named = " and ".join(each["rule"] for each in rules)
    told = (
        f"{name_of(explanation)} was refused with {explanation['status']} by {named} in the stage {rules[0]['stage']}"
    )
    reason = explanation["message"] or f"{rules[0]['says']}; that is not so here"
    return f"{told}: {reason}{'' if reason.endswith('.') else '.'}"


def _moved(explanation: Explanation) -> str:
    moves = [movement(each) for each in explanation["cells"] if each["target"] is not None]
    return f"{_answered(explanation)[:-1]}; {', then '.join(dict.fromkeys(moves))}."


def _answered(explanation: Explanation) -> str:
    return f"{name_of(explanation)} was answered with {explanation['status']}."


def _steered(explanation: Explanation) -> str:
    by = explanation["steered"]
    return f"The answer was steered by {by}, not by the contract's rules." if by else ""


def _near(explanation: Explanation) -> str:
    near = [f"{each['method']} {each['path']} ({each['operation']})" for each in explanation["near"][:3]]
    return f"Perhaps this was meant: {', '.join(near)}." if near else ""


_ENDINGS: tuple[tuple[Callable[[Explanation], bool], Callable[[Explanation], str]], ...] = (
    (lambda explanation: explanation["status"] == LEFT, _left),
    (lambda explanation: bool(explanation["refusals"]), _refused),
    (lambda explanation: any(each["target"] is not None for each in explanation["cells"]), _moved),
    (lambda explanation: True, _answered),
)
