"""Faults as the control API writes them, and what there is to refuse in them."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

from mock_server.core.errors import Refused
from mock_server.core.steering.book import Fault, FaultReport
from mock_server.core.steering.effects import (
    AnswerWith,
    Close,
    Effect,
    MalformedJson,
    Reset,
    Slow,
    Stale,
    Truncate,
)
from mock_server.core.steering.matching import Match

Json = Mapping[str, Any]

_EFFECTS: dict[str, Callable[[Json], Effect]] = {
    "status": lambda stated: _answer(stated),
    "reset": lambda stated: Reset(),
    "close": lambda stated: Close(),
    "truncate": lambda stated: Truncate(stated["truncate"].get("keepBytes")),
    "slow": lambda stated: Slow(stated["slow"]["bytesPerSecond"]),
    "malformedJson": lambda stated: MalformedJson(),
    "stale": lambda stated: Stale(),
}
"""Effect by the member that asks for it."""

EFFECTS = tuple(_EFFECTS)
_OF_ANSWERS = ("body", "text", "headers")
_WITHOUT_BODY = {204, 205, 304}
_SERVERS_OWN = {"content-length", "transfer-encoding", "connection", "date", "x-mock-steered", "x-request-id"}
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE = re.compile(r"[ -~]*")
_POINTER = re.compile(r"(?:/(?:[^~]|~[01])*)*")


def fault_of(stated: Json, operations: Collection[str]) -> Fault:
    """The fault that was asked for. `operations`: the ids of all there are.

    Raises:
        Refused: it has no effect or several, matches on what there is not, or its answer could not be sent.
    """
    matching = stated.get("match", {})
    _check_match(matching, operations)
    return Fault(
        match=_match(matching),
        times=stated.get("times"),
        skip=stated.get("skip", 0),
        probability=float(stated.get("probability", 1)),
        seed=stated.get("seed", 0),
        delay_ms=stated.get("delayMs", 0),
        effect=_effect(stated),
        stated=stated,
    )


def report_json(report: FaultReport) -> dict[str, Any]:
    """A fault as it was asked for, and what has become of it."""
    remaining = {} if report.remaining is None else {"remaining": report.remaining}
    counts = {"matched": report.matched, "applied": report.applied, "exhausted": report.is_exhausted}
    return {"id": report.id, **report.fault.stated, **counts, **remaining}


def _match(matching: Json) -> Match:
    return Match(
        operations=frozenset(_operations(matching)),
        method=matching.get("method"),
        path=matching.get("path"),
        headers={name: _header_condition(wanted) for name, wanted in matching.get("headers", {}).items()},
        body=matching.get("body", {}),
    )


def _operations(matching: Json) -> list[str]:
    stated = matching.get("operations", [])
    return [stated] if isinstance(stated, str) else list(stated)


def _header_condition(wanted: Any) -> str | bool:
    return bool(wanted["present"]) if isinstance(wanted, Mapping) else str(wanted)


def _check_match(matching: Json, operations: Collection[str]) -> None:
    unknown = sorted(set(_operations(matching)) - set(operations))
    if unknown:
        message = f"There is no operation {', '.join(unknown)}; possible: {', '.join(operations)}."
        raise Refused("CTL-FAULT-MATCH", message, allowed=list(operations))
    for pointer in matching.get("body", {}):
        if not _POINTER.fullmatch(pointer):
            message = f"{pointer!r} is no JSON pointer; one begins with a slash, such as /customer/email."
            raise Refused("CTL-FAULT-MATCH", message)


def _effect(stated: Json) -> Effect | None:
    asked = [name for name in EFFECTS if name in stated]
    alone = [name for name in _OF_ANSWERS if name in stated]
    if len(asked) > 1:
        raise Refused("CTL-FAULT-EFFECT", f"A fault does one thing, not {' and '.join(asked)}.", allowed=EFFECTS)
    if alone and asked != ["status"]:
        raise Refused("CTL-FAULT-ANSWER", f"{' and '.join(alone)} can only stand beside a status.")
    if not asked and not stated.get("delayMs"):
        message = f"The fault would do nothing; possible: one of {', '.join(EFFECTS)}, or delayMs alone."
        raise Refused("CTL-FAULT-EFFECT", message, allowed=[*EFFECTS, "delayMs"])
    return _EFFECTS[asked[0]](stated) if asked else None


def _answer(stated: Json) -> AnswerWith:
    status, headers = stated["status"], stated.get("headers", {})
    if "body" in stated and "text" in stated:
        raise Refused("CTL-FAULT-ANSWER", "An answer has a body or a text, not both.")
    if status in _WITHOUT_BODY and ("body" in stated or "text" in stated):
        raise Refused("CTL-FAULT-ANSWER", f"An answer {status} can have no body.")
    for name, value in headers.items():
        _check_header(name, value)
    body = (stated["body"],) if "body" in stated else None
    return AnswerWith(status, body, stated.get("text"), {name.lower(): value for name, value in headers.items()})


def _check_header(name: str, value: str) -> None:
    if name.lower() in _SERVERS_OWN:
        raise Refused("CTL-FAULT-ANSWER", f"{name} is the server's own to set; not possible: {_names(_SERVERS_OWN)}.")
    if not _HEADER_NAME.fullmatch(name) or not _HEADER_VALUE.fullmatch(value):
        raise Refused("CTL-FAULT-ANSWER", f"The header {name!r} can't be sent: names are tokens, values plain ASCII.")


def _names(names: Collection[str]) -> str:
    return ", ".join(sorted(names))
