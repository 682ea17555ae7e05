"""SARIF 2.1.0, as code scanning reads it: rules with their provenance, findings at the lines of the contract."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from contract_tests import sarif_log
from contract_tests.events import Outcome
from contract_tests.places import Place, place_of, rule_place
from contract_tests.results import Found, Results
from contract_tests.texts import difference_lines, step_line
from contract_tests.waivers import Waiver
from openapi import Rule

FILE = "report.sarif"
LEVELS: Mapping[str, str] = {Outcome.FAILED: "error", Outcome.REFUTED: "note", Outcome.WAIVED: "none"}
"""A broken rule, an assumption that does not hold, and what somebody answers for."""

_FINGERPRINT = "contractFinding/v1"


def render(results: Results) -> Iterator[str]:
    yield sarif_log.log(_run(results))


def _run(results: Results) -> dict[str, Any]:
    rules = _rules(results)
    places = {each["id"]: index for index, each in enumerate(rules)}
    version = results.started.versions.get("invoice-contract-toolkit", "0")
    return {
        "tool": sarif_log.tool(rules, version),
        "automationDetails": {"id": f"{sarif_log.NAME}/{results.started.target}/"},
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
    properties = {"provenance": str(rule.provenance), "status": rule.status, "tags": [str(rule.provenance)]}
    return sarif_log.rule(rule.id, rule.says, help_text, properties)


def _other_rule(name: str, finding: Mapping[str, Any]) -> dict[str, Any]:
    says = str(finding.get("says") or finding.get("message") or name)
    provenance = str(finding.get("provenance", ""))
    return sarif_log.rule(name, says, says, {"provenance": provenance, "tags": [provenance]})


def _result(found: Found, places: Mapping[str, int], results: Results) -> dict[str, Any]:
    finding = found.finding
    message = [str(finding["message"]), *difference_lines(finding.get("differences", ()))]
    place = place_of(finding, results.contracts)
    result: dict[str, Any] = {
        "ruleId": finding["rule"],
        "ruleIndex": places[finding["rule"]],
        "level": LEVELS[found.standing],
        "kind": "fail",
        "message": sarif_log.message("\n".join(message)),
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
        result["suppressions"] = [sarif_log.suppression(Waiver(**finding["waiver"]))]
    return result


def _location(place: Place | None, finding: Mapping[str, Any]) -> dict[str, Any]:
    """Code scanning wants a file: what no contract knows is put where the first one begins."""
    found = place or Place("openapi/invoices.yaml", 1)
    return sarif_log.location(found.file, found.line, str(finding.get("operation", "")))
