"""Where the schemas of a document stand, and who is concerned by each: who sends, who is answered, or both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from openapi.documents import pointer_parts, to_pointer
from tests.contract_tests.gate.corpus.standing import METHODS

Json = Any
Document = Mapping[str, Json]

REQUEST, RESPONSE = "request", "response"
NOT_OF = {REQUEST: "readOnly", RESPONSE: "writeOnly"}
OTHER_WAY = {REQUEST: RESPONSE, RESPONSE: REQUEST}
STRUCTURED = ("json", "form")
"""Endings of media types whose bodies have members."""


@dataclass
class Use:
    """Who is concerned by a schema. `certain`: whatever else is said beside it; `possible`: maybe, too.

    `is_on_the_wire`: its values are also sent as plain texts, where a number and its digits are the same.
    """

    certain: set[str] = field(default_factory=set)
    possible: set[str] = field(default_factory=set)
    is_on_the_wire: bool = False


@dataclass(frozen=True)
class Visit:
    """One way to a schema."""

    pointer: str
    direction: str
    is_certain: bool = True
    is_on_the_wire: bool = False


_LATEST: list[tuple[Document, dict[str, Use]]] = []


def uses(document: Document) -> Mapping[str, Use]:
    """The schemas that operations use, by their pointers; those behind references where they stand.

    Of the same document once: every edit asks for them.
    """
    if not _LATEST or _LATEST[0][0] is not document:
        _LATEST[:] = [(document, _uses(document))]
    return _LATEST[0][1]


def _uses(document: Document) -> dict[str, Use]:
    found: dict[str, Use] = {}
    waiting, seen = list(_starts(document)), set[Visit]()
    while waiting:
        visit = waiting.pop()
        if visit in seen:
            continue
        seen.add(visit)
        schema = at(document, visit.pointer)
        if not isinstance(schema, dict):
            continue
        if "$ref" in schema:
            waiting.append(_moved(visit, schema["$ref"].removeprefix("#")))
            continue
        _noted(found.setdefault(visit.pointer, Use()), visit)
        waiting.extend(_below(document, visit, schema))
    return found


def at(document: Document, pointer: str) -> Json:
    """What stands at a pointer."""
    value: Json = document
    for part in pointer_parts(pointer):
        value = value[int(part)] if isinstance(value, list) else value[part]
    return value


def place_of(document: Document, pointer: str) -> str:
    """Where the references that may stand at a pointer end."""
    while "$ref" in at(document, pointer):
        pointer = str(at(document, pointer)["$ref"]).removeprefix("#")
    return pointer


def operations(document: Document) -> Iterator[tuple[str, str]]:
    """The pointers of all operations, and the direction of what they are called with: callbacks are called by us."""
    for path, item in document["paths"].items():
        for method in METHODS & item.keys():
            pointer = to_pointer("paths", path, method)
            yield pointer, REQUEST
            for name, callback in item[method].get("callbacks", {}).items():
                if "$ref" not in callback:
                    for url, called in callback.items():
                        for each in METHODS & called.keys():
                            yield pointer + to_pointer("callbacks", name, url, each), RESPONSE
    for name, item in document.get("webhooks", {}).items():
        for method in METHODS & item.keys():
            yield to_pointer("webhooks", name, method), RESPONSE


def parameters(document: Document, operation: str) -> Iterator[str]:
    """The pointers of the parameters of an operation, those of its path among them."""
    for holder in (operation.rpartition("/")[0], operation):
        for index in range(len(at(document, holder).get("parameters", ()))):
            yield place_of(document, f"{holder}/parameters/{index}")


def answers(document: Document, operation: str) -> Iterator[tuple[str, str]]:
    """The statuses of an operation, and where each answer stands."""
    for status in at(document, operation)["responses"]:
        yield status, place_of(document, operation + to_pointer("responses", status))


def _starts(document: Document) -> Iterator[Visit]:
    for operation, direction in operations(document):
        for parameter in parameters(document, operation):
            yield from _wire(document, parameter, direction)
        if "requestBody" in at(document, operation):
            yield from _contents(document, place_of(document, f"{operation}/requestBody"), direction)
        for _, answer in answers(document, operation):
            yield from _contents(document, answer, OTHER_WAY[direction])
            for name in at(document, answer).get("headers", {}):
                header = place_of(document, answer + to_pointer("headers", name))
                yield from _wire(document, header, OTHER_WAY[direction])


def _wire(document: Document, pointer: str, direction: str) -> Iterator[Visit]:
    if "schema" in at(document, pointer):
        yield Visit(f"{pointer}/schema", direction, is_on_the_wire=True)


def _contents(document: Document, message: str, direction: str) -> Iterator[Visit]:
    for name, media_type in at(document, message).get("content", {}).items():
        if "schema" in media_type:
            is_certain = name.partition(";")[0].endswith(STRUCTURED) or "form" in name
            yield Visit(f"{message}{to_pointer('content', name)}/schema", direction, is_certain)


def _noted(use: Use, visit: Visit) -> None:
    use.possible.add(visit.direction)
    if visit.is_certain:
        use.certain.add(visit.direction)
    use.is_on_the_wire |= visit.is_on_the_wire


def _below(document: Document, visit: Visit, schema: Json) -> Iterator[Visit]:
    for name, member in schema.get("properties", {}).items():
        if not is_marked(document, member, NOT_OF[visit.direction]):
            yield _moved(visit, visit.pointer + to_pointer("properties", name))
    for word in ("items", "additionalProperties"):
        if isinstance(schema.get(word), dict):
            yield _moved(visit, f"{visit.pointer}/{word}")
    for word in ("allOf", "anyOf", "oneOf"):
        parts = schema.get(word, ())
        for index in range(len(parts)):
            yield _moved(visit, f"{visit.pointer}/{word}/{index}", is_certain=word == "allOf" or len(parts) == 1)
    if "not" in schema:
        yield _moved(visit, f"{visit.pointer}/not", is_certain=False)


def _moved(visit: Visit, pointer: str, *, is_certain: bool = True) -> Visit:
    return Visit(pointer, visit.direction, visit.is_certain and is_certain, visit.is_on_the_wire)


def is_marked(document: Document, schema: Json, word: str) -> bool:
    """Whether a member is no part of a direction."""
    while isinstance(schema, dict) and "$ref" in schema:
        schema = at(document, str(schema["$ref"]).removeprefix("#"))
    if not isinstance(schema, dict):
        return False
    return schema.get(word) is True or any(is_marked(document, each, word) for each in schema.get("allOf", ()))
