"""OpenAPI 3.0 schemas as JSON Schema 2020-12, so that ordinary validators understand them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

T = TypeVar("T")

COMPONENT_PREFIX = "#/components/schemas/"
INT_RANGES = {"int32": (-(2**31), 2**31 - 1), "int64": (-(2**63), 2**63 - 1)}
_NOT_JSON_SCHEMA = {"nullable", "example", "discriminator", "xml", "externalDocs", "deprecated"}
_SCHEMA_MAPS = {"properties", "patternProperties"}
_SCHEMA_LISTS = {"allOf", "anyOf", "oneOf"}
_COMBINED = (*_SCHEMA_LISTS, "not", "$ref")
_EXCLUSIVE = (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum"))
_SCHEMAS = {"items", "not", "additionalProperties"}


class Components(dict[str, Any]):
    """Component schemas by name. Each is converted once, however many operations reach it."""

    def __init__(self, schemas: Mapping[str, Any]) -> None:
        super().__init__(schemas)
        self._definitions: dict[str, tuple[Any, frozenset[str]]] = {}
        self._made: dict[tuple[Callable[[dict[str, Any]], Any], str], Any] = {}

    def definition(self, name: str) -> tuple[Any, frozenset[str]]:
        """A component as JSON Schema, and the names of those it mentions. Raises `KeyError` where there is none."""
        found = self._definitions.get(name)
        if found is None:
            found = self._definitions[name] = (converted(self[name]), frozenset(references(self[name])))
        return found

    def made(self, schema: Mapping[str, Any], make: Callable[[dict[str, Any]], T]) -> T:
        """What `make` makes of a schema as JSON Schema; made once where the schema does no more than name a component.

        Most answers of most operations are such: the same few errors.
        """
        if schema.keys() != {"$ref"}:
            return make(json_schema(schema, self))
        key = (make, str(schema["$ref"]))
        if key not in self._made:
            self._made[key] = make(json_schema(schema, self))
        found: T = self._made[key]
        return found


def json_schema(schema: Mapping[str, Any], components: Mapping[str, Any]) -> dict[str, Any]:
    """The schema as a self-contained JSON Schema: the components it reaches stand under `$defs`.

    `nullable` becomes a type union, `format: int32` and `int64` become bounds, boolean exclusive bounds become numbers.
    Raises `KeyError` for a reference to a component that isn't there.
    """
    known = components if isinstance(components, Components) else Components(components)
    reached: dict[str, Any] = {}
    waiting = sorted(set(references(schema)))
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached[name], mentioned = known.definition(name)
            waiting.extend(mentioned)
    result: dict[str, Any] = converted(schema)
    if reached:
        result = {**result, "$defs": reached} if "$ref" not in result else {"allOf": [result], "$defs": reached}
    return result


def references(value: Any) -> Iterator[str]:
    """The names of all component schemas mentioned anywhere in a schema."""
    return (target.removeprefix(COMPONENT_PREFIX) for target in targets(value))


def targets(value: Any) -> Iterator[str]:
    """The target of every `$ref` anywhere in a value."""
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, list):
            waiting.extend(each)
        elif isinstance(each, dict):
            waiting.extend(each.values())
            target = each.get("$ref")
            if isinstance(target, str):
                yield target


def converted(schema: Any) -> Any:
    """One schema in the words of JSON Schema 2020-12; references point below `#/$defs/`."""
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return {"$ref": "#/$defs/" + schema["$ref"].removeprefix(COMPONENT_PREFIX)}
    result = {key: _converted_keyword(key, value) for key, value in schema.items() if _is_json_schema(key)}
    apply_exclusive_bounds(result)
    _apply_int_range(result)
    if schema.get("nullable"):
        return or_null(result)
    return result


def _is_json_schema(keyword: str) -> bool:
    return keyword not in _NOT_JSON_SCHEMA and not keyword.startswith("x-")


def _converted_keyword(keyword: str, value: Any) -> Any:
    if keyword in _SCHEMA_MAPS:
        return {name: converted(child) for name, child in value.items()}
    if keyword in _SCHEMA_LISTS:
        return [converted(child) for child in value]
    if keyword in _SCHEMAS:
        return converted(value)
    return value


def apply_exclusive_bounds(result: dict[str, Any]) -> None:
    """Make the boolean exclusive bounds of OpenAPI 3.0 the numbers that JSON Schema has."""
    for exclusive, bound in _EXCLUSIVE:
        if isinstance(result.get(exclusive), bool) and result.pop(exclusive) and bound in result:
            result[exclusive] = result.pop(bound)


def _apply_int_range(result: dict[str, Any]) -> None:
    limits = INT_RANGES.get(result.get("format", ""))
    if limits and result.get("type") == "integer":
        result["minimum"] = max(limits[0], result.get("minimum", limits[0]))
        result["maximum"] = min(limits[1], result.get("maximum", limits[1]))


def or_null(result: dict[str, Any]) -> dict[str, Any]:
    """The converted schema, and null; read as most tools read it, beside `enum` and `allOf`, too."""
    if any(keyword in result for keyword in _COMBINED):
        return {"anyOf": [{"type": "null"}, result]}
    if isinstance(result.get("enum"), list) and None not in result["enum"]:
        result["enum"] = [*result["enum"], None]
    if isinstance(result.get("type"), str):
        result["type"] = [result["type"], "null"]
    return result
