"""The files of a source, and where references between them lead."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urljoin

from contract_tests.errors import WrongUse
from contract_tests.gate.sources.document import MAX_BYTES, TextDocument, WrongDocument, wrong
from contract_tests.gate.sources.identifiers import NONE, Identifiers, identifiers
from contract_tests.gate.sources.opened import claims_openapi
from contract_tests.gate.sources.shelf import LeadsOut, Shelf
from contract_tests.gate.sources.texts import read_text
from contract_tests.gate.specification import REFERENCES, Node
from openapi.documents import pointer_parts, to_pointer

MAX_FILES = 10_000
MAX_SOURCE_BYTES = 2 * MAX_BYTES
MAX_DETOURS = 50
"""So many references may lead through others; more would be no contract, and too much for Python's stack."""


class SourceLibrary:
    """Reads a file when something leads to it for the first time."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._identifiers: dict[TextDocument, Identifiers] = {}
        self._resources: dict[str, Node] = {}
        self._left_bytes = MAX_SOURCE_BYTES
        self._contents: dict[str, bytes] = {}
        self._documents: dict[str, TextDocument] = {}
        self._locations: dict[TextDocument, str] = {}
        self._targets: dict[tuple[TextDocument, str, str], Node] = {}
        self._ends: dict[Node, Node] = {}
        self._underway: set[Node] = set()

    def root(self, location: str) -> Node:
        """The root of the file at a location. Raises `WrongUse`."""
        document = self.document(location)
        return Node(document.data, "", document, self)

    def document(self, location: str) -> TextDocument:
        if location not in self._documents:
            content = self._content(location)
            self._left_bytes -= len(content)
            if len(self._documents) >= MAX_FILES or self._left_bytes < 0:
                reason = f"is one too many: a source has at most {MAX_FILES:,} files and {MAX_SOURCE_BYTES:,} bytes"
                raise wrong(self._shelf.shown(location), 1, reason)
            document = read_text(self._shelf.shown(location), content)
            self._documents[location] = document
            self._locations[document] = location
            self._identify(document, location)
        return self._documents[location]

    def claims_openapi(self, location: str) -> bool:
        """Whether the file is worth a closer look; cheap, and says yes rather too often than not."""
        self._contents[location] = self._shelf.read(location)
        return claims_openapi(self._contents[location])

    def _content(self, location: str) -> bytes:
        seen = self._contents.pop(location, None)
        return self._shelf.read(location) if seen is None else seen

    def _identify(self, document: TextDocument, location: str) -> None:
        found = identifiers(document.data, location) if document.has_identifiers else NONE
        self._identifiers[document] = found
        root = Node(document.data, "", document, self)
        for uri, pointer in found.resources.items():
            self._resources.setdefault(uri, _walked(root, pointer))

    def target(self, node: Node) -> Node:
        """Where the reference of a node leads in one step."""
        document, reference = self._document_of(node), str(node.ref)
        resource = self._identifiers[document].resource_of(node.pointer)
        key = (document, resource, reference)
        known = self._targets.get(key)
        if known is None:
            known = self._targets[key] = self._find(node, document, resource, reference)
        return known

    def end(self, node: Node) -> Node:
        """Where the references of a node end."""
        passed: dict[Node, None] = {}
        at = node
        while at.ref is not None and at not in self._ends:
            if at in passed:
                raise _error(node, "leads in a circle")
            passed[at] = None
            at = self.target(at)
        end = self._ends.get(at, at)
        self._ends.update(dict.fromkeys(passed, end))  # all of them: a long chain is walked once
        return end

    def _find(self, node: Node, document: TextDocument, resource: str, reference: str) -> Node:
        if node in self._underway:
            raise _error(node, "leads in a circle")
        if len(self._underway) >= MAX_DETOURS:
            raise _error(node, f"leads through more than {MAX_DETOURS} others")
        self._underway.add(node)
        try:
            file, _, fragment = reference.partition("#")
            start = self._start(node, document, resource, file)
            return self._at(node, start, unquote(fragment))
        finally:
            self._underway.discard(node)

    def _start(self, node: Node, document: TextDocument, resource: str, file: str) -> Node:
        """The resource a reference is into: a schema that has such an `$id`, else the file that lies there."""
        if not file:
            return _walked(Node(document.data, "", document, self), resource)
        base = self._identifiers[document].bases.get(resource, self._locations[document])
        try:
            known = self._resources.get(urljoin(base, file))
            return known or self._file(node, document, file)
        except ValueError as error:  # of `urllib.parse`
            raise _error(node, "is no URL") from error

    def _file(self, node: Node, document: TextDocument, file: str) -> Node:
        try:
            return self.root(self._shelf.locate(self._locations[document], file))
        except LeadsOut as error:
            raise _error(node, str(error)) from error
        except WrongUse as error:
            raise _error(node, f"leads to what can't be read: {error}") from error

    def _at(self, node: Node, start: Node, fragment: str) -> Node:
        if fragment and not fragment.startswith("/"):
            return self._anchored(node, start, fragment)
        at = start
        for part in pointer_parts(fragment):
            child = _child(at if _has(at.value, part) else at.resolved(), part)
            if child is None:
                where = f"{start.document.name} has no {part!r} at {at.pointer or 'its top'}"
                raise _error(node, f"leads nowhere: {where}")
            at = child
        return at

    def _anchored(self, node: Node, start: Node, name: str) -> Node:
        document = self._document_of(start)
        pointer = self._identifiers[document].anchor(start.pointer, name)
        if pointer is None:
            raise _error(node, f"leads nowhere: {document.name} has no anchor {name!r} there")
        return _walked(Node(document.data, "", document, self), pointer)

    def _document_of(self, node: Node) -> TextDocument:
        assert isinstance(node.document, TextDocument), "the nodes of a source stand in its own files"
        return node.document


def _walked(root: Node, pointer: str) -> Node:
    """What stands at a pointer that is known to lead somewhere, without following references."""
    node: Node | None = root
    for part in pointer_parts(pointer):
        node = _child(node, part) if node is not None else None
    assert node is not None, "the pointer was made from the data"
    return node


def _has(value: Any, part: str) -> bool:
    return isinstance(value, dict) and part in value


def _child(node: Node, part: str) -> Node | None:
    value = node.value
    if isinstance(value, list) and part.isdigit() and int(part) < len(value):
        return Node(value[int(part)], node.pointer + to_pointer(part), node.document, node.library)
    return node.own(part)


def _error(node: Node, reason: str) -> WrongDocument:
    word = next(word for word in REFERENCES if word in node.value)
    return WrongDocument((node.own(word) or node).place, f"the reference {node.ref!r} {reason}")
