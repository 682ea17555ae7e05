"""Parameters of paths are declared and used, and no parameter stands twice."""

from __future__ import annotations

import re
from collections.abc import Iterator

from contract_tests.gate.lint.check import Found, Weight, check
from contract_tests.gate.lint.editing import Edit, InsertMember, ReplaceScalar
from contract_tests.gate.lint.roles import end_of
from contract_tests.gate.lint.subject import Subject
from contract_tests.gate.specification import Node

_NAME = re.compile(r"\{([^{}]*)\}")
_IGNORED_HEADERS = frozenset({"accept", "content-type", "authorization"})


@check(
    "path-parameter-declared",
    Weight.ESSENTIAL,
    "every parameter of a path is declared",
    "declare it with `in: path` and `required: true`",
)
def is_declared(subject: Subject) -> Iterator[Found]:
    for operation in subject.operations:
        declared = {str(each.value.get("name")) for each in operation.parameters if each.value.get("in") == "path"}
        for name in _NAME.findall(operation.template):
            if name not in declared:
                yield Found(operation.node, f"{operation.id} does not declare the parameter {name} of its path")


@check(
    "path-parameter-used",
    Weight.ESSENTIAL,
    "every parameter that is declared for a path stands in it",
    "put it into the path in braces, or remove it",
)
def is_in_path(subject: Subject) -> Iterator[Found]:
    for operation in subject.operations:
        names = set(_NAME.findall(operation.template))
        for each in operation.parameters:
            if each.value.get("in") == "path" and str(each.value.get("name")) not in names:
                name = each.value.get("name")
                yield Found(each, f"the path {operation.template} of {operation.id} has no parameter {name}")


@check(
    "path-parameter-required",
    Weight.ESSENTIAL,
    "every parameter of a path is required",
    "say `required: true`",
    fixes="says `required: true`",
)
def is_required(subject: Subject) -> Iterator[Found]:
    for node in subject.of("parameter"):
        if node.value.get("in") == "path" and node.value.get("required") is not True:
            yield Found(node, f"the path parameter {node.value.get('name')} is not required", _requiring(node))


@check("parameter-unique", Weight.ESSENTIAL, "no parameter is declared twice", "remove one of them")
def is_declared_once(subject: Subject) -> Iterator[Found]:
    for owner in (*subject.of("operation"), *subject.of("path")):
        seen = set()
        parameters = owner.own("parameters")
        for each in parameters.each() if parameters is not None else ():
            end = end_of(each)
            key = (
                (str(end.value.get("name")), str(end.value.get("in"))) if end and isinstance(end.value, dict) else None
            )
            if key is not None and key in seen:
                yield Found(each, f"the {key[1]} parameter {key[0]} is declared twice")
            seen.add(key)


@check(
    "parameter-ignored",
    Weight.ADVICE,
    "no header parameter is called Accept, Content-Type or Authorization: OpenAPI ignores those",
    "say it with the media types and the security of the operation",
)
def is_heeded(subject: Subject) -> Iterator[Found]:
    for node in subject.of("parameter"):
        name = str(node.value.get("name"))
        if node.value.get("in") == "header" and name.lower() in _IGNORED_HEADERS:
            yield Found(node, f"the header parameter {name} is ignored")


def _requiring(node: Node) -> Edit:
    if "required" in node.value:
        return ReplaceScalar(f"{node.pointer}/required", True)
    return InsertMember(node.pointer, "required", True, after="in")
