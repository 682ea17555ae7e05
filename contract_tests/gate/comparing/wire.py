"""How the values of parameters and headers are sent: as texts, in a style; what differs there and what doesn't."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from contract_tests.gate.change import Direction
from contract_tests.gate.parts.operation import text_of
from contract_tests.gate.schemas.differences import schema_changes
from contract_tests.gate.specification import Node

STYLES = {"query": "form", "cookie": "form", "path": "simple", "header": "simple"}
"""The style where none is said, by location."""

SCALAR, LIST, OBJECT = "scalar", "list", "object"
_SHAPES = {"array": LIST, "object": OBJECT}
"""What values of a type look like; those of all others are scalars."""
_ALL_SHAPES = frozenset({SCALAR, LIST, OBJECT})
_COMBINATIONS = ("allOf", "anyOf", "oneOf")

_AS_PLAIN_TEXT = {"form", "simple", "spaceDelimited", "pipeDelimited", "deepObject"}
_ITEMS_SIDE_BY_SIDE = {("form", False), ("simple", False), ("simple", True)}
_ANY_TEXT_FORBIDS = frozenset(
    {"enum", "const", "pattern", "format", "maxLength", "not", *_COMBINATIONS, "if", "contentEncoding"}
)


def shapes(schema: Node | None, depth: int = 0) -> frozenset[str]:
    """What a value can be: a scalar, a list or an object; everything where nothing is said."""
    if schema is None or depth > 8:
        return _ALL_SHAPES
    named = schema.get("type")
    if named is not None:
        types = named.value if isinstance(named.value, list) else [named.value]
        return frozenset(_SHAPES.get(str(each), SCALAR) for each in types)
    listed = schema.get("enum")
    if listed is not None and isinstance(listed.value, list):
        return frozenset(_shape_of(each) for each in listed.value)
    for word in _COMBINATIONS:
        parts = schema.get(word)
        if parts is not None:
            found = [shapes(each, depth + 1) for each in parts.each()]
            every = frozenset.intersection(*found) if word == "allOf" and found else frozenset[str]().union(*found)
            return every or _ALL_SHAPES
    return _ALL_SHAPES


def _shape_of(value: Any) -> str:
    return OBJECT if isinstance(value, dict) else LIST if isinstance(value, list) else SCALAR


def style_of(field: Node, location: str) -> tuple[str, bool]:
    """The style of a parameter or header, and whether it explodes, as said or as is the rule."""
    style = text_of(field, "style") or STYLES.get(location, "simple")
    said = field.get("explode")
    return style, bool(said.value) if said is not None else style in {"form", "cookie"}


def are_sent_alike(old: Node, new: Node, location: str) -> bool:
    """Whether values look the same on the wire, whichever of the shapes that both know they have."""
    if _media_type(old) or _media_type(new):
        return _media_type(old) == _media_type(new)
    common = shapes(old.get("schema")) & shapes(new.get("schema"))
    return all(_look(old, location, shape) == _look(new, location, shape) for shape in common)


def _look(field: Node, location: str, shape: str) -> tuple[Any, ...]:
    style, explodes = style_of(field, location)
    if shape == SCALAR:
        return ("text",) if style in _AS_PLAIN_TEXT else (style,)
    if shape == LIST:
        if (style, explodes) in _ITEMS_SIDE_BY_SIDE:
            return ("commas",)
        if explodes and style in {"form", "spaceDelimited", "pipeDelimited"}:
            return ("repeated",)
    return style, explodes


def _media_type(field: Node) -> str:
    content = field.get("content")
    found = next(content.items(), None) if content is not None else None
    return found[0].lower() if found else ""


def texts_are_included(small: Node, big: Node) -> bool:
    """Whether every text that one field is sent as is one of another's, which their schemas may not show.

    The number 5 and the text "5" are the same in a query: a field that takes any text takes numbers, too.
    """
    if _media_type(small) or _media_type(big):
        return False
    return _texts_included(small.get("schema"), big.get("schema"))


def _texts_included(small: Node | None, big: Node | None) -> bool:
    if small is None or big is None:
        return big is None
    if shapes(small) == shapes(big) == {SCALAR}:
        small_texts, big_texts = _listed(small), _listed(big)
        if small_texts is not None and big_texts is not None:
            return small_texts <= big_texts
        return takes_any_text(big)
    if shapes(small) == shapes(big) == {LIST} and _without_items(small) == _without_items(big):
        return _texts_included(small.get("items"), big.get("items"))
    return False


def takes_any_text(schema: Node) -> bool:
    """Whether a schema allows every text, or every file."""
    value = schema.resolved().value
    if not isinstance(value, dict):
        return value is True
    types = value["type"] if isinstance(value.get("type"), list) else [value.get("type")]
    forbids = _ANY_TEXT_FORBIDS & value.keys() if value.get("format") != "binary" else set()
    return "string" in types and not forbids and value.get("minLength", 0) <= 1


def _listed(schema: Node) -> frozenset[str] | None:
    """The texts that a schema lists; `None` where it lists none."""
    value = schema.resolved().value
    listed = [value["const"]] if "const" in value else value.get("enum")
    if isinstance(listed, list):
        return frozenset(_text(each) for each in listed)
    return frozenset({"true", "false"}) if value.get("type") == "boolean" else None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _without_items(schema: Node) -> Mapping[str, Any]:
    return {name: value for name, value in schema.resolved().value.items() if name != "items"}


def is_one_of_a_list(small: Node, big: Node, location: str) -> bool:
    """Whether one field is a single value, and another a list of such: sent alike, if it is the list's only item."""
    one, many = small.get("schema"), big.get("schema")
    if one is None or many is None or shapes(one) != {SCALAR} or shapes(many) != {LIST}:
        return False
    items, least = many.get("items"), many.get("minItems")
    if items is None or (least is not None and least.value > 1):
        return False
    look = _look(big, location, LIST)
    if look not in {("repeated",), ("commas",)} or (look == ("commas",) and _may_have_commas(one)):
        return False
    changes = schema_changes(one, items, Direction.REQUEST)
    return _texts_included(one, items) or not any(each.narrows is not False for each in changes)


def _may_have_commas(schema: Node) -> bool:
    value = schema.resolved().value
    return value.get("type") == "string" and not {"enum", "const"} & value.keys()
