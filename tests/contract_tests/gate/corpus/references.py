"""References within a document: where they lead, which go in circles, and how to rename them all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from openapi.documents import pointer_parts
from tests.contract_tests.gate.corpus.schemas import references

Json = Any


def pointed_to(document: Mapping[str, Json], reference: str) -> Json:
    """What stands where a reference leads."""
    value: Json = document
    for part in pointer_parts(reference.removeprefix("#")):
        value = value[part]
    return value


def is_recursive(document: Mapping[str, Json], reference: str) -> bool:
    """Whether following a reference, and those in what it leads to, comes back to it."""
    waiting, seen = list(references(pointed_to(document, reference))), set[str]()
    while waiting:
        each = waiting.pop()
        if each == reference:
            return True
        if each not in seen and each.startswith("#"):
            seen.add(each)
            waiting.extend(references(pointed_to(document, each)))
    return False


def with_references(value: Json, rename: Callable[[str], str]) -> Json:
    """A document with every reference renamed, mappings of discriminators included."""
    if isinstance(value, list):
        return [with_references(each, rename) for each in value]
    if not isinstance(value, dict):
        return value
    return {name: _renamed(name, each, rename) for name, each in value.items()}


def _renamed(name: str, value: Json, rename: Callable[[str], str]) -> Json:
    if name == "$ref" and isinstance(value, str):
        return rename(value)
    if name == "mapping" and isinstance(value, dict):
        return {key: rename(target) for key, target in value.items()}
    return with_references(value, rename)
