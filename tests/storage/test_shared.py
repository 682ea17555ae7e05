"""Records that are read again are the same objects, so nothing in them may ever change."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Iterator
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest

from mock_server.core.records import Collection
from mock_server.wiring import collections

UNIONS = {Union, types.UnionType}


def changeable(kind: Any) -> Iterator[Any]:
    """The types within a type whose values can change."""
    if dataclasses.is_dataclass(kind):
        assert isinstance(kind, type)
        if not kind.__dataclass_params__.frozen:  # type: ignore[attr-defined]
            yield kind
        for each in get_type_hints(kind).values():
            yield from changeable(each)
    elif get_args(kind):
        if get_origin(kind) not in UNIONS | {tuple}:
            yield kind
        for each in get_args(kind):
            yield from changeable(each)
    elif kind in {list, dict, set, bytearray}:
        yield kind


@pytest.mark.parametrize("collection", collections(), ids=lambda each: each.name)
def test_nothing_in_a_record_can_change(collection: Collection[Any]) -> None:
    assert list(changeable(collection.type)) == []
