"""SARIF 2.1.0, as code scanning reads it: a rule for each kind with its help, an item at its line of the contract."""

from __future__ import annotations

from typing import Any

from contract_tests import sarif_log
from contract_tests.gate.report import RANKS, Item, Report, Standing
from contract_tests.gate.telling import witness_lines

FILE = "report.sarif"
_FINGERPRINT = "contractChange/v1"
_NOWHERE = "openapi"
_QUIET = frozenset({Standing.WAIVED, Standing.KNOWN})


def render(report: Report) -> str:
    return sarif_log.log(_run(report))


def _run(report: Report) -> dict[str, Any]:
    first = {each.kind: each for each in reversed(report.items)}
    kinds = sorted(first)
    return {
        "tool": sarif_log.tool([_rule(first[each]) for each in kinds], _version()),
        "automationDetails": {"id": f"{sarif_log.NAME}/{report.command}/"},
        "columnKind": "unicodeCodePoints",
        "invocations": [{"executionSuccessful": True, "exitCode": report.exit_code}],
        "results": [_result(each, kinds.index(each.kind)) for each in report.items],
        "properties": {"title": report.title, "verdict": report.verdict},
    }


def _version() -> str:
    from importlib.metadata import version

    return version("invoice-contract-toolkit")


def _rule(item: Item) -> dict[str, Any]:
    says = item.means or item.kind
    help_text = f"{says} How to avoid it: {item.hint}" if item.hint else says
    level = RANKS[item.severity].level
    return sarif_log.rule(item.kind, says, help_text, {"tags": [str(item.part), item.severity]}, level)


def _result(item: Item, index: int) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": item.kind,
        "ruleIndex": index,
        "level": "note" if item.standing in _QUIET else str(item.level),
        "kind": "fail",
        "message": sarif_log.message("\n".join([item.says, *witness_lines(item.witness)])),
        "locations": [_location(item)],
        "partialFingerprints": {_FINGERPRINT: item.fingerprint},
        "baselineState": "unchanged" if item.standing is Standing.KNOWN else "new",
        "properties": {"severity": item.severity, "standing": item.standing, "subject": item.subject},
    }
    if item.standing is Standing.WAIVED and item.waiver:
        result["suppressions"] = [sarif_log.suppression(item.waiver)]
    return result


def _location(item: Item) -> dict[str, Any]:
    """Code scanning wants a file."""
    name = item.operation or item.subject
    if item.place is None:
        return sarif_log.location(_NOWHERE, 1, name)
    return sarif_log.location(item.place.file, item.place.line, name)
