"""Headers of answers: those that a contract describes, and those that come without anybody describing them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from openapi import Contract
from openapi.documents import pointer_parts

_ORDINARY = Path(__file__).with_name("ordinary_headers.toml")


def is_ordinary(name: str) -> bool:
    """Whether nobody expects a contract to describe a header. Letters' case does not count."""
    names, beginnings = _ordinary()
    return name.lower() in names or name.lower().startswith(beginnings)


@lru_cache(maxsize=1)
def _ordinary() -> tuple[frozenset[str], tuple[str, ...]]:
    tables = tomllib.loads(_ORDINARY.read_text(encoding="utf-8")).values()
    names = frozenset(each for table in tables for each in table.get("names", ()))
    return names, tuple(each for table in tables for each in table.get("beginnings", ()))


def headers_of(contract: Contract, pointer: str) -> Iterator[tuple[str, bool]]:
    """The headers that an answer is said to have, and whether it has to. `pointer`: of the answer."""
    answer = _resolved(contract.document, _at(contract.document, pointer))
    for name, header in answer.get("headers", {}).items():
        yield name, _resolved(contract.document, header).get("required") is True


def _at(value: Any, pointer: str) -> Any:
    for part in pointer_parts(pointer):
        value = value.get(part, {}) if isinstance(value, dict) else {}
    return value


def _resolved(document: Mapping[str, Any], value: Any) -> Mapping[str, Any]:
    """The contract's references are known to lead somewhere within it."""
    while isinstance(value, dict) and "$ref" in value:
        value = _at(document, value["$ref"].removeprefix("#"))
    return value if isinstance(value, dict) else {}
