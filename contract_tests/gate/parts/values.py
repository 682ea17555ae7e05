"""Values of schemas: held against one, and made as small as it allows."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from contract_tests.gate.change import Direction
from contract_tests.gate.schemas.confirming import Refused, objection
from contract_tests.gate.schemas.dialect import json_schema
from contract_tests.gate.schemas.inclusion import Inclusion, Verdict, included
from contract_tests.gate.specification import Node

_NO_SEGMENTS = ["", ".", ".."]
"""A segment of a path is not empty, and none that stands for another one."""

_IN_A_PATH = {"not": {"enum": _NO_SEGMENTS}}


class NoValue(Exception):
    """A schema allows none, or none was found."""


def complaint(schema: Node | None, value: Any, direction: Direction, where: str = "") -> str | None:
    """What a schema says against a value; `None` if nothing. `where`: what the value is, for the sentence."""
    if schema is None:
        return None
    try:
        found = objection(_schema(schema, direction), value)
    except Refused:
        return None
    return f"{where}: {found}" if found is not None and where else found


def sample(schema: Node | None, direction: Direction, *, is_path: bool = False) -> Any:
    """The smallest value that could be found. Raises `NoValue`."""
    if schema is None:
        return "x"
    try:
        return _sample(schema, direction, is_path)
    except Refused as error:
        raise NoValue(str(error)) from error


def sample_outside(schema: Node, direction: Direction) -> Any:
    """A small value that a schema does not allow. Raises `NoValue`."""
    outside = {"not": _schema(schema, direction), "$defs": _schema(schema, direction).get("$defs", {})}
    try:
        found = included(outside, False)
    except Refused as error:
        raise NoValue(str(error)) from error
    if found.witness is None and objection(outside, None) is not None:
        raise NoValue(found.reason or "every value fits the schema")
    return found.witness


@lru_cache(maxsize=512)
def segments_included(small: Node, big: Node, direction: Direction) -> Inclusion:
    """Whether every segment of a path that one schema allows is one of another's."""
    try:
        return included(_in_a_path(small, direction), _schema(big, direction))
    except Refused as error:
        return Inclusion(Verdict.UNDECIDED, reason=str(error))


def is_a_segment(value: Any) -> bool:
    """Whether a value can stand in a path as one segment of it."""
    return value not in _NO_SEGMENTS


@lru_cache(maxsize=4096)
def _sample(schema: Node, direction: Direction, is_path: bool) -> Any:
    wanted = _in_a_path(schema, direction) if is_path else _schema(schema, direction)
    found = included(wanted, False)
    if found.witness is None and objection(wanted, None) is not None:
        raise NoValue(found.reason or "no value fits the schema")
    return found.witness


def _in_a_path(schema: Node, direction: Direction) -> dict[str, Any]:
    wanted = _schema(schema, direction)
    definitions = {"$defs": wanted["$defs"]} if "$defs" in wanted else {}
    return {"allOf": [wanted, _IN_A_PATH], **definitions}


@lru_cache(maxsize=4096)
def _schema(schema: Node, direction: Direction) -> dict[str, Any]:
    return json_schema(schema, direction)
