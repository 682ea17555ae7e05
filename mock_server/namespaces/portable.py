"""A namespace as one JSON document, both ways: readable, fit for version control, the same for the same state."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from decimal import Decimal
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

    def remove(self, blob: str) -> None:
        """Keep the bytes of this name no longer."""


class Portable:
    """Exports and imports namespaces of a store."""

    def __init__(self, store: Store, objects: ObjectBytes) -> None:
        self._store = store
        self._objects = objects

    def document(self, namespace: Namespace) -> Json:
        """All of a namespace: its state, its records by collection and id, its objects' bytes by digest."""
        with namespace.held():  # so that records, ids and clock fit together
            contents = dict(namespace.transact(lambda work: work.contents(), write=False))
            state = namespace.state
        contents.pop(NAMESPACE_STATES.name, None)
        stored = contents.pop(OBJECTS.name, ())
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

    @contextmanager
    def received(self, document: Json) -> Iterator[Json]:
        """The document with its bytes taken in, for `fill` to be called in the block; outside of a unit of work.

        What was taken in is thrown away where the block raises.

        Raises:
            Refused: CTL-IMPORT, there are no bytes for an object, or they aren't those it names.
        """
        taken: dict[str, str] = {}
        try:
            yield {**document, "objects": self._with_blobs(document, taken)}
        except BaseException:
            for blob in taken.values():
                with suppress(StoreError):  # what stays is left to the next sweep
                    self._objects.remove(blob)
            raise

    def fill(self, work: UnitOfWork, document: Json) -> None:
        """Make the unit of work's namespace hold what a received document says, and nothing else.

        Raises:
            Refused: CTL-IMPORT, the document is not one of this version; the unit of work must be undone.
        """
        if document["formatVersion"] != FORMAT_VERSION:
            raise Refused(
                RULE, f"The document has the format version {document['formatVersion']}, not {FORMAT_VERSION}."
            )
        if elsewhere := {OBJECTS.name, NAMESPACE_STATES.name} & document["records"].keys():
            raise _refused(f"{min(elsewhere)} are no records of it; they have members of their own")
        try:
            work.fill(_with_floats({**document["records"], OBJECTS.name: document["objects"]}))
            store_state(work, _state(document))
        except (UnreadableContents, ValueError, OverflowError) as error:
            raise _refused(error) from error
        except RecursionError as error:
            raise _refused("a record is nested too deeply") from error

    def _bytes(self, stored: Sequence[Json]) -> Json:
        inline = {each["sha256"]: each["blob"] for each in stored if each["size_bytes"] <= MAX_INLINE_BYTES}
        read = ((digest, self._read(blob)) for digest, blob in sorted(inline.items()))
        return {digest: base64.b64encode(content).decode("ascii") for digest, content in read if content is not None}

    def _read(self, blob: str) -> bytes | None:
        """The bytes; `None` where they are gone, as from a temporary folder after a restart."""
        try:
            return self._objects.read(blob)
        except StoreError:
            return None

    def _with_blobs(self, document: Json, taken: dict[str, str]) -> Sequence[Json]:
        """The objects' records, each with the name of bytes that have its digest. `taken`: the new ones, by digest."""
        objects, texts = document.get("objects", ()), document.get("bytes", {})
        present = {stored.sha256: stored.blob for _, stored in self._store.everywhere(OBJECTS)}
        contents = {digest: _content(digest, text) for digest, text in texts.items()}
        for digest in dict.fromkeys(str(each["sha256"]) for each in objects):
            if digest in contents:
                taken[digest] = self._written(digest, contents[digest])
            elif digest not in present:
                message = f"there are no bytes with the SHA-256 {digest[:80]}, neither in the document nor here"
                raise _refused(message)
        return [{**each, "blob": (present | taken)[each["sha256"]]} for each in objects]

    def _written(self, digest: str, content: bytes) -> str:
        try:
            return self._objects.write(content)
        except StoreError as error:
            raise _refused(f"bytes/{digest} can't be kept: {error}") from error


def _content(digest: str, text: str) -> bytes:
    try:
        content = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise _refused(f"bytes/{digest[:80]} is not base64") from error
    if hashlib.sha256(content).hexdigest() != digest:
        raise _refused(f"bytes/{digest[:80]} has another SHA-256")
    return content


def _with_floats(value: Any) -> Any:
    """The value with fractions as JSON has them: a `Decimal` would be stored as the text that amounts are."""
    if isinstance(value, Mapping):
        return {name: _with_floats(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_with_floats(each) for each in value]
    return float(value) if isinstance(value, Decimal) else value


def _refused(why: object) -> Refused:
    return Refused(RULE, f"The document can't be imported: {why}.")


def _state(document: Json) -> NamespaceState:
    ids = document["ids"]
    return NamespaceState(
        seed=document["seed"],
        id_seed=ids["seed"],
        id_count=int(ids["count"]),
        clock=clock_state(document["clock"]),
        first_clock=clock_state(document["firstClock"]),
    )
