"""Edits of documents: what stands at a pointer is set, appended, moved, put last or removed."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from openapi.documents import pointer_parts, to_pointer

Json = Any
METHODS = frozenset({"GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE"})


@dataclass(frozen=True)
class Gone:
    """Written `!gone`: what stands there is removed."""


@dataclass(frozen=True)
class Last:
    """Written `!last`: what stands there becomes the last of its mapping or list."""


@dataclass(frozen=True)
class From:
    """Written `!from POINTER`: what stands at another place moves here."""

    place: str


def edited(document: Json, edits: Mapping[str, Any]) -> Json:
    """A copy of a document after all edits, in their order."""
    result = copy.deepcopy(document)
    for place, edit in edits.items():
        _apply(result, pointer_of(place), edit)
    return result


def pointer_of(place: str) -> str:
    """The JSON pointer of a place that is written shortly.

    `GET /rooms#/summary` is a part of an operation, `/rooms#` a path, `Room#/properties` a part of a component schema;
    what has no `#` is a pointer already.
    """
    who, sign, rest = place.partition("#")
    if not sign:
        return place
    method, space, path = who.partition(" ")
    if space and method in METHODS:
        return to_pointer("paths", path, method.lower()) + rest
    return (to_pointer("paths", who) if who.startswith("/") else to_pointer("components", "schemas", who)) + rest


def _apply(document: Json, pointer: str, edit: Any) -> None:
    parent, name = _parent(document, pointer)
    match edit:
        case Gone():
            del parent[name]
        case Last():
            _put(parent, "-" if isinstance(parent, list) else name, parent.pop(name))
        case From(place):
            source, source_name = _parent(document, pointer_of(place))
            _put(parent, name, source.pop(source_name))
        case _:
            _put(parent, name, copy.deepcopy(edit))


def _put(parent: Any, name: Any, value: Any) -> None:
    if name == "-":
        parent.append(value)
    else:
        parent[name] = value


def _parent(document: Json, pointer: str) -> tuple[Any, Any]:
    """The mapping or list a pointer leads into, made where it is missing, and the key or index in it."""
    *way, last = pointer_parts(pointer)
    at = document
    for part in way:
        at = at[int(part)] if isinstance(at, list) else at.setdefault(part, {})
    return at, int(last) if isinstance(at, list) and last != "-" else last
