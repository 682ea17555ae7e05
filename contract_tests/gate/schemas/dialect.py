"""Schemas of OpenAPI 3.0 and 3.1 as JSON Schema 2020-12: the same set of values, whichever way it was spelled.

`nullable` becomes a type union, boolean exclusive bounds become numbers, `format: int32` and `int64` become bounds.
Read as most tools read it, `nullable: true` allows null beside `enum` and `allOf`, too; 3.1 knows no `nullable`. What
stands beside a `$ref` counts in 3.1 and is ignored in 3.0. A readOnly property is no part of requests, a writeOnly one
none of responses; where an object allows no other members, such a property may still be there, as what it is.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, cast
from urllib.parse import quote, unquote

from contract_tests.gate.change import Direction
from contract_tests.gate.schemas.terms.closing import ClosedReader
from contract_tests.gate.schemas.terms.reading import NO_BEARING, Reader
from contract_tests.gate.specification import Node
from openapi.schemas import INT_RANGES, apply_exclusive_bounds, or_null

NOT_OF: Mapping[Direction, str] = {Direction.REQUEST: "readOnly", Direction.RESPONSE: "writeOnly"}
"""Which properties are no part of what is sent in a direction."""

NOT_JSON_SCHEMA = NO_BEARING | {"nullable", "$anchor", "$dynamicAnchor", "$vocabulary"}

_MAPS = frozenset({"properties", "patternProperties", "dependentSchemas"})
_LISTS = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
_SCHEMAS = frozenset(
    {"items", "not", "additionalProperties", "contains", "propertyNames", "if", "then", "else"}
    | {"unevaluatedItems", "unevaluatedProperties"}
)


def json_schema(node: Node, direction: Direction) -> dict[str, Any]:
    """The schema as a self-contained JSON Schema: what it refers to stands under `$defs`."""
    return dialect(cast("Hashable", node.library), direction).whole(node)


@lru_cache(maxsize=24)
def dialect(library: Hashable, direction: Direction) -> Dialect:
    """The schemas of a source, in one direction; each is converted once. The last sources are remembered."""
    return Dialect(direction)


@dataclass
class Dialect:
    """The schemas of one source in one direction. `definitions`: what is referred to, by name."""

    direction: Direction
    definitions: dict[str, Any] = field(default_factory=dict)
    _waiting: list[tuple[str, Node]] = field(default_factory=list)
    _names: dict[Node, str] = field(default_factory=dict)
    _schemas: dict[Node, Any] = field(default_factory=dict)
    _mentioned: dict[int, frozenset[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        document = {"$defs": self.definitions}
        self.plain = Reader(document)
        """Reads schemas as they are written."""
        self.closed = ClosedReader(document)
        """Reads schemas of those who send nothing that is not described."""

    def whole(self, node: Node) -> dict[str, Any]:
        """The schema with all that it refers to."""
        schema = self.schema(node)
        reached = dict[str, Any]()
        waiting = sorted(mentioned(schema))
        while waiting:
            name = waiting.pop()
            if name not in reached:
                reached[name] = self.definitions[name]
                waiting.extend(self._mentions(name))
        whole = schema if isinstance(schema, dict) else {} if schema is True else {"not": {}}
        return {**whole, "$defs": {name: reached[name] for name in sorted(reached)}} if reached else dict(whole)

    def _mentions(self, name: str) -> frozenset[str]:
        definition = self.definitions[name]
        if id(definition) not in self._mentioned:
            self._mentioned[id(definition)] = frozenset(mentioned(definition))
        return self._mentioned[id(definition)]

    def schema(self, node: Node) -> Any:
        """The schema by itself; what it refers to is among the definitions then."""
        found = self._made(node)
        while self._waiting:
            name, target = self._waiting.pop()
            self.definitions[name] = self._made(target)
        return found

    def _made(self, node: Node) -> Any:
        if node not in self._schemas:
            self._schemas[node] = self._converted(node)
        return self._schemas[node]

    def own_words(self, node: Node) -> dict[str, Any]:
        """What the schema says itself of its values: bounds in numbers, and without those that a format stands for."""
        value = node.value if isinstance(node.value, dict) else {}
        result = {name: each for name, each in value.items() if is_bearing(name)}
        apply_exclusive_bounds(result)
        return result

    def _reference(self, node: Node) -> str:
        target = node.target()
        if target not in self._names:
            name = unused(target.name or "schema", self.definitions)
            self._names[target] = name
            self.definitions[name] = True
            self._waiting.append((name, target))
        return "#/$defs/" + escaped(self._names[target])

    def _converted(self, node: Node) -> Any:
        if not isinstance(node.value, dict):
            return node.value
        if node.ref is not None and (not node.siblings or ignores_siblings(node)):
            return {"$ref": self._reference(node)}
        hidden = frozenset(self._hidden(node))
        result = {name: self._keyword(node, name, hidden) for name in node.value if is_bearing(name)}
        if node.ref is not None:
            result.pop("$dynamicRef", None)
            result["$ref"] = self._reference(node)
        apply_exclusive_bounds(result)
        _apply_int_range(result)
        return or_null(result) if node.value.get("nullable") is True and version_of(node) != "3.1" else result

    def _keyword(self, node: Node, name: str, hidden: frozenset[str]) -> Any:
        child = node.own(name)
        assert child is not None
        value = child.value
        if name == "required" and isinstance(value, list):
            return [each for each in value if each not in hidden]
        if name == "properties" and isinstance(value, dict):
            return dict(self._properties(child, hidden, node.value.get("additionalProperties", True)))
        if name in _MAPS and isinstance(value, dict):
            return {key: self._made(each) for key, each in child.items()}
        if name in _LISTS and isinstance(value, list):
            return [self._member(each, hidden) for each in child.each()]
        return self._made(child) if name in _SCHEMAS else value

    def _member(self, node: Node, hidden: frozenset[str]) -> Any:
        """One of all-of, any-of or one-of; what is hidden beside it is not required by it either."""
        schema = self._made(node)
        if not hidden or not isinstance(schema, dict) or not isinstance(schema.get("required"), list):
            return schema
        return {**schema, "required": [each for each in schema["required"] if each not in hidden]}

    def _properties(self, node: Node, hidden: frozenset[str], others: Any) -> Iterator[tuple[str, Any]]:
        for name, each in node.items():
            if name not in hidden:
                yield name, self._made(each)
            elif others is not True:
                yield name, True

    def _hidden(self, node: Node) -> Iterator[str]:
        """Names of properties that are no part of this direction."""
        word = NOT_OF.get(self.direction)
        if word is None:
            return
        for name, each in _named(node, "properties"):
            if is_marked(each, word):
                yield name
        for part in _listed(node, "allOf"):
            if part.ref is None:
                yield from self._hidden(part)


def is_marked(node: Node, word: str) -> bool:
    """Whether a schema says `readOnly`, `writeOnly` or `deprecated` of itself, here or where it refers to."""
    target = node.resolved()
    return any(
        isinstance(each.value, dict) and each.value.get(word) is True
        for each in (node, target, *_listed(target, "allOf"))
    )


def _named(node: Node, keyword: str) -> Iterator[tuple[str, Node]]:
    child = node.own(keyword)
    if child is not None:
        yield from child.items()


def _listed(node: Node, keyword: str) -> Iterator[Node]:
    child = node.own(keyword)
    if child is not None:
        yield from child.each()


def is_bearing(keyword: str) -> bool:
    """Whether a keyword has a bearing on which values are allowed."""
    return keyword not in NOT_JSON_SCHEMA and not keyword.startswith("x-")


def ignores_siblings(node: Node) -> bool:
    """Whether the file is one in which a reference stands for itself alone."""
    return version_of(node) == "3.0"


def version_of(node: Node) -> str:
    """The version of OpenAPI that the file names, as `3.0`; empty where it names none."""
    data = node.document.data
    return str(data.get("openapi", ""))[:3] if isinstance(data, dict) else ""


def unused(name: str, taken: Mapping[str, Any]) -> str:
    """The name, or the name with a number if it is taken."""
    number, found = 1, name
    while found in taken:
        number += 1
        found = f"{name}-{number}"
    return found


def escaped(name: str) -> str:
    """A name as a part of a reference: a pointer in a URI fragment."""
    return quote(name.replace("~", "~0").replace("/", "~1"), safe="~")


def mentioned(schema: Any) -> Iterator[str]:
    """The names of the definitions that a converted schema refers to."""
    waiting = [schema]
    while waiting:
        each = waiting.pop()
        if isinstance(each, list):
            waiting.extend(each)
        elif isinstance(each, dict):
            waiting.extend(value for key, value in each.items() if key not in ("enum", "const"))
            if isinstance(each.get("$ref"), str):
                yield unquote(each["$ref"].removeprefix("#/$defs/")).replace("~1", "/").replace("~0", "~")


def _apply_int_range(result: dict[str, Any]) -> None:
    limits = INT_RANGES.get(str(result.get("format", "")))
    types = result.get("type")
    if limits and (types == "integer" or (isinstance(types, list) and "integer" in types and "number" not in types)):
        _bound(result, "minimum", limits[0], max)
        _bound(result, "maximum", limits[1], min)
    if str(result.get("format")) in NUMBER_FORMATS:
        del result["format"]


NUMBER_FORMATS = frozenset({*INT_RANGES, "float", "double"})


def format_bounds(name: str) -> dict[str, int]:
    """What a format says of whole numbers; nothing for others."""
    limits = INT_RANGES.get(name)
    return {"minimum": limits[0], "maximum": limits[1]} if limits else {}


def _bound(result: dict[str, Any], keyword: str, limit: int, choose: Callable[[Any, Any], Any]) -> None:
    said = result.get(keyword, limit)
    result[keyword] = choose(said, limit) if isinstance(said, int | float) else said
