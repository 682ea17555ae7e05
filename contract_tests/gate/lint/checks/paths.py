"""Paths that mean one thing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

from contract_tests.gate.lint.check import Found, Weight, check
from contract_tests.gate.lint.subject import Subject
from contract_tests.gate.specification import Node

_BRACES = re.compile(r"\{[^{}]*\}")


@check(
    "path-unique",
    Weight.ESSENTIAL,
    "no two paths differ in the names of their parameters only",
    "make one path of them",
)
def is_unique(subject: Subject) -> Iterator[Found]:
    first: dict[str, str] = {}
    for template, node in _paths(subject):
        known = first.setdefault(_BRACES.sub("{}", template), template)
        if known != template:
            yield Found(node, f"{template} is the same path as {known}")


@check(
    "path-ambiguous",
    Weight.ADVICE,
    "no call fits two paths",
    "change one of them, or say with a format or pattern of the parameters which values belong to which",
)
def is_unambiguous(subject: Subject) -> Iterator[Found]:
    """A literal path wins over a template that fits it: only two templates can be ambiguous. Parameters whose schema
    refuses the other path's literal don't meet.
    """
    fits = _Fitting(subject)
    by_length: dict[int, list[tuple[str, Node]]] = {}
    for template, node in _paths(subject):
        if "{" in template:
            by_length.setdefault(template.count("/"), []).append((template, node))
    for found in by_length.values():
        for (one, _), (other, node) in combinations(found, 2):
            if fits.both(one, other):
                yield Found(node, f"some calls fit both {one} and {other}")


@check("path-form", Weight.STRICT, "paths have no query, no fragment and no slash at the end", "leave that out")
def is_plain(subject: Subject) -> Iterator[Found]:
    for template, node in _paths(subject):
        if template != "/" and (template.endswith("/") or "?" in template or "#" in template or "//" in template):
            yield Found(node, f"the path {template} has a slash, a query or a fragment too many")


class _Fitting:
    """Whether two templates have a call in common."""

    def __init__(self, subject: Subject) -> None:
        self._schemas: dict[str, Mapping[str, Node]] = {}
        self._methods: dict[str, set[str]] = {}
        self._parts = {template: template.split("/") for template, _ in _paths(subject)}
        for each in subject.operations:
            schemas = {str(one.value.get("name")): one for one in each.parameters if one.value.get("in") == "path"}
            self._schemas[each.template] = {**self._schemas.get(each.template, {}), **schemas}
            self._methods.setdefault(each.template, set()).add(each.method)

    def both(self, one: str, other: str) -> bool:
        ours, theirs = self._parts[one], self._parts[other]
        for mine, yours in zip(ours, theirs, strict=True):
            if mine != yours and "{" not in mine and "{" not in yours:
                return False  # as most pairs do
        is_other_path = _BRACES.sub("{}", one) != _BRACES.sub("{}", other)
        if not is_other_path or _is_nearer(ours, theirs) or _is_nearer(theirs, ours):
            return False
        if not self._methods.get(one, set()) & self._methods.get(other, set()):
            return False
        return all(self._meet(one, mine, other, yours) for mine, yours in zip(ours, theirs, strict=True))

    def _meet(self, one: str, mine: str, other: str, yours: str) -> bool:
        if "{" in mine and "{" in yours:
            return True
        if "{" in mine:
            return self._takes(one, mine, yours)
        return self._takes(other, yours, mine) if "{" in yours else mine == yours

    def _takes(self, template: str, part: str, literal: str) -> bool:
        """Whether a parameter may have the value of a literal part."""
        pattern = "".join("(.+)" if each.startswith("{") else re.escape(each) for each in _split(part))
        if not re.fullmatch(pattern, literal):
            return False
        node = self._schemas.get(template, {}).get(part[1:-1])
        schema = node.get("schema") if node is not None else None
        return schema is None or _accepts(schema, literal)


def _is_nearer(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether one path has a literal wherever the other has one, and more: it is tried first then."""
    ours = ["{" not in each for each in one]
    theirs = ["{" not in each for each in other]
    return ours != theirs and all(mine or not yours for mine, yours in zip(ours, theirs, strict=True))


def _split(part: str) -> list[str]:
    return [each for each in re.split(r"(\{[^{}]*\})", part) if each]


def _accepts(schema: Node, literal: str) -> bool:
    from contract_tests.gate.lint.validators import accepts

    values: list[Any] = [literal]
    if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", literal):
        values.append(float(literal) if "." in literal else int(literal))
    return any(accepts(schema, each) for each in values)


def _paths(subject: Subject) -> list[tuple[str, Node]]:
    paths = subject.root.get("paths")
    return [(name, node) for name, node in paths.items() if name.startswith("/")] if paths is not None else []
