"""Names of one kind are written in one way."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from contract_tests.gate.lint.check import Found, Weight, check
from contract_tests.gate.lint.subject import Subject
from contract_tests.gate.specification import Node

_CAMEL = re.compile(r"[a-z][a-zA-Z0-9]*")
_PASCAL = re.compile(r"[A-Z][a-zA-Z0-9]*([._][A-Z][a-zA-Z0-9]*)*")
_KEBAB = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_BRACES = re.compile(r"\{[^{}]*\}")
STYLES: Mapping[str, re.Pattern[str]] = {
    "camelCase": re.compile(r"[a-z][a-z0-9]*([A-Z][a-z0-9]*)*"),
    "snake_case": re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*"),
    "PascalCase": re.compile(r"([A-Z][a-z0-9]*)+"),
    "kebab-case": re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*"),
}
"""How names can be written; a single word in lower case is of several styles."""

_ENOUGH = 0.8
"""So many of all names that have a style make it the document's style."""


@check(
    "name-operation", Weight.STRICT, "operationIds are in camelCase", "rename it, before clients are generated of it"
)
def operation_is_camel(subject: Subject) -> Iterator[Found]:
    for operation in subject.operations:
        node = operation.node.own("operationId")
        if node is not None and not _CAMEL.fullmatch(str(node.value)):
            yield Found(node, f"the operationId {node.value} is not in camelCase")


@check("name-schema", Weight.STRICT, "component schemas are in PascalCase, with dots between namespaces", "rename it")
def schema_is_pascal(subject: Subject) -> Iterator[Found]:
    for name, node in subject.components("schemas"):
        if not _PASCAL.fullmatch(name):
            yield Found(node, f"the schema {name} is not in PascalCase")


@check("name-path", Weight.STRICT, "the parts of paths are in kebab-case", "rename it, if no client calls it yet")
def path_is_kebab(subject: Subject) -> Iterator[Found]:
    paths = subject.root.get("paths")
    for template, node in paths.items() if paths is not None else ():
        odd = [part for part in template.split("/") if part and not _is_kebab(part)]
        if template.startswith("/") and odd:
            yield Found(node, f"{', '.join(odd)} of the path {template} is not in kebab-case")


@check("name-property", Weight.STRICT, "all properties are written in one style", "rename it, before clients use it")
def property_has_style(subject: Subject) -> Iterator[Found]:
    nodes = [
        node for schema in subject.of("schema") if (found := schema.own("properties")) for _, node in found.items()
    ]
    yield from _strays(nodes, [each.name for each in nodes], "property")


@check("name-parameter", Weight.STRICT, "all parameters of a kind are written in one style", "rename it")
def parameter_has_style(subject: Subject) -> Iterator[Found]:
    for place in ("path", "query", "cookie"):
        nodes = [each for each in subject.of("parameter") if each.value.get("in") == place]
        yield from _strays(nodes, [str(each.value.get("name")) for each in nodes], f"{place} parameter")


def _is_kebab(part: str) -> bool:
    """Whether the literal pieces of a part of a path are; a dot goes before a file's ending, a colon before a verb."""
    return all(
        _KEBAB.fullmatch(piece) for literal in _BRACES.split(part) for piece in re.split("[.:]", literal) if piece
    )


def _strays(nodes: Sequence[Node], names: Sequence[str], noun: str) -> Iterator[Found]:
    """Names in another style than most; where there is no such style, nobody has strayed."""
    telling = [
        name for name in dict.fromkeys(names) if sum(bool(each.fullmatch(name)) for each in STYLES.values()) == 1
    ]
    counts = Counter(style for name in telling for style, each in STYLES.items() if each.fullmatch(name))
    style, count = counts.most_common(1)[0] if counts else ("", 0)
    if count < 2 or count < _ENOUGH * len(telling):
        return
    for node, name in zip(nodes, names, strict=True):
        if not STYLES[style].fullmatch(name):
            yield Found(node, f"the {noun} {name} is not in {style}, as the others are")
