"""What every operation has: an id, a summary, an answer that says it worked."""

from __future__ import annotations

import re
from collections.abc import Iterator

from contract_tests.gate.lint.check import Found, Weight, check
from contract_tests.gate.lint.editing import InsertMember
from contract_tests.gate.lint.subject import Operation, Subject

_PARTS = re.compile(r"[^A-Za-z0-9]+")
_BODILESS = frozenset({"get", "head", "delete", "trace"})


@check(
    "operation-id",
    Weight.STRICT,
    "every operation has an operationId",
    "name it by what it does, such as `cancelInvoice`",
    fixes="names it by its method and path",
)
def has_id(subject: Subject) -> Iterator[Found]:
    taken = {each.id for each in subject.operations}
    for operation in subject.operations:
        if operation.node.own("operationId") is None:
            name = _free(_name(operation), taken)
            taken.add(name)
            edit = InsertMember(operation.node.pointer, "operationId", name)
            yield Found(operation.node, f"{operation.id} has no operationId", edit)


@check("operation-id-unique", Weight.ESSENTIAL, "no two operations share an operationId", "rename one of them")
def has_its_own_id(subject: Subject) -> Iterator[Found]:
    first: dict[str, Operation] = {}
    for operation in subject.operations:
        node = operation.node.own("operationId")
        if node is not None and first.setdefault(str(node.value), operation) is not operation:
            other = first[str(node.value)].node.place.line
            yield Found(node, f"the operationId {node.value} stands at line {other} already")


@check(
    "operation-summary",
    Weight.STRICT,
    "every operation has a summary",
    "say in a line what it does",
)
def has_summary(subject: Subject) -> Iterator[Found]:
    for operation in subject.operations:
        summary = operation.node.own("summary")
        if summary is None or not str(summary.value).strip():
            yield Found(operation.node, f"{operation.id} has no summary")


@check(
    "operation-success",
    Weight.STRICT,
    "every operation documents what it answers when it works",
    "add the answer: a status below 400, or `default`",
)
def documents_success(subject: Subject) -> Iterator[Found]:
    for operation in subject.operations:
        if not any(status[:1] in "123" or status == "default" for status in operation.responses):
            yield Found(operation.node.own("responses") or operation.node, f"{operation.id} documents no success")


@check(
    "operation-tags",
    Weight.ADVICE,
    "the tags of operations are declared at the top, and each is used",
    "add it to `tags`, or remove it there",
)
def has_declared_tags(subject: Subject) -> Iterator[Found]:
    declared = {str(each.value.get("name")): each for each in subject.of("tag")}
    used = set()
    for operation in subject.operations:
        tags = operation.node.get("tags")
        for each in tags.each() if tags is not None else ():
            used.add(str(each.value))
            if str(each.value) not in declared:
                yield Found(each, f"the tag {each.value} of {operation.id} is not declared")
    yield from (Found(node, f"no operation has the tag {name}") for name, node in declared.items() if name not in used)


@check(
    "operation-body",
    Weight.ADVICE,
    "GET, HEAD, DELETE and TRACE take no body: HTTP gives it no meaning there",
    "use parameters, or another method",
)
def takes_no_meaningless_body(subject: Subject) -> Iterator[Found]:
    for operation in subject.operations:
        body = operation.node.own("requestBody")
        if operation.method in _BODILESS and body is not None:
            yield Found(body, f"{operation.id} takes a body with {operation.method.upper()}")


def _name(operation: Operation) -> str:
    """Such as `getInvoicesByInvoiceId`."""
    words = [operation.method]
    for part in operation.template.split("/"):
        words += ["by", *_PARTS.split(part)] if part.startswith("{") else _PARTS.split(part)
    first, *others = [each for each in words if each]
    return first + "".join(each[0].upper() + each[1:] for each in others)


def _free(name: str, taken: set[str]) -> str:
    number = 2
    found = name
    while found in taken:
        found, number = f"{name}{number}", number + 1
    return found
