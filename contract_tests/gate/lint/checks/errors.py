"""Errors are documented, and look alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from contract_tests.gate.lint.check import Found, Weight, check
from contract_tests.gate.lint.roles import target_of
from contract_tests.gate.lint.subject import Operation, Subject
from contract_tests.gate.specification import Node

_DEMANDED: Mapping[str, Callable[[Operation, Subject], bool]] = {
    "500": lambda operation, subject: True,
    "401": lambda operation, subject: _is_guarded(operation, subject),
    "400": lambda operation, subject: operation.body is not None or bool(operation.parameters),
}
"""Which errors an operation has to document, and when."""


@check(
    "operation-errors",
    Weight.ADVICE,
    "every operation documents an error",
    "add the answers 4xx and 5xx that it has, or `default`",
)
def documents_errors(subject: Subject) -> Iterator[Found]:
    for operation in subject.operations:
        if not any(_is_error(status) or status == "default" for status in operation.responses):
            yield Found(operation.node.own("responses") or operation.node, f"{operation.id} documents no error")


@check(
    "operation-error-responses",
    Weight.TOOLKIT,
    "every operation documents 500; 401, if it asks for a token; and 400, if it takes parameters or a body",
    "add the answer; components/responses has it",
)
def documents_all_errors(subject: Subject) -> Iterator[Found]:
    for operation in subject.operations:
        for status, is_demanded in _DEMANDED.items():
            if status not in operation.responses and is_demanded(operation, subject):
                yield Found(operation.node.own("responses") or operation.node, f"{operation.id} documents no {status}")


@check(
    "error-envelope",
    Weight.TOOLKIT,
    "all errors of a media type have one schema, which the clients of the group know",
    "use the schema of the others",
)
def has_one_envelope(subject: Subject) -> Iterator[Found]:
    by_type: dict[str, dict[Node, str]] = {}
    for operation in subject.operations:
        for media_type, schema in _error_schemas(operation):
            target = target_of(schema)
            by_type.setdefault(media_type, {})[schema] = target.pointer if target is not None else ""
    for media_type, found in by_type.items():
        usual = Counter(found.values()).most_common(1)[0][0]
        for schema, pointer in found.items():
            if pointer != usual:
                says = f"an error of {media_type} has another schema than the others, which have {usual}"
                yield Found(schema, says)


def _is_error(status: str) -> bool:
    return status[:1] in "45"


def _is_guarded(operation: Operation, subject: Subject) -> bool:
    """Whether the operation asks for a token; an empty requirement among others lets everybody in."""
    stated = operation.node.own("security") or subject.root.own("security")
    return stated is not None and bool(stated.value) and {} not in stated.value


def _error_schemas(operation: Operation) -> Iterator[tuple[str, Node]]:
    for status, response in operation.responses.items():
        content = response.get("content") if _is_error(status) else None
        for media_type, media in content.items() if content is not None else ():
            schema = media.get("schema")
            if schema is not None and media_type.endswith("json"):
                yield media_type, schema
