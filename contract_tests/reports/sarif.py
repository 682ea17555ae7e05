"""SARIF 2.1.0, as code scanning reads it: rules with their provenance, findings at the lines of the contract."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from contract_tests.events import Outcome
from contract_tests.places import Place, place_of, rule_place
from contract_tests.results import Found, Results
from contract_tests.texts import difference_lines, step_line
from openapi import Rule

FILE = "report.sarif"
SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS: Mapping[str, str] = {Outcome.FAILED: "error", Outcome.REFUTED: "note", Outcome.WAIVED: "none"}
"""A broken rule, an assumption that does not hold, and what somebody answers for."""

_LINK = re.compile(r"\[(?=[^\]]*\]\()")
"""What would make a link of a text."""

_NAME = "contract-tests"
_FINGERPRINT = "contractFinding/v1"


def render(results: Results) -> Iterator[str]:
    yield json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [_run(results)]}, ensure_ascii=False, indent=1)
    yield "\n"


def _run(results: Results) -> dict[str, Any]:
    rules = _rules(results)
    places = {each["id"]: index for index, each in enumerate(rules)}
    version = results.started.versions.get("invoice-contract-toolkit", "0")
    return {
        "tool": {"driver": {"name": _NAME, "version": version, "semanticVersion": version, "rules": rules}},
        "automationDetails": {"id": f"{_NAME}/{results.started.target}/"},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(results)],
        "results": [_result(each, places, results) for each in results.findings],
        "properties": {"seed": results.started.seed, "target": results.started.target},
    }


def _invocation(results: Results) -> dict[str, Any]:
    ended = results.ended
    found: dict[str, Any] = {
        "executionSuccessful": ended is not None and ended.exit_code in {0, 1},
        "commandLine": results.started.again,
    }
    if results.started.at:
        found["startTimeUtc"] = results.started.at
    if ended is not None:
        found["exitCode"] = ended.exit_code
    return found


def _rules(results: Results) -> list[dict[str, Any]]:
    """All rules of the contracts, and what of schemas was not kept."""
    known = [_rule(rule, results) for contract in results.contracts.values() for rule in contract.rules.values()]
    names = {each["id"] for each in known}
    others = {str(each.finding["rule"]): each.finding for each in results.findings if each.finding["rule"] not in names}
    return [*known, *(_other_rule(name, finding) for name, finding in others.items())]


def _rule(rule: Rule, results: Results) -> dict[str, Any]:
    place = rule_place(rule.id, results.contracts)
    where = f" It stands in {place.file}, line {place.line}." if place else ""
    source = f" Source: {rule.source}." if rule.source else ""
    applies = ", ".join(rule.applies_to) or "every call"
    help_text = f"{rule.says}. The rule is {rule.provenance}; it bears on {applies}.{source}{where}"
    return {
        "id": rule.id,
        "name": _pascal(rule.id),
        "shortDescription": {"text": rule.says},
        "fullDescription": {"text": rule.says},
        "help": {"text": help_text, "markdown": _escaped(help_text)},
        "defaultConfiguration": {"level": "error"},
        "properties": {"provenance": str(rule.provenance), "status": rule.status, "tags": [str(rule.provenance)]},
    }


def _other_rule(name: str, finding: Mapping[str, Any]) -> dict[str, Any]:
    says = str(finding.get("says") or finding.get("message") or name)
    return {
        "id": name,
        "name": _pascal(name),
        "shortDescription": {"text": says},
        "fullDescription": {"text": says},
        "help": {"text": says},
        "defaultConfiguration": {"level": "error"},
        "properties": {"provenance": str(finding.get("provenance", "")), "tags": [str(finding.get("provenance", ""))]},
    }


def _result(found: Found, places: Mapping[str, int], results: Results) -> dict[str, Any]:
    finding = found.finding
    message = [str(finding["message"]), *difference_lines(finding.get("differences", ()))]
    place = place_of(finding, results.contracts)
    waiver = finding.get("waiver") or {}
    result: dict[str, Any] = {
        "ruleId": finding["rule"],
        "ruleIndex": places[finding["rule"]],
        "level": LEVELS[found.standing],
        "kind": "fail",
        "message": {"text": _LINK.sub(r"\\[", "\n".join(message))},
        "locations": [_location(place, finding)],
        "partialFingerprints": {_FINGERPRINT: finding["fingerprint"]},
        "properties": {
            "provenance": finding.get("provenance", ""),
            "standing": found.standing,
            "checks": list(found.checks[:20]),
            "steps": [step_line(each) for each in finding.get("steps", [])[:50]],
        },
    }
    if found.standing == Outcome.WAIVED:
        justification = f"{waiver.get('reason', '')} ({waiver.get('owner', '')}, until {waiver.get('until', '')})"
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": justification}]
    return result


def _location(place: Place | None, finding: Mapping[str, Any]) -> dict[str, Any]:
    """Code scanning wants a file: what no contract knows is put where the first one begins."""
    found = place or Place("openapi/invoices.yaml", 1)
    location: dict[str, Any] = {
        "physicalLocation": {"artifactLocation": {"uri": found.file}, "region": {"startLine": found.line}}
    }
    if finding.get("operation"):
        location["logicalLocations"] = [{"name": str(finding["operation"]), "kind": "function"}]
    return location


def _pascal(name: str) -> str:
    words: Sequence[str] = "".join(each if each.isalnum() else " " for each in name).split()
    return "".join(each[:1].upper() + each[1:].lower() for each in words) or "Rule"


def _escaped(text: str) -> str:
    """Plain words in Markdown."""
    return "".join(f"\\{each}" if each in "\\`*_{}[]()#+-.!|<>~" else each for each in text)
