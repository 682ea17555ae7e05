"""Links lead to operations that are there, with parameters that they have."""

from __future__ import annotations

from collections.abc import Iterator

from contract_tests.gate.lint.check import Found, Weight, check
from contract_tests.gate.lint.subject import Subject


@check("link", Weight.STRICT, "every link leads to an operation that is there", "name an operationId of this document")
def leads_to_operation(subject: Subject) -> Iterator[Found]:
    known = {each.id for each in subject.operations}
    for node in subject.of("link"):
        target = node.value.get("operationId")
        if target is not None and str(target) not in known:
            yield Found(node, f"the link leads to {target}, which is no operation")
        if target is None and "operationRef" not in node.value:
            yield Found(node, "the link leads to no operation: it has neither operationId nor operationRef")


@check("link-parameter", Weight.STRICT, "every parameter of a link is one of its operation's", "name one that it has")
def has_known_parameters(subject: Subject) -> Iterator[Found]:
    known = {each.id: each for each in subject.operations}
    for node in subject.of("link"):
        target = known.get(str(node.value.get("operationId")))
        given = node.own("parameters")
        if target is None or given is None:
            continue
        names = {str(each.value.get("name")) for each in target.parameters}
        names |= {f"{each.value.get('in')}.{each.value.get('name')}" for each in target.parameters}
        for name, value in given.items():
            if name not in names:
                yield Found(value, f"{target.id} has no parameter {name}")
