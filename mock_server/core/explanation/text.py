"""An explanation as plain text, for a terminal."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from textwrap import wrap
from typing import Any

from mock_server.core.explanation.sentences import movement
from openapi.model import ABSENT

WIDTH = 100
_OUTCOMES = {
    "passed": "passed",
    "refused": "REFUSED",
    "partly": "partly asked",
    "notReached": "not reached",
    "doesNotApply": "does not apply",
}


def as_text(explanation: Mapping[str, Any]) -> str:
    """All of it, most important things first."""
    parts = [_head(explanation), _asked(explanation), *_refusals(explanation), *_violations(explanation)]
    parts += [*_cells(explanation), *_stages(explanation), *_near(explanation)]
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


def _head(explanation: Mapping[str, Any]) -> list[str]:
    return wrap(explanation["summary"], WIDTH, break_long_words=False, break_on_hyphens=False)


def _asked(explanation: Mapping[str, Any]) -> list[str]:
    asked, operation, caller = explanation["asked"], explanation["operation"], explanation["asked"]["caller"]
    query = f"?{asked['query']}" if asked["query"] else ""
    return [
        f"{asked['method']} {asked['path']}{query} -> {explanation['status']}",
        f"  request    {explanation['requestId']} in {explanation['namespace']} at {explanation['at']}",
        *([f"  operation  {operation['operation']} of {explanation['group']}"] if operation else []),
        *([f"  caller     {caller['subject']} for the merchant {caller['merchantId']}"] if caller else []),
        *([f"  steered    {explanation['steered']}"] if explanation["steered"] else []),
    ]


def _refusals(explanation: Mapping[str, Any]) -> Iterator[list[str]]:
    for each in explanation["refusals"]:
        limits = json.dumps(each["limits"], ensure_ascii=False) if each["limits"] else ""
        yield [
            f"Refused by {each['rule']}",
            *_indented("says", each["says"]),
            f"  answers    {each['status']} in the stage {each['stage']}",
            *_indented("standing", f"{each['provenance']}; {each['source']}"),
            *([f"  limits     {limits}"] if limits else []),
        ]


def _violations(explanation: Mapping[str, Any]) -> Iterator[list[str]]:
    if explanation["violations"]:
        lines = [line for each in explanation["violations"] for line in _violation(each)]
        yield ["Violations", *lines]


def _violation(violation: Mapping[str, Any]) -> Iterator[str]:
    place = f"{violation['where']} {violation['pointer']}".strip()
    yield f"  {place}: {violation['message']} ({violation['rule']})"
    if violation["expected"]:
        yield f"    expected {violation['expected']}"
    found = {"absent": "nothing", "unknown": "no longer known"}.get(violation["found"])
    yield f"    found    {found or json.dumps(violation['actual'], ensure_ascii=False)}"


def _cells(explanation: Mapping[str, Any]) -> Iterator[list[str]]:
    for each in explanation["cells"]:
        yield [
            f"Lifecycle {each['lifecycle']}: {each['action']} in {each['state']} is {_verdict(each)}",
            *([f"  {movement(each)}"] if each["target"] is not None else []),
            *_indented(
                "possible", f"in {each['state']}: {', '.join(_way(way, each) for way in each['possible']) or 'nothing'}"
            ),
        ]


def _verdict(cell: Mapping[str, Any]) -> str:
    rule = f" by {cell['rule']}" if cell["rule"] else ""
    return "allowed" if cell["isAllowed"] else f"refused{rule}"


def _way(way: Mapping[str, Any], cell: Mapping[str, Any]) -> str:
    told = {cell["state"]: "stays", ABSENT: "gone"}
    return f"{way['action']} ({' or '.join(told.get(each, each) for each in way['targets'])})"


def _stages(explanation: Mapping[str, Any]) -> Iterator[list[str]]:
    if explanation["stages"]:
        refused = {each["stage"]: each["rule"] for each in reversed(explanation["refusals"])}
        lines = [
            f"  {each['stage']:<15} {_OUTCOMES[each['outcome']]}"
            + (f" by {refused[each['stage']]}" if each["outcome"] == "refused" else "")
            for each in explanation["stages"]
        ]
        yield ["Stages", *lines]


def _near(explanation: Mapping[str, Any]) -> Iterator[list[str]]:
    if explanation["near"]:
        yield ["Near", *(f"  {each['method']:<7} {each['path']} ({each['operation']})" for each in explanation["near"])]


def _indented(label: str, text: str) -> list[str]:
    first = f"  {label:<10} "
    return wrap(text, WIDTH, initial_indent=first, subsequent_indent=" " * len(first), break_long_words=False)
