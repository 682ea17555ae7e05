"""Examples are there, and are what they are examples of."""

from __future__ import annotations

from collections.abc import Iterator

from contract_tests.gate.change import Direction
from contract_tests.gate.lint.check import Found, Weight, check
from contract_tests.gate.lint.roles import end_of
from contract_tests.gate.lint.subject import Operation, Subject
from contract_tests.gate.lint.validators import faults
from contract_tests.gate.specification import Node

_EXAMPLES = frozenset({"example", "examples"})
_SHOWN_BY = _EXAMPLES | {"default", "enum", "format"}


@check(
    "operation-has-examples",
    Weight.STRICT,
    "every body and every answer has an example",
    "add `examples` beside the schema",
)
def has_examples(subject: Subject) -> Iterator[Found]:
    """Of what is no text nobody can show an example."""
    seen: set[Node] = set()
    for operation in subject.operations:
        for what, node in _contents(operation):
            if node not in seen and _is_text(node.name) and not _has_example(node):
                seen.add(node)
                yield Found(node, f"{what} of {operation.id} has no example of {node.name}")


@check(
    "parameter-has-example",
    Weight.TOOLKIT,
    "every parameter shows what it may be: by an example, a default, a format, or a list of its values",
    "add an `example`",
)
def parameter_has_example(subject: Subject) -> Iterator[Found]:
    seen = {node: operation for operation in subject.operations for node in operation.parameters}
    for node, operation in seen.items():
        if not _has_example(node, _SHOWN_BY):
            yield Found(node, f"the parameter {node.value.get('name')} of {operation.id} has no example")


@check(
    "example-conforms",
    Weight.STRICT,
    "every example, and every default, is valid against its schema",
    "mend the example, or the schema if the example is right",
)
def conforms(subject: Subject) -> Iterator[Found]:
    for example, schema, direction in _examples(subject):
        for fault in faults(schema, example.value, direction):
            at = f" at {fault.at}" if fault.at else ""
            says = f"the example is wrong{at}: {fault.says}; see {fault.schema_pointer} (line {fault.schema_line})"
            yield Found(example, says)


@check(
    "example-one-way",
    Weight.STRICT,
    "`example` and `examples` don't stand side by side",
    "move the one into the others",
)
def is_given_in_one_way(subject: Subject) -> Iterator[Found]:
    for role in ("parameter", "header", "media type"):
        for node in subject.of(role):
            if {"example", "examples"} <= node.value.keys():
                yield Found(node, "example and examples stand side by side")


def _contents(operation: Operation) -> Iterator[tuple[str, Node]]:
    """Each media type of the body and of the answers."""
    found = [
        ("the body", operation.body),
        *((f"the answer {name}", node) for name, node in operation.responses.items()),
    ]
    for what, node in found:
        content = node.get("content") if node is not None else None
        yield from ((what, each) for _, each in content.items()) if content is not None else ()


def _has_example(node: Node, words: frozenset[str] = _EXAMPLES) -> bool:
    """Whether an example is given, here or with the schema. `words`: what of a schema shows its values."""
    schema = node.get("schema")
    end = end_of(schema) if schema is not None else None
    stated = [each.value for each in (node, end) if each is not None and isinstance(each.value, dict)]
    return any(not words.isdisjoint(each) for each in stated)


def _is_text(media_type: str) -> bool:
    kind = media_type.partition(";")[0].strip().lower()
    return kind.endswith(("json", "xml")) or kind.startswith("text/") or kind == "application/x-www-form-urlencoded"


def _examples(subject: Subject) -> Iterator[tuple[Node, Node, Direction]]:
    """Every example with its schema, and for which direction it is given."""
    for node in subject.of("media type"):
        direction = _direction(node)
        if node.name.partition(";")[0].endswith("json"):
            yield from ((each, schema, direction) for each, schema in _beside(node))
    for role in ("parameter", "header"):
        for node in subject.of(role):
            yield from ((each, schema, Direction.NEITHER) for each, schema in _beside(node))
    for schema in subject.of("schema"):
        yield from ((each, schema, Direction.NEITHER) for each in _inside(schema))


def _direction(media: Node) -> Direction:
    is_request = "/requestBody/" in media.pointer or media.pointer.startswith("/components/requestBodies/")
    return Direction.REQUEST if is_request else Direction.RESPONSE


def _beside(node: Node) -> Iterator[tuple[Node, Node]]:
    schema = node.own("schema")
    if schema is None:
        return
    own = node.own("example")
    yield from [(own, schema)] if own is not None else []
    examples = node.own("examples")
    for _, each in examples.items() if examples is not None else ():
        end = end_of(each)
        value = end.own("value") if end is not None else None
        yield from [(value, schema)] if value is not None else []


def _inside(schema: Node) -> Iterator[Node]:
    """The examples and the default that stand in a schema itself."""
    yield from (found for name in ("default", "example") if (found := schema.own(name)) is not None)
    listed = schema.own("examples")
    yield from listed.each() if listed is not None and isinstance(listed.value, list) else ()
