"""Every single thing that can be taken from a contract or changed in it, one at a time."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from openapi.documents import pointer_parts, to_pointer
from openapi.schemas import COMPONENT_PREFIX

Json = Any
Edit = Callable[[Json], None]
METHODS = ("get", "put", "post", "delete", "patch")


@dataclass(frozen=True)
class Mutation:
    """`pointer`: of what is changed; `edit`: changes a copy of the document."""

    name: str
    pointer: str
    edit: Edit

    def __str__(self) -> str:
        return f"{self.name} at {self.pointer}"

    def applied(self, document: Json) -> Json:
        """The document with the change. What is not on the way to it is shared with the original."""
        mutated, holder = dict(document), None
        parts = pointer_parts(self.pointer)
        holder = mutated
        for part in parts[:-1]:
            key: Any = int(part) if isinstance(holder, list) else part
            holder[key] = copy.copy(holder[key])
            holder = holder[key]
        key = int(parts[-1]) if isinstance(holder, list) else parts[-1]
        holder[key] = copy.deepcopy(holder[key])
        self.edit(_At(holder, key))
        return mutated


class _At:
    """A place whose value can be put, changed or taken away."""

    def __init__(self, holder: Json, key: Any) -> None:
        self.holder, self.key = holder, key

    @property
    def value(self) -> Json:
        return self.holder[self.key]

    def put(self, value: Json) -> None:
        self.holder[self.key] = value

    def remove(self) -> None:
        del self.holder[self.key]


def mutations(document: Json) -> Iterator[Mutation]:
    """All of them, in the order of the document. Only what an operation uses is touched."""
    used = _used_schemas(document)
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield from _of_operation(document, to_pointer("paths", path, method), item[method])
    for name in sorted(used):
        yield from _of_schema(to_pointer("components", "schemas", name), document["components"]["schemas"][name])
    yield from _of_rules(document)
    for name, lifecycle in document.get("x-lifecycle", {}).items():
        yield from _of_lifecycle(to_pointer("x-lifecycle", name), lifecycle)
    yield Mutation("another base path", "/servers/0/url", lambda at: at.put(at.value + "/next"))


def _of_operation(document: Json, pointer: str, operation: Json) -> Iterator[Mutation]:
    yield Mutation("operation removed", pointer, _At.remove)
    yield Mutation("operation deprecated", pointer, lambda at: at.value.update(deprecated=True))
    yield Mutation("another operationId", f"{pointer}/operationId", lambda at: at.put(at.value + "2"))
    if {} not in (operation.get("security", document.get("security")) or [{}]):
        yield Mutation("opened", pointer, lambda at: at.value.update(security=[]))
    yield Mutation("a scope asked for", pointer, lambda at: at.value.update(security=[{"another": ["scope"]}]))
    yield Mutation("a parameter asked for", pointer, _with_parameter)
    for index, parameter in enumerate(operation.get("parameters", [])):
        yield from _of_parameter(f"{pointer}/parameters/{index}", parameter)
    if "requestBody" in operation and "$ref" not in operation["requestBody"]:
        yield Mutation("body removed", f"{pointer}/requestBody", _At.remove)
        yield Mutation("body required or not", f"{pointer}/requestBody", _toggled("required"))
        yield from _of_content(f"{pointer}/requestBody/content", operation["requestBody"]["content"])
    for status, answer in operation["responses"].items():
        yield from _of_answer(f"{pointer}/responses/{status}", answer)
    yield Mutation("a status added", f"{pointer}/responses", lambda at: at.value.update({"418": {"description": "x"}}))


def _with_parameter(at: _At) -> None:
    added = {"name": "another", "in": "query", "required": True, "schema": {"type": "string"}}
    at.value["parameters"] = [*at.value.get("parameters", []), added]


def _toggled(member: str) -> Edit:
    return lambda at: at.value.update({member: not at.value.get(member, False)})


def _of_parameter(pointer: str, parameter: Json) -> Iterator[Mutation]:
    is_in_path = parameter.get("in") == "path"
    if not is_in_path and not parameter.get("$ref", "").lower().endswith("id"):
        yield Mutation("parameter removed", pointer, _At.remove)
    if "schema" in parameter and "$ref" not in parameter["schema"]:
        yield from _of_schema(f"{pointer}/schema", parameter["schema"])
    if "schema" in parameter and not is_in_path:
        yield Mutation("parameter required or not", pointer, _toggled("required"))


def _of_content(pointer: str, content: Json) -> Iterator[Mutation]:
    for name, media in content.items():
        place = pointer + to_pointer(name)
        yield Mutation("media type removed", place, _At.remove)
        yield Mutation("schema of a body replaced", f"{place}/schema", lambda at: at.put({"type": "boolean"}))
        if media.get("examples"):
            yield Mutation("examples removed", f"{place}/examples", _At.remove)


def _of_answer(pointer: str, answer: Json) -> Iterator[Mutation]:
    yield Mutation("response removed", pointer, _At.remove)
    if "content" in answer:
        yield from _of_content(f"{pointer}/content", answer["content"])
    for name in answer.get("headers", {}):
        yield Mutation("response header removed", f"{pointer}/headers{to_pointer(name)}", _At.remove)
    for name in answer.get("links", {}):
        yield Mutation("link removed", f"{pointer}/links{to_pointer(name)}", _At.remove)


# Schemas

_CHANGED: dict[str, Callable[[Json], Json]] = {
    "maxLength": lambda value: value + 1,
    "minLength": lambda value: value + 1,
    "maximum": lambda value: value - 1,
    "minimum": lambda value: value + 1,
    "maxItems": lambda value: value - 1,
    "minItems": lambda value: value + 1,
    "pattern": lambda value: f"^x{value}",
    "enum": lambda value: value[1:],
    "nullable": lambda value: not value,
    "default": lambda value: f"not {value}",
    "additionalProperties": lambda value: not value,
}


def _of_schema(pointer: str, schema: Json) -> Iterator[Mutation]:
    for word, change in _CHANGED.items():
        if word == "nullable" and "type" not in schema:
            continue  # it says nothing there
        if word in schema and not (word == "enum" and len(schema[word]) < 2) and not isinstance(schema[word], dict):
            yield Mutation(f"another {word}", f"{pointer}/{word}", _changing(change))
    for name, each in schema.get("properties", {}).items():
        place = pointer + to_pointer("properties", name)
        yield Mutation("property removed", place, _At.remove)
        yield Mutation("property required or not", pointer, _requiring(name))
        yield from _of_schema(place, each)
    if isinstance(schema.get("items"), dict):
        yield from _of_schema(f"{pointer}/items", schema["items"])
    for word in ("oneOf", "anyOf", "allOf"):
        for index, each in enumerate(schema.get(word, [])):
            yield from _of_schema(f"{pointer}/{word}/{index}", each)


def _changing(change: Callable[[Json], Json]) -> Edit:
    return lambda at: at.put(change(at.value))


def _requiring(name: str) -> Edit:
    def edit(at: _At) -> None:
        required = at.value.get("required", [])
        at.value["required"] = [each for each in required if each != name] if name in required else [*required, name]
        if not at.value["required"]:
            del at.value["required"]

    return edit


def _used_schemas(document: Json) -> set[str]:
    """The component schemas that operations reach by way of others."""
    schemas = document.get("components", {}).get("schemas", {})
    reached: set[str] = set()
    waiting = [document["paths"], {name: each for name, each in document["components"].items() if name != "schemas"}]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            name = str(value.get("$ref", "")).removeprefix(COMPONENT_PREFIX)
            if name in schemas and name not in reached:
                reached.add(name)
                waiting.append(schemas[name])
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
    return reached


# Rules and lifecycles


def _of_rules(document: Json) -> Iterator[Mutation]:
    for index, rule in enumerate(document.get("x-rules", [])):
        pointer = f"/x-rules/{index}"
        yield Mutation("rule removed", pointer, _At.remove)
        yield Mutation("another status", f"{pointer}/status", lambda at: at.put(at.value + 1))
        yield Mutation("another sentence", f"{pointer}/says", lambda at: at.put(f"not {at.value}"))
        yield Mutation("another stage", f"{pointer}/stage", lambda at: at.put("idempotency2"))
        for name, value in rule.get("limits", {}).items():
            if isinstance(value, int | float):
                yield Mutation("another limit", f"{pointer}/limits/{name}", lambda at: at.put(at.value / 2))
            if value is not None:
                yield Mutation("limit removed", f"{pointer}/limits/{name}", _At.remove)


def _of_lifecycle(pointer: str, lifecycle: Json) -> Iterator[Mutation]:
    for name in lifecycle["states"]:
        yield Mutation("state removed", f"{pointer}/states/{name}", _At.remove)
    for member in ("transitions", "refusals"):
        for index, entry in enumerate(lifecycle[member]):
            place = f"{pointer}/{member}/{index}"
            yield Mutation(f"{member} removed", place, _At.remove)
            yield Mutation("another rule", place, lambda at: at.value.update(rule="ANOTHER"))
            if member == "transitions":
                yield Mutation("another target", f"{place}/to", lambda at: at.put("Elsewhere"))
            if len(entry.get("from", entry.get("in"))) > 1:
                states = f"{place}/{'from' if member == 'transitions' else 'in'}/0"
                yield Mutation("a state less", states, _At.remove)
