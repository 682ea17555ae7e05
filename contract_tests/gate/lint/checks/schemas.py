"""Schemas that say what they mean: nothing twice, nothing that can't be, nothing that is not there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from contract_tests.gate.lint.check import Found, Weight, check
from contract_tests.gate.lint.editing import RemoveItem
from contract_tests.gate.lint.roles import end_of
from contract_tests.gate.lint.subject import Subject
from contract_tests.gate.specification import Node

_BOUNDS = (
    ("minimum", "maximum"),
    ("minLength", "maxLength"),
    ("minItems", "maxItems"),
    ("minProperties", "maxProperties"),
)
_COMBINING = ("allOf", "anyOf", "oneOf")
_KINDS: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
    "null": (type(None),),
}


@check(
    "list-unique",
    Weight.STRICT,
    "nothing stands twice in `enum`, `required` and `tags`",
    "remove it",
    fixes="removes it",
)
def has_no_duplicates(subject: Subject) -> Iterator[Found]:
    owners = [(each, name) for each in subject.of("schema") for name in ("enum", "required")]
    owners += [(each, "tags") for each in subject.of("operation")]
    for owner, name in owners:
        yield from _duplicates(owner, name)


@check(
    "enum-type", Weight.STRICT, "the values of an `enum` have the type of their schema", "change the value or the type"
)
def has_typed_values(subject: Subject) -> Iterator[Found]:
    for schema in subject.of("schema"):
        enum, types = schema.own("enum"), _types(schema)
        for each in enum.each() if enum is not None and types else ():
            if not any(_is_of(each.value, kind) for kind in types):
                yield Found(each, f"the value {json.dumps(each.value)} is not of type {' or '.join(types)}")


@check(
    "required-known",
    Weight.STRICT,
    "every property that is required is described",
    "describe it in `properties`, or don't require it",
)
def requires_what_is_there(subject: Subject) -> Iterator[Found]:
    """A schema that is one of several combined may require what another one describes: that one is asked, too."""
    for schema in subject.of("schema"):
        required = schema.own("required")
        if required is None or not _is_alone(schema):
            continue
        known = _properties(schema, set())
        for each in required.each():
            if known is not None and isinstance(each.value, str) and each.value not in known:
                yield Found(each, f"the property {each.value} is required, and not described")


@check("bounds", Weight.STRICT, "no lower bound is above its upper one", "change one of them")
def has_possible_bounds(subject: Subject) -> Iterator[Found]:
    for schema in subject.of("schema"):
        for low, high in _BOUNDS:
            values = schema.value.get(low), schema.value.get(high)
            if all(_is_of(each, "number") for each in values) and values[0] > values[1]:
                yield Found(schema.own(low) or schema, f"{low} {values[0]} is above {high} {values[1]}: no value fits")


@check("array-items", Weight.ADVICE, "an array says what is in it", "add `items`")
def says_what_is_in_it(subject: Subject) -> Iterator[Found]:
    for schema in subject.of("schema"):
        if "array" in _types(schema) and not {"items", "prefixItems", *_COMBINING} & schema.value.keys():
            yield Found(schema, "the array does not say what is in it")


@check("pattern", Weight.STRICT, "every pattern is a regular expression", "mend it: OpenAPI uses those of JavaScript")
def has_valid_pattern(subject: Subject) -> Iterator[Found]:
    import jsonschema_rs

    for schema in subject.of("schema"):
        pattern = schema.own("pattern")
        if pattern is not None and isinstance(pattern.value, str):
            try:
                jsonschema_rs.Draft202012Validator({"pattern": pattern.value})
            except (ValueError, jsonschema_rs.ValidationError):
                yield Found(pattern, f"{pattern.value[:80]!r} is no regular expression")


@check(
    "discriminator",
    Weight.STRICT,
    "the property of a discriminator is required in every alternative, and its mapping leads to schemas",
    "require it in each, and name schemas that are there",
)
def has_known_discriminator(subject: Subject) -> Iterator[Found]:
    known = {name for name, _ in subject.components("schemas")}
    for schema in subject.of("schema"):
        discriminator = schema.own("discriminator")
        if discriminator is None or not isinstance(discriminator.value, dict):
            continue
        for each in _mapped(discriminator):
            if each.value.removeprefix("#/components/schemas/") not in known and _is_local(each.value):
                yield Found(each, f"the mapping of {each.name} leads to {each.value}, which is no schema")
        name = discriminator.value.get("propertyName")
        for each in [child for word in ("oneOf", "anyOf") if (found := schema.own(word)) for child in found.each()]:
            if isinstance(name, str) and name not in _required(each, set()):
                yield Found(each, f"the alternative does not require {name}, which tells the alternatives apart")


def _duplicates(owner: Node, name: str) -> Iterator[Found]:
    found = owner.own(name)
    if found is None or not isinstance(found.value, list):
        return
    seen = set()
    for index, each in enumerate(found.each()):
        text = json.dumps(each.value, sort_keys=True, default=str)
        if text in seen:
            yield Found(each, f"{text} stands twice in {name}", RemoveItem(found.pointer, index))
        seen.add(text)


def _types(schema: Node) -> list[str]:
    """The types a schema allows, `null` among them; empty where it says nothing."""
    stated = schema.value.get("type")
    found = [stated] if isinstance(stated, str) else [str(each) for each in stated] if isinstance(stated, list) else []
    return [*found, "null"] if found and schema.value.get("nullable") else found


def _is_of(value: Any, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    if kind == "integer" and isinstance(value, float):
        return value.is_integer()
    return isinstance(value, _KINDS.get(kind, (object,)))


def _is_alone(schema: Node) -> bool:
    """Whether a schema is not one part of several, nor a condition on what another one describes."""
    parts = schema.pointer.rsplit("/", 2)
    return not ({parts[-1], parts[-2]} & {*_COMBINING, "not", "if", "then", "else", "dependentSchemas"})


def _properties(schema: Node, seen: set[Node]) -> set[str] | None:
    """The properties that a schema describes, parts and alternatives included; `None` where it describes any."""
    end = end_of(schema)
    if end is None or end in seen or not isinstance(end.value, dict):
        return None if end is None else set()
    seen.add(end)
    if end.value.get("additionalProperties") not in (None, False) or "patternProperties" in end.value:
        return None
    found = set(end.value["properties"]) if isinstance(end.value.get("properties"), dict) else set()
    for word in _COMBINING:
        member = end.own(word)
        for each in member.each() if member is not None else ():
            more = _properties(each, seen)
            if more is None:
                return None
            found |= more
    return found


def _required(schema: Node, seen: set[Node]) -> set[str]:
    """What a schema or one of its parts requires."""
    end = end_of(schema)
    if end is None or end in seen or not isinstance(end.value, dict):
        return set()
    seen.add(end)
    stated = end.value.get("required")
    found = set(map(str, stated)) if isinstance(stated, list) else set()
    parts = end.own("allOf")
    return found.union(*(_required(each, seen) for each in parts.each())) if parts is not None else found


def _mapped(discriminator: Node) -> list[Node]:
    mapping = discriminator.own("mapping")
    return [each for _, each in mapping.items() if isinstance(each.value, str)] if mapping is not None else []


def _is_local(target: str) -> bool:
    return target.startswith("#") or not any(each in target for each in "/.#")
