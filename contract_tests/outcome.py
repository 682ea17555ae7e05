"""What becomes of a check that has ended: passed, not reached, refuted, waived, or failed."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import pytest

from contract_tests.broken import Broken
from contract_tests.errors import TargetUnreachable
from contract_tests.events import Outcome
from contract_tests.findings import Finding
from contract_tests.observing import facts_of
from contract_tests.plugin import FACTS, RUN
from contract_tests.redaction import plain
from contract_tests.run import Run
from contract_tests.selection import check_name, marked, suite_of
from contract_tests.texts import step_line

LONGEST_REASON = 2000
MOST_STEPS = 10
_SKIPPED = {"not reached": Outcome.NOT_REACHED, "not run": Outcome.NOT_RUN}
"""What the reasons of skipped checks begin with."""


def judged(item: pytest.Item, call: pytest.CallInfo[None], report: pytest.TestReport) -> pytest.TestReport:
    """The report, with what the run makes of it."""
    run = item.config.stash.get(RUN, None)
    facts: dict[str, Any] = {
        "suite": suite_of(item),
        "check": plain(check_name(item.nodeid)),
        "rules": marked(item, "proves"),
        "operations": marked(item, "about"),
        "outcome": Outcome.PASSED if report.passed else Outcome.ERROR,
        "findings": [],
        "reason": "",
    }
    if call.excinfo is not None:
        _judge(run, call.excinfo.value, report, facts)
    if run is not None:
        if report.when == "call" or not report.passed:
            facts |= facts_of(run.observer.taken())
        facts["reason"] = run.observer.redactor.text(facts["reason"])
    setattr(report, FACTS, {**facts, "outcome": str(facts["outcome"])})
    return report


def _judge(run: Run | None, error: BaseException, report: pytest.TestReport, facts: dict[str, Any]) -> None:
    """What an exception makes of a check."""
    broken = list(_broken(error))
    if run is not None and broken and report.when == "call":
        _judge_findings(run, report, [run.finding(each, facts["suite"], facts["check"]) for each in broken], facts)
        return
    facts["reason"] = plain(f"{type(error).__name__}: {error}"[:LONGEST_REASON])
    if isinstance(error, TargetUnreachable) and not error.answers_others:
        facts["unreachable"] = str(error)
    elif isinstance(error, pytest.skip.Exception):
        kind, _, reason = str(error).partition(": ")
        is_known = kind in _SKIPPED
        facts["outcome"] = _SKIPPED[kind] if is_known else Outcome.NOT_REACHED
        facts["reason"] = plain(reason if is_known else str(error))


def _broken(error: BaseException) -> list[Broken]:
    """The broken rules in an exception; hypothesis raises several at once as a group."""
    if isinstance(error, Broken):
        return [error]
    if isinstance(error, BaseExceptionGroup):
        return [found for each in error.exceptions for found in _broken(each)]
    return []


def _judge_findings(run: Run, report: pytest.TestReport, findings: list[Finding], facts: dict[str, Any]) -> None:
    """Findings fail the check, or only tell something; each says which in its `standing`."""
    today = datetime.now(UTC).date()
    standings = []
    for finding in findings:
        waiver = run.waiver(finding)
        is_waived = waiver is not None and not waiver.has_expired(today)
        fails = run.fails(finding) or waiver is not None  # one that is over fails the run until somebody looks again
        standings.append("waived" if is_waived else "failed" if fails else "refuted")
        waived = {"waiver": asdict(waiver)} if waiver else {}
        facts["findings"].append({**finding.as_json(), "standing": standings[-1], **waived})
    report.longrepr = "\n\n".join(_told(each) for each in findings)
    facts["reason"] = findings[0].message
    facts["outcome"] = next(each for each in (Outcome.FAILED, Outcome.REFUTED, Outcome.WAIVED) if each in standings)
    if "failed" not in standings:
        report.outcome = "skipped"
        report.wasxfail = "reason: " + ("assumption refuted" if "refuted" in standings else "waived")


def _told(finding: Finding) -> str:
    """A finding in a few lines, for pytest's own output."""
    lines = [f"{finding.rule} ({finding.provenance}): {finding.message}", f"  rule: {finding.says}"]
    if finding.source:
        lines.append(f"  source: {finding.source}")
    lines += [
        f"  {each['pointer'] or '/'}: expected {each['expected']}, received {each['received']}"
        for each in finding.differences
    ]
    steps = [step_line(asdict(each)) for each in finding.steps[-MOST_STEPS:]]
    lines += [f"  fingerprint: {finding.fingerprint}", "  steps, the last ones:", *(f"    {each}" for each in steps)]
    return "\n".join(lines)
