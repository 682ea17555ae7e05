"""JUnit XML, as build servers read it: a suite for each part, a case for each item; what fails nothing has passed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from contract_tests.escaping import xml_attributes as _attributes
from contract_tests.escaping import xml_text as _text
from contract_tests.gate.report import Item, Part, Report, Standing
from contract_tests.gate.telling import aside, places, witness_lines
from contract_tests.texts import shown

FILE = "junit.xml"
_SKIPPED = frozenset({Standing.WAIVED, Standing.KNOWN})


def render(report: Report) -> str:
    return "".join(_document(report))


def _document(report: Report) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    numbers = _numbers(report.items) if report.items else _NOTHING
    yield f"<testsuites{_attributes(name=f'contract-tests {report.command}', **numbers, time='0')}>\n"
    for part in Part:
        items = [each for each in report.items if each.part is part]
        if items:
            yield f"<testsuite{_attributes(name=part, **_numbers(items), time='0')}>\n"
            yield from map(_case, items)
            yield "</testsuite>\n"
    if not report.items:
        yield f"<testsuite{_attributes(name=report.command, **_NOTHING, time='0')}>\n"
        yield f"<testcase{_attributes(classname=report.command, name=report.verdict, time='0')}/>\n</testsuite>\n"
    yield "</testsuites>\n"


def _case(item: Item) -> str:
    name = shown(" ".join(each for each in (item.operation, item.subject) if each) or item.says)
    return (
        f"<testcase{_attributes(classname=f'{item.part}.{item.kind}', name=name, time='0')}>{_ended(item)}</testcase>\n"
    )


def _ended(item: Item) -> str:
    message = shown(item.says, 1000)
    if item.has_failed:
        return f"<failure{_attributes(message=message, type=item.kind)}>{_text(_told(item))}</failure>"
    if item.standing in _SKIPPED:
        return f"<skipped{_attributes(message=f'{item.standing}: {message}')}/>"
    return f"<system-out>{_text(_told(item))}</system-out>"


def _told(item: Item) -> str:
    hint = [f"hint: {item.hint}"] if item.hint else []
    lines = [item.says, *places(item), *witness_lines(item.witness), *hint, *aside(item)]
    return "\n".join([*lines, f"{item.severity}, fingerprint {item.fingerprint}"])


def _numbers(items: Sequence[Item]) -> dict[str, str]:
    return {
        "tests": str(len(items)),
        "failures": str(sum(each.has_failed for each in items)),
        "errors": "0",
        "skipped": str(sum(each.standing in _SKIPPED for each in items)),
    }


_NOTHING = {"tests": "1", "failures": "0", "errors": "0", "skipped": "0"}
"""A report of nothing is one case that has passed: build servers take an empty file for a fault."""
