"""Who may call what is said, and in words that are defined."""

from __future__ import annotations

from collections.abc import Iterator

from contract_tests.gate.lint.check import Found, Weight, check
from contract_tests.gate.lint.roles import end_of
from contract_tests.gate.lint.subject import Subject
from contract_tests.gate.specification import Node


@check(
    "security-defined",
    Weight.ESSENTIAL,
    "every security scheme that is asked for is defined",
    "define it in components/securitySchemes",
)
def is_defined(subject: Subject) -> Iterator[Found]:
    known = dict(subject.components("securitySchemes"))
    for node, name, _ in _requirements(subject):
        if name not in known:
            yield Found(node, f"the security scheme {name} is not defined")


@check(
    "security-scopes",
    Weight.STRICT,
    "every scope that is asked for is one of its scheme's",
    "add it to the scopes of a flow",
)
def has_known_scopes(subject: Subject) -> Iterator[Found]:
    known = {name: _scopes(node) for name, node in subject.components("securitySchemes")}
    for node, name, scopes in _requirements(subject):
        possible = known.get(name)
        for scope in scopes:
            if possible is not None and scope not in possible:
                yield Found(node, f"the security scheme {name} has no scope {scope}")


@check(
    "security-stated",
    Weight.STRICT,
    "it is said of every operation who may call it",
    "say it with `security`, for all or for each; an empty list is for everybody",
)
def is_stated(subject: Subject) -> Iterator[Found]:
    if subject.root.own("security") is None:
        for operation in subject.operations:
            if operation.node.own("security") is None:
                yield Found(operation.node, f"{operation.id} does not say who may call it")


def _requirements(subject: Subject) -> Iterator[tuple[Node, str, list[str]]]:
    """Every scheme that is asked for, with the scopes."""
    for owner in (subject.root, *subject.of("operation")):
        stated = owner.own("security")
        for entry in stated.each() if stated is not None else ():
            for name, scopes in entry.items():
                yield scopes, name, [str(each.value) for each in scopes.each()]


def _scopes(scheme: Node) -> set[str] | None:
    """The scopes of a scheme; `None` where it has no list of them."""
    end = end_of(scheme)
    kind = end.get("type") if end is not None else None
    flows = end.get("flows") if end is not None and kind is not None and kind.value == "oauth2" else None
    if flows is None:
        return None
    return {name for _, flow in flows.items() if (scopes := flow.get("scopes")) for name, _ in scopes.items()}
