"""Parameters, headers and bodies of messages: made, and held against a contract."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from contract_tests.gate.change import Direction
from contract_tests.gate.messages.message import BODY, NOTHING, Aim, Key, Message
from contract_tests.gate.parts.media_types import best
from contract_tests.gate.parts.operation import is_true, text_of
from contract_tests.gate.parts.values import complaint, sample
from contract_tests.gate.specification import Node


def fields_made(fields: Mapping[Key, Node], aim: Aim, direction: Direction) -> dict[Key, Any]:
    """Values of the fields that must be there, and of the one aimed at."""
    made = {}
    for key, node in fields.items():
        if key == aim.key and aim.value is not NOTHING:
            made[key] = aim.value
        elif is_true(node, "required") or key[0] == "path":
            made[key] = sample(schema_of(node), direction, is_path=key[0] == "path")
    return made


def against_fields(fields: Mapping[Key, Node], message: Message, direction: Direction) -> Iterator[str]:
    """What speaks against the parameters or headers of a message."""
    for key, node in fields.items():
        subject = f"{key[0]}.{text_of(node, 'name') or key[1]}"
        if key in message.values:
            found = complaint(schema_of(node), message.values[key], direction, subject)
            if found is not None:
                yield found
        elif is_true(node, "required"):
            yield f"{subject} is missing"


def body_made(content: Node | None, must_be: bool, aim: Aim, direction: Direction) -> tuple[Any, str]:
    """A body and its media type: what is aimed at, or the first type there is where there must be one."""
    types = dict(content.items()) if content is not None else {}
    if aim.location == BODY:
        return (aim.value, aim.name) if aim.name in types else (NOTHING, "")
    if not types or not must_be:
        return NOTHING, ""
    name, node = next(iter(types.items()))
    return sample(node.get("schema"), direction), name


def against_body(content: Node | None, must_be: bool, message: Message, direction: Direction) -> Iterator[str]:
    """What speaks against the body of a message, or its not being there."""
    types = dict(content.items()) if content is not None else {}
    if message.body is NOTHING:
        if must_be and types:
            yield "the body is missing"
        return
    meant = best(message.media_type, types)
    found = complaint(types[meant].get("schema"), message.body, direction, BODY) if meant else None
    if meant is None:
        yield f"no body of the type {message.media_type} is described"
    elif found is not None:
        yield found


def schema_of(field: Node) -> Node | None:
    """What the values of a parameter or header must fit: said directly, or for its one media type."""
    direct = field.get("schema")
    if direct is not None:
        return direct
    content = field.get("content")
    found = next(content.items(), None) if content is not None else None
    return found[1].get("schema") if found is not None else None
