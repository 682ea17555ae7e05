"""Whether a document is an OpenAPI document that can be compared, and what is not as it should be in it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from contract_tests.gate.sources.document import WrongDocument
from contract_tests.gate.sources.note import Note
from contract_tests.gate.sources.validity import complaints
from contract_tests.gate.sources.walk import Walk
from contract_tests.gate.specification import Node, Specification

DIALECTS = ("3.0", "3.1")
_VERSION = re.compile(r"(\d+\.\d+)(\.\d+.*)?")
_OUR_DIALECT = re.compile(
    r"https://spec\.openapis\.org/oas/3\.1/dialect/.*|https://json-schema\.org/draft/2020-12/schema#?"
)

_NOT_UNDERSTOOD: Mapping[str, Mapping[str, str]] = {
    "document": {"jsonSchemaDialect": "not understood: schemas are read as JSON Schema 2020-12"},
    "schema": {
        "$schema": "not understood: the schema is read as JSON Schema 2020-12",
        "$dynamicRef": "read as `$ref`: another schema's `$dynamicAnchor` does not replace it",
    },
}
"""By the kind of an object: what it says that is taken for something simpler."""


def is_openapi(root: Node) -> bool:
    """Whether a document claims to be one, of whatever version."""
    return isinstance(root.value, dict) and ("openapi" in root.value or "swagger" in root.value)


def dialect_of(root: Node) -> str:
    """The version a document is written in, without its patch number.

    Raises:
        WrongUse: it is no OpenAPI document, or of a version that can't be compared.
    """
    if not is_openapi(root):
        raise WrongDocument(root.place, "is no OpenAPI document: it has no member `openapi`")
    if "openapi" not in root.value:
        place = (root.own("swagger") or root).place
        raise WrongDocument(
            place, f"is Swagger {root.value['swagger']}, which is not compared; convert it to OpenAPI 3"
        )
    version = str(root.value["openapi"])
    found = _VERSION.fullmatch(version)
    if not found or found[1] not in DIALECTS:
        place = (root.own("openapi") or root).place
        raise WrongDocument(place, f"is OpenAPI {version[:20]}; {' and '.join(DIALECTS)} can be compared")
    return found[1]


def notes_on(specification: Specification) -> Iterator[Note]:
    """What is not right in a specification but keeps nobody from comparing it.

    Raises:
        WrongUse: what keeps one from it: something of the wrong type, or a reference that leads nowhere, where it is
            used. What nobody refers to may be as it likes.
    """
    walk = Walk()
    for kind, node in walk.reach(specification.root, "document", _refuse):
        yield from _not_understood(kind, node)
    yield from _unused(specification.root, walk)
    for pointer, message in complaints(specification.root, specification.dialect):
        place = (specification.node(pointer) or specification.root).place
        yield Note(place, f"breaks OpenAPI {specification.dialect} at {pointer or 'its top'}: {message}")


def _not_understood(kind: str, node: Node) -> Iterator[Note]:
    for name, message in _NOT_UNDERSTOOD.get(kind, {}).items():
        member = node.own(name)
        if member is not None and not _OUR_DIALECT.fullmatch(str(member.value)):
            yield Note(member.place, f"says `{name}`, which is {message}")


def _refuse(error: WrongDocument) -> None:
    raise error


def _unused(root: Node, walk: Walk) -> list[Note]:
    """What is wrong with components that nobody refers to."""
    notes: list[Note] = []
    components = root.own("components")
    if components is not None and components.value is not None:
        visited = walk.reach(components, "components", lambda error: notes.append(Note(error.place, error.reason)))
        for _ in visited:
            pass
    return notes
