"""Looks for all problems of the specifications of a source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from contract_tests.errors import WrongUse
from contract_tests.gate.lint.check import Check, Found, Profile, checks
from contract_tests.gate.lint.problem import Problem
from contract_tests.gate.lint.subject import Subject, operation_at, profile_of
from contract_tests.gate.lint.yaml_tree import YamlTree
from contract_tests.gate.sources import Source
from contract_tests.gate.sources.document import TextDocument
from contract_tests.gate.specification import Specification


def lint(source: Source, profile: Profile | None = None) -> list[Problem]:
    """All problems of a source, in the order of the files and their lines.

    `profile`: what is demanded; else each specification says by itself of what kind it is.
    """
    found = [
        problem
        for specification in source.specifications.values()
        for problem in lint_specification(specification, profile)
    ]
    return sorted(found, key=lambda each: (each.place.file, each.place.line, each.check.id, each.place.pointer))


def lint_specification(
    specification: Specification, profile: Profile | None = None, tree: YamlTree | None = None
) -> Iterator[Problem]:
    """The problems of one specification, check by check. `tree`: its text, where somebody has it already."""
    subject = Subject(specification, profile or profile_of(specification), tree or _tree(specification))
    for check in checks().values():
        severity = check.severity(subject.profile)
        if severity is not None:
            yield from _numbered(_problem(check, severity, each, specification) for each in _found(check, subject))


def _found(check: Check, subject: Subject) -> Iterator[Found]:
    """What a check finds; behind a reference that leads nowhere, which has a check of its own, it finds no more."""
    try:
        yield from check.find(subject)
    except WrongUse:
        return


def _problem(check: Check, severity: str, found: Found, specification: Specification) -> Problem:
    node = found.node
    place = replace(node.place, line=found.line) if found.line else node.place
    return Problem(
        check=check,
        severity=severity,
        says=found.says,
        place=place,
        subject=f"{specification.name}#{node.pointer}",
        operation=operation_at(node.pointer),
        edit=found.edit,
    )


def _numbered(problems: Iterable[Problem]) -> Iterator[Problem]:
    """The second problem of a check at one place, and the third, can be told apart."""
    counts: Counter[str] = Counter()
    for each in problems:
        counts[each.subject] += 1
        yield replace(each, detail=str(counts[each.subject])) if counts[each.subject] > 1 else each


def _tree(specification: Specification) -> YamlTree | None:
    document = specification.root.document
    return YamlTree(document.name, document.text) if isinstance(document, TextDocument) else None
