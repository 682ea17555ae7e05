"""A namespace as one JSON document, both ways: readable, fit for version control, the same for the same state."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from mock_server.core.clock_document import clock_json, clock_state
from mock_server.core.errors import Refused, StoreError, UnreadableContents
from mock_server.core.namespace import NAMESPACE_STATES, Namespace, NamespaceState, store_state
from mock_server.core.objects import OBJECTS
from mock_server.core.records import Store, UnitOfWork

FORMAT = "mock-server namespace"
FORMAT_VERSION = 1
MAX_INLINE_BYTES = 1024 * 1024
"""Larger objects are named by their digest alone; whoever imports them must have the bytes already."""

RULE = "CTL-IMPORT"
Json = Mapping[str, Any]


class ObjectBytes(Protocol):
    """The bytes of objects, as the bucket keeps them. Calls may block."""

    def read(self, blob: str) -> bytes:
        """All bytes of this name."""

    def write(self, content: bytes) -> str:
        """Keep these bytes; returns their name."""


class Portable:
    """Exports and imports namespaces of a store."""

    def __init__(self, store: Store, objects: ObjectBytes) -> None:
        self._store = store
        self._objects = objects

    def document(self, namespace: Namespace) -> Json:
        """All of a namespace: its state, its records by collection and id, its objects' bytes by digest."""
        contents = dict(namespace.transact(lambda work: work.contents(), write=False))
        contents.pop(NAMESPACE_STATES.name, None)
        stored = contents.pop(OBJECTS.name, ())
        state = namespace.state
        return {
            "format": FORMAT,
            "formatVersion": FORMAT_VERSION,
            "seed": state.seed,
            "ids": {"seed": state.id_seed, "count": state.id_count},
            "clock": clock_json(state.clock),
            "firstClock": clock_json(state.first_clock),
            "records": contents,
            "objects": [{name: value for name, value in each.items() if name != "blob"} for each in stored],
            "bytes": self._bytes(stored),
        }

    def received(self, document: Json) -> Json:
        """The document with its bytes taken in; to be called outside of a unit of work, and before `fill`.

        Raises:
            Refused: CTL-IMPORT, there are no bytes for an object, or they aren't those it names.
        """
        try:
            return {**document, "objects": self._with_blobs(document)}
        except ValueError as error:
            raise Refused(RULE, f"The document can't be imported: {error}.") from error

    def fill(self, work: UnitOfWork, document: Json) -> None:
        """Make the unit of work's namespace hold what a received document says, and nothing else.

        Raises:
            Refused: CTL-IMPORT, the document is not one of this version; the unit of work must be undone.
        """
        if document["formatVersion"] != FORMAT_VERSION:
            raise Refused(
                RULE, f"The document has the format version {document['formatVersion']}, not {FORMAT_VERSION}."
            )
        try:
            work.fill({**document["records"], OBJECTS.name: document["objects"]})
            store_state(work, _state(document))
        except (UnreadableContents, ValueError, OverflowError) as error:
            raise Refused(RULE, f"The document can't be imported: {error}.") from error

    def _bytes(self, stored: Sequence[Json]) -> Json:
        inline = {each["sha256"]: each["blob"] for each in stored if each["size_bytes"] <= MAX_INLINE_BYTES}
        return {
            digest: base64.b64encode(self._objects.read(blob)).decode("ascii")
            for digest, blob in sorted(inline.items())
        }

    def _with_blobs(self, document: Json) -> Sequence[Json]:
        """The objects' records, each with the name of bytes that have its digest."""
        present = {stored.sha256: stored.blob for _, stored in self._store.everywhere(OBJECTS)}
        blobs = {digest: self._written(digest, text) for digest, text in document.get("bytes", {}).items()}
        return [{**each, "blob": self._blob(each, {**present, **blobs})} for each in document.get("objects", ())]

    def _written(self, digest: str, text: str) -> str:
        try:
            content = base64.b64decode(text, validate=True)
        except binascii.Error as error:
            raise ValueError(f"bytes/{digest[:80]} is not base64") from error
        if hashlib.sha256(content).hexdigest() != digest:
            raise ValueError(f"bytes/{digest[:80]} has another SHA-256")
        try:
            return self._objects.write(content)
        except StoreError as error:
            raise ValueError(f"bytes/{digest} can't be kept: {error}") from error

    @staticmethod
    def _blob(stored: Json, blobs: Mapping[str, str]) -> str:
        digest = str(stored.get("sha256"))
        if digest not in blobs:
            raise ValueError(f"there are no bytes with the SHA-256 {digest[:80]}, neither in the document nor here")
        return blobs[digest]


def _state(document: Json) -> NamespaceState:
    ids = document["ids"]
    return NamespaceState(
        seed=document["seed"],
        id_seed=ids["seed"],
        id_count=int(ids["count"]),
        clock=clock_state(document["clock"]),
        first_clock=clock_state(document["firstClock"]),
    )
