"""The members that a schema names, and those that a value has: permissive schemas let any member pass."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from openapi.documents import to_pointer
from openapi.schemas import COMPONENT_PREFIX

Path = tuple[str, ...]
"""Where a member stands in values of a schema; `*` for any item of a list and any key of a map."""

ANY = "*"
DEEPEST = 12
"""A recursive schema is followed so far; nobody documents more levels one by one."""

DEEPEST_VALUE = 100

_ALTERNATIVES = ("allOf", "anyOf", "oneOf")


@dataclass(frozen=True)
class Extra:
    """A member that no schema names. `at`: its pointer in the value. `is_forbidden`: the schema allows no other."""

    path: Path
    at: str
    value: Any
    is_forbidden: bool


@dataclass
class Fields:
    """Knows the members of one contract's schemas. `components`: its component schemas."""

    components: Mapping[str, Any]

    def extras(self, value: Any, schema: Mapping[str, Any]) -> Iterator[Extra]:
        """The members of a value that its schema does not name."""
        for path, at, each, flat in self._walk(value, self.flat([schema]), (), ""):
            if isinstance(each, dict) and _names_members(flat):
                closed = any(one.get("additionalProperties") is False for one in flat)
                for name in each:
                    if not _schemas_of(flat, name):
                        yield Extra((*path, name), at + to_pointer(name), each[name], closed)

    def present(self, value: Any, schema: Mapping[str, Any]) -> set[Path]:
        """The members of a value that its schema names."""
        return {path for path, *_ in self._walk(value, self.flat([schema]), (), "") if path and path[-1] != ANY}

    def documented(self, schema: Mapping[str, Any]) -> list[Path]:
        """All members that a schema names, as deep as is sensible, in their order."""
        found: dict[Path, None] = {}
        self._document(self.flat([schema]), (), frozenset(), found)
        return list(found)

    def flat(self, schemas: Sequence[Any]) -> list[Mapping[str, Any]]:
        """The schemas with their references and alternatives, each once."""
        found: dict[int, Mapping[str, Any]] = {}
        waiting: list[Mapping[str, Any]] = [each for each in reversed(schemas) if isinstance(each, dict)]
        while waiting:
            schema = waiting.pop()
            if id(schema) not in found:
                found[id(schema)] = schema
                waiting.extend(reversed(list(self._behind(schema))))
        return list(found.values())

    def _behind(self, schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        target = schema.get("$ref")
        if isinstance(target, str):
            component = self.components.get(target.removeprefix(COMPONENT_PREFIX))
            yield from [component] if isinstance(component, dict) else []
        for word in _ALTERNATIVES:
            yield from (each for each in schema.get(word, ()) if isinstance(each, dict))

    def _walk(
        self, value: Any, flat: list[Mapping[str, Any]], path: Path, at: str
    ) -> Iterator[tuple[Path, str, Any, list[Mapping[str, Any]]]]:
        """Every value that a schema is responsible for, with those schemas."""
        yield path, at, value, flat
        if len(path) > DEEPEST_VALUE:
            return
        for name, child, schemas in _children(value, flat):
            step = ANY if isinstance(value, list) or not _is_named(flat, name) else name
            yield from self._walk(child, self.flat(schemas), (*path, step), at + to_pointer(name))

    def _document(
        self, flat: list[Mapping[str, Any]], path: Path, open_: frozenset[int], found: dict[Path, None]
    ) -> None:
        """`open_`: the schemas that are being walked through; in a recursive one, members are listed once."""
        if len(path) > DEEPEST or open_ & {id(each) for each in flat if "properties" in each}:
            return
        inside = open_ | {id(each) for each in flat if "properties" in each}
        names = dict.fromkeys(name for each in flat for name in _mapping(each, "properties"))
        for name in names:
            found.setdefault((*path, name))
            self._document(self.flat(_schemas_of(flat, name)), (*path, name), inside, found)
        for word in ("items", "additionalProperties"):
            behind = [each[word] for each in flat if isinstance(each.get(word), dict)]
            if behind:
                self._document(self.flat(behind), (*path, ANY), inside, found)


def _children(value: Any, flat: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, Any, list[Any]]]:
    if isinstance(value, list):
        for index, child in enumerate(value):
            yield str(index), child, [each["items"] for each in flat if isinstance(each.get("items"), dict)]
    elif isinstance(value, dict):
        for name, child in value.items():
            schemas = _schemas_of(flat, name)
            if schemas:
                yield name, child, schemas


def _schemas_of(flat: Sequence[Mapping[str, Any]], name: str) -> list[Any]:
    """What the schemas say of a member; empty where none says anything of it."""
    return [found for each in flat for found in _said_of(each, name)]


def _said_of(schema: Mapping[str, Any], name: str) -> Iterator[Any]:
    properties, others = _mapping(schema, "properties"), schema.get("additionalProperties", False)
    if name in properties:
        yield properties[name]
    elif others is not False:
        yield others


def _is_named(flat: Sequence[Mapping[str, Any]], name: str) -> bool:
    return any(name in _mapping(each, "properties") for each in flat)


def _names_members(flat: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a schema says which members there are; one that does not lets anything through on purpose."""
    return any("properties" in each or each.get("additionalProperties") is False for each in flat)


def _mapping(schema: Mapping[str, Any], word: str) -> Mapping[str, Any]:
    found = schema.get(word)
    return found if isinstance(found, dict) else {}
