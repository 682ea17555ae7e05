"""JUnit XML, as build servers read it: a suite for each suite; what was not shown is skipped, and says why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from contract_tests.escaping import xml_attributes as _attributes
from contract_tests.escaping import xml_text as _text
from contract_tests.events import CheckEnded, Outcome
from contract_tests.results import Results
from contract_tests.texts import OUTCOME_WORDS, difference_lines, shown

FILE = "junit.xml"
_SKIPPED = frozenset({Outcome.REFUTED, Outcome.WAIVED, Outcome.NOT_REACHED, Outcome.NOT_RUN})


def render(results: Results) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield f"<testsuites{_attributes(name='contract-tests', **_numbers(results.checks), time=_time(results.seconds))}>\n"
    for suite, checks in results.suites.items():
        seconds = sum(each.seconds for each in checks)
        at = results.started.at.rstrip("Z")
        yield f"<testsuite{_attributes(name=suite, **_numbers(checks), time=_time(seconds), timestamp=at)}>\n"
        yield from _properties(results)
        for check in checks:
            yield from _check(check, f"contract_tests.{suite}")
        yield "</testsuite>\n"
    yield "</testsuites>\n"


def _properties(results: Results) -> Iterator[str]:
    started = results.started
    values = {"target": started.target, "seed": str(started.seed), "again": started.again}
    yield "<properties>"
    yield from (f"<property{_attributes(name=name, value=value)}/>" for name, value in values.items())
    yield "</properties>\n"


def _check(check: CheckEnded, class_name: str) -> Iterator[str]:
    name = check.check.partition("::")[2] or check.check
    yield f"<testcase{_attributes(classname=class_name, name=name, time=_time(check.seconds))}>"
    if check.outcome == Outcome.FAILED:
        kind = str(check.findings[0].get("rule", "")) if check.findings else "finding"
        yield f"<failure{_attributes(message=_message(check), type=kind)}>{_text(_told(check))}</failure>"
    elif check.outcome == Outcome.ERROR:
        yield f"<error{_attributes(message=shown(check.reason), type='error')}>{_text(check.reason)}</error>"
    elif check.outcome in _SKIPPED:
        yield f"<skipped{_attributes(message=f'{OUTCOME_WORDS[check.outcome]}: {_message(check)}')}/>"
    yield "</testcase>\n"


def _message(check: CheckEnded) -> str:
    return shown("; ".join(f"{each.get('rule')}: {each.get('message')}" for each in check.findings) or check.reason)


def _told(check: CheckEnded) -> str:
    return "\n\n".join("\n".join(_finding_lines(each)) for each in check.findings)


def _finding_lines(finding: Any) -> Iterator[str]:
    yield f"{finding.get('rule')} ({finding.get('provenance')}): {finding.get('message')}"
    yield f"rule: {finding.get('says')}"
    yield f"source: {finding.get('source')}"
    yield from difference_lines(finding.get("differences", ()))
    yield f"fingerprint: {finding.get('fingerprint')}"
    yield str(finding.get("curl", ""))


def _numbers(checks: Sequence[CheckEnded]) -> dict[str, str]:
    outcomes = [each.outcome for each in checks]
    return {
        "tests": str(len(outcomes)),
        "failures": str(outcomes.count(Outcome.FAILED)),
        "errors": str(outcomes.count(Outcome.ERROR)),
        "skipped": str(sum(each in _SKIPPED for each in outcomes)),
    }


def _time(seconds: float) -> str:
    return f"{seconds:.3f}"
