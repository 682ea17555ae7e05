"""Edits of what is sent and answered: parameters, bodies, media types, statuses, headers, links, examples."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from openapi.documents import to_pointer
from tests.contract_tests.gate.edits.edit import Document, Edit, Harm, Place
from tests.contract_tests.gate.edits.uses import REQUEST, RESPONSE, answers, at, operations, parameters, place_of

Json = Any
IGNORED = frozenset({"accept", "content-type", "authorization"})
TEXT = "text/x-another"


def _operations(document: Document, direction: str = REQUEST) -> Iterator[str]:
    return (pointer for pointer, called in operations(document) if called == direction)


def _at_operations(there: Harm, back: Harm) -> Callable[[Document], Iterator[Place]]:
    return lambda document: (Place(pointer, there, back) for pointer in _operations(document))


def _with_parameter(**words: Json) -> Callable[[Json, Any], None]:
    added = {"name": "another", "in": "query", "schema": {"type": "string"}, **words}

    def make(holder: Json, key: Any) -> None:
        holder[key]["parameters"] = [*holder[key].get("parameters", ()), added]

    return make


def _say(**words: Json) -> Callable[[Json, Any], None]:
    return lambda holder, key: holder[key].update(words)


def _remove(holder: Json, key: Any) -> None:
    del holder[key]


# Parameters


def _own_parameters(document: Document) -> Iterator[str]:
    """Those that one operation has, not by its path and not by reference."""
    for operation in _operations(document):
        for pointer in parameters(document, operation):
            said = at(document, pointer)
            is_ignored = said["in"] == "header" and said["name"].lower() in IGNORED
            if pointer.startswith(operation) and said["in"] != "path" and not is_ignored:
                yield pointer


def _optional_parameters(document: Document) -> Iterator[Place]:
    for pointer in _own_parameters(document):
        if not at(document, pointer).get("required"):
            yield Place(pointer, Harm.BREAKS, Harm.FINE)


def _parameters_to_lose(document: Document) -> Iterator[Place]:
    for pointer in _own_parameters(document):
        said = at(document, pointer)
        if not said.get("deprecated"):
            yield Place(pointer, Harm.BREAKS, Harm.BREAKS if said.get("required") else Harm.FINE)


def _parameters_of_any(document: Document) -> Iterator[Place]:
    for pointer in _own_parameters(document):
        yield Place(pointer, Harm.SILENT, Harm.SILENT)


def _name_in_capitals(holder: Json, key: Any) -> None:
    if holder[key]["in"] == "header":
        holder[key]["name"] = holder[key]["name"].upper()


# Bodies


def _bodies(document: Document) -> Iterator[tuple[str, str]]:
    """Whom each body concerns that is sent, and where it stands."""
    found: dict[str, str] = {}
    for operation, direction in operations(document):
        if "requestBody" in at(document, operation):
            pointer = place_of(document, f"{operation}/requestBody")
            found[pointer] = direction if found.get(pointer, direction) == direction else ""
    return ((direction, pointer) for pointer, direction in found.items() if direction)


def _optional_bodies(document: Document) -> Iterator[Place]:
    for direction, pointer in _bodies(document):
        if not at(document, pointer).get("required"):
            harms = (Harm.BREAKS, Harm.FINE)
            yield Place(pointer, *(harms if direction == REQUEST else harms[::-1]))


def _bodies_to_lose(document: Document) -> Iterator[Place]:
    for operation in _operations(document):
        if "requestBody" in at(document, operation):
            is_required = at(document, place_of(document, f"{operation}/requestBody")).get("required")
            yield Place(f"{operation}/requestBody", Harm.BREAKS, Harm.BREAKS if is_required else Harm.FINE)


def _contents(document: Document) -> Iterator[str]:
    """Of requests and of answers."""
    found = dict.fromkeys(pointer for _, pointer in _bodies(document))
    for operation, _ in operations(document):
        found |= dict.fromkeys(pointer for _, pointer in answers(document, operation))
    for pointer in found:
        content = at(document, pointer).get("content", {})
        if content and not any("*" in name for name in content):
            yield f"{pointer}/content"


def _contents_for_more(document: Document) -> Iterator[Place]:
    for pointer in _contents(document):
        yield Place(pointer, Harm.FINE, Harm.BREAKS)


def _add_type(holder: Json, key: Any) -> None:
    holder[key][TEXT] = {"schema": {"type": "string"}}


def _add_charset(holder: Json, key: Any) -> None:
    holder[key] = {
        f"{name}; charset=utf-8" if name == "application/json" else name.upper(): each
        for name, each in holder[key].items()
    }


def _contents_of_any(document: Document) -> Iterator[Place]:
    for pointer in _contents(document):
        if not any(";" in name for name in at(document, pointer)):
            yield Place(pointer, Harm.SILENT, Harm.SILENT)


def _examples(document: Document) -> Iterator[Place]:
    for pointer in _contents(document):
        for name, media_type in at(document, pointer).items():
            if "examples" in media_type:
                yield Place(f"{pointer}{to_pointer(name)}/examples", Harm.FINE, Harm.SILENT)


# Answers


def _responses(document: Document, *, without: frozenset[str] = frozenset()) -> Iterator[str]:
    for operation in _operations(document):
        if not without & at(document, operation)["responses"].keys():
            yield f"{operation}/responses"


def _for_a_refusal(document: Document) -> Iterator[Place]:
    for pointer in _responses(document, without=frozenset({"default", "4XX", "418"})):
        yield Place(pointer, Harm.FINE, Harm.FINE)


def _for_a_failure(document: Document) -> Iterator[Place]:
    for pointer in _responses(document, without=frozenset({"default", "5XX", "507"})):
        yield Place(pointer, Harm.FINE, Harm.FINE)


def _for_a_success(document: Document) -> Iterator[Place]:
    for pointer in _responses(document, without=frozenset({"default", "2XX", "206"})):
        yield Place(pointer, Harm.FINE, Harm.BREAKS)


def _answering(status: str) -> Callable[[Json, Any], None]:
    return lambda holder, key: holder[key].update({status: {"description": "One more."}})


def _successes_to_lose(document: Document) -> Iterator[Place]:
    for pointer in _responses(document, without=frozenset({"default", "2XX"})):
        statuses = [each for each in at(document, pointer) if each.startswith("2")]
        for each in statuses:
            yield Place(pointer + to_pointer(each), Harm.BREAKS, Harm.FINE)


def _another_status(document: Document) -> Iterator[Place]:
    """The one success becomes 299."""
    for place in _successes_to_lose(document):
        yield Place(place.pointer, Harm.BREAKS, Harm.BREAKS)


def _move_status(holder: Json, key: Any) -> None:
    holder["299"] = holder.pop(key)


def _answers(document: Document) -> dict[str, None]:
    """Where all answers stand that only clients get."""
    found = dict.fromkeys(each for operation in _operations(document) for _, each in answers(document, operation))
    called = (each for operation in _operations(document, RESPONSE) for _, each in answers(document, operation))
    return {pointer: None for pointer in found if pointer not in set(called)}


def _headers(document: Document) -> Iterator[str]:
    for answer in _answers(document):
        for name in at(document, answer).get("headers", {}):
            if name.lower() != "content-type":
                yield answer + to_pointer("headers", name)


def _headers_to_lose(document: Document) -> Iterator[Place]:
    for pointer in _headers(document):
        header = at(document, place_of(document, pointer))
        is_missed = header.get("required") and not header.get("deprecated")
        yield Place(pointer, Harm.BREAKS if is_missed else Harm.FINE, Harm.FINE)


def _optional_headers(document: Document) -> Iterator[Place]:
    for pointer in dict.fromkeys(place_of(document, each) for each in _headers(document)):
        if not at(document, pointer).get("required"):
            yield Place(pointer, Harm.FINE, Harm.BREAKS)


def _for_a_header(document: Document) -> Iterator[Place]:
    for answer in _answers(document):
        yield Place(answer, Harm.FINE, Harm.BREAKS)


def _add_header(holder: Json, key: Any) -> None:
    header = {"required": True, "schema": {"type": "integer"}}
    holder[key]["headers"] = {**holder[key].get("headers", {}), "X-Another": header}


def _links(document: Document) -> Iterator[Place]:
    for answer in _answers(document):
        for name in at(document, answer).get("links", {}):
            yield Place(answer + to_pointer("links", name), Harm.FINE, Harm.FINE)


def _callbacks(document: Document) -> Iterator[Place]:
    for operation in _operations(document):
        for name in at(document, operation).get("callbacks", {}):
            yield Place(operation + to_pointer("callbacks", name), Harm.BREAKS, Harm.FINE)


EDITS: tuple[Edit, ...] = (
    Edit("a required parameter is new", _at_operations(Harm.BREAKS, Harm.BREAKS), _with_parameter(required=True)),
    Edit("an optional parameter is new", _at_operations(Harm.FINE, Harm.BREAKS), _with_parameter()),
    Edit("a deprecated parameter is new", _at_operations(Harm.FINE, Harm.FINE), _with_parameter(deprecated=True)),
    Edit("a parameter becomes required", _optional_parameters, _say(required=True)),
    Edit("a parameter is taken away", _parameters_to_lose, _remove),
    Edit("a header is written in capitals", _parameters_of_any, _name_in_capitals),
    Edit("a body becomes required", _optional_bodies, _say(required=True)),
    Edit("a body is taken away", _bodies_to_lose, _remove),
    Edit("a media type is new", _contents_for_more, _add_type),
    Edit("media types are written otherwise", _contents_of_any, _add_charset),
    Edit("examples are taken away", _examples, _remove),
    Edit("a refusal is new", _for_a_refusal, _answering("418")),
    Edit("a failure is new", _for_a_failure, _answering("507")),
    Edit("a success is new", _for_a_success, _answering("206")),
    Edit("a success is taken away", _successes_to_lose, _remove),
    Edit("a success has another status", _another_status, _move_status),
    Edit("a header is taken away", _headers_to_lose, _remove),
    Edit("a header is new", _for_a_header, _add_header),
    Edit("a header is always there", _optional_headers, _say(required=True)),
    Edit("a link is taken away", _links, _remove),
    Edit("a callback is taken away", _callbacks, _remove),
)
