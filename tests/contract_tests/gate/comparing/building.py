"""Small contracts that differ in one thing, and what is found between them."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from contract_tests.gate.change import Change
from contract_tests.gate.diffing import compare
from contract_tests.gate.sources import Source
from contract_tests.gate.specification import Document, Node, Specification
from openapi.documents import pointer_parts

Json = Any
CASES = Path(__file__).parent / "cases"
TODAY = date(2027, 1, 1)

BASE: Mapping[str, Json] = {
    "openapi": "3.0.3",
    "info": {"title": "Things", "version": "1.0.0"},
    "servers": [{"url": "https://api.example.com/v1"}],
    "paths": {
        "/things": {
            "get": {"operationId": "listThings", "responses": {"200": {"description": "Things."}}},
            "post": {
                "operationId": "addThing",
                "requestBody": {"content": {"application/json": {"schema": {"type": "object"}}}},
                "responses": {"201": {"description": "Added."}},
            },
        }
    },
}
_SHORT = {"get": ("paths", "/things", "get"), "post": ("paths", "/things", "post")}


@dataclass(frozen=True, eq=False)
class Case:
    """Two contracts and the kinds of changes between them. `severity`: of all, where it is not the usual one.

    `says`: a part of the sentence.
    """

    name: str
    kinds: tuple[str, ...]
    old: Json
    new: Json
    severity: str = ""
    says: str = ""
    today: date | None = None

    def __str__(self) -> str:
        return self.name


def contract(patch: Mapping[str, Json], dialect: str = "3.0") -> Json:
    """The base with a merge patch (RFC 7386) over it; `get` and `post` are the operations of `/things`."""
    document = copy.deepcopy(dict(BASE))
    if dialect == "3.1":
        document["openapi"] = "3.1.0"
    for name, value in patch.items():
        *above, last = _SHORT.get(name, (name,))
        holder = document
        for each in above:
            holder = holder[each]
        holder[last] = merged(holder.get(last), value)
        if value is None:
            del holder[last]
    return document


def merged(target: Json, patch: Json) -> Json:
    """RFC 7386: members are merged, null takes one away, everything else is put in its place."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merged(result.get(name), value)
    return result


class _Document:
    """A document that stands in no file; all of it is on the first line."""

    def __init__(self, data: Json, name: str) -> None:
        self.data, self.name = data, name

    def line(self, pointer: str) -> int:
        return 1


class _Library:
    """Knows where references within one document lead."""

    def __init__(self) -> None:
        self._targets: dict[str, Node] = {}

    def target(self, node: Node) -> Node:
        reference = str(node.ref)
        if reference not in self._targets:
            self._targets[reference] = self._found(node.document, reference.removeprefix("#"))
        return self._targets[reference]

    def _found(self, document: Document, pointer: str) -> Node:
        value = document.data
        for part in pointer_parts(pointer):
            value = value[int(part)] if isinstance(value, list) else value[part]
        return Node(value, pointer, document, self)

    def end(self, node: Node) -> Node:
        while node.ref is not None:
            node = self.target(node)
        return node


def specification(document: Json, name: str = "contract") -> Specification:
    """A document as a contract."""
    root = Node(document, "", _Document(document, f"{name}.json"), _Library())
    return Specification(name=name, origin=f"{name}.json", dialect=str(document["openapi"])[:3], root=root)


def source(*documents: Json, names: Sequence[str] = ("contract",)) -> Source:
    """Documents as a source of contracts of these names."""
    read = {name: specification(each, name) for name, each in zip(names, documents, strict=True)}
    return Source("memory", read)


def changes(old: Json, new: Json, today: date | None = None) -> list[Change]:
    """What is found between two documents."""
    return compare(source(old), source(new), today)


def found(patch_before: Mapping[str, Json], patch_after: Mapping[str, Json], dialect: str = "3.0") -> list[Change]:
    """What is found between the base with one patch and with another."""
    return changes(contract(patch_before, dialect), contract(patch_after, dialect))


@cache
def changes_in(case: Case) -> Sequence[Change]:
    """What is found between the contracts of a case."""
    return changes(case.old, case.new, case.today)


@cache
def all_cases() -> tuple[Case, ...]:
    return tuple(case for file in sorted(CASES.glob("*.yaml")) for case in _cases_in(file))


def _cases_in(file: Path) -> Iterator[Case]:
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    for name, entries in content.items():
        for number, entry in enumerate(entries, 1):
            yield from _made(name, number, entry)


def _made(name: str, number: int, entry: Mapping[str, Json]) -> Iterator[Case]:
    if "schema" in entry:
        yield from _of_schema(name, number, entry)
        return
    dialect = entry.get("dialect", "3.0")
    shared = entry.get("both", {})
    kinds = tuple(dict.fromkeys([] if name == "nothing" else [name, *entry.get("with", [])]))
    yield Case(
        f"{name} {number}{' (' + entry['why'] + ')' if 'why' in entry else ''}",
        kinds,
        merged(contract(shared, dialect), _long(entry.get("old", {}))),
        merged(contract(shared, dialect), _long(entry.get("new", {}))),
        entry.get("severity", ""),
        entry.get("says", ""),
        TODAY if entry.get("today") else None,
    )


def _long(patch: Mapping[str, Json]) -> Json:
    """A patch of the whole document, its short names written out."""
    result: Json = {}
    for name, value in patch.items():
        nested = value
        for each in reversed(_SHORT.get(name, (name,))):
            nested = {each: nested}
        result = _joined(result, nested)
    return result


def _joined(one: Json, other: Json) -> Json:
    """Two patches as one; nulls of both stay."""
    result = dict(one)
    for name, value in other.items():
        both = isinstance(value, dict) and isinstance(result.get(name), dict)
        result[name] = _joined(result[name], value) if both else value
    return result


def _of_schema(suffix: str, number: int, entry: Mapping[str, Json]) -> Iterator[Case]:
    """The same two schemas in a request and in a response."""
    for direction in ("request", "response"):
        kinds = tuple(f"{direction}-{each}" for each in [suffix, *entry.get("with", [])]) if suffix != "nothing" else ()
        before, now = (_using(direction, each, entry) for each in entry["schema"])
        if entry.get(direction) != "none":
            severity = entry.get(direction, "")
            yield Case(f"{suffix} {number} in a {direction}", kinds, before, now, severity=severity)


def _using(direction: str, schema: Json, entry: Mapping[str, Json]) -> Json:
    document = contract({}, entry.get("dialect", "3.0"))
    operations = document["paths"]["/things"]
    content = {"content": {"application/json": {"schema": schema}}}
    if direction == "request":
        operations["post"]["requestBody"] = {**content, "required": True}
    else:
        operations["get"]["responses"]["200"].update(content)
    return document | {"components": {"schemas": entry.get("components", {})}}
