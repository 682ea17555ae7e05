"""Changing frozen dataclasses: as the standard library does, but for what was computed from their fields."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import cached_property

import msgspec
import pytest

from mock_server.core.changing import with_changes


@dataclass(frozen=True)
class Box:
    width: int
    height: int = 2
    marks: tuple[str, ...] = ()

    @cached_property
    def area(self) -> int:
        return self.width * self.height


@pytest.mark.parametrize("fields", [{}, {"width": 5}, {"height": 7, "marks": ("x",)}], ids=str)
def test_it_changes_what_the_standard_library_changes(fields: dict[str, object]) -> None:
    box = Box(3)
    assert with_changes(box, **fields) == dataclasses.replace(box, **fields)  # type: ignore[arg-type]
    assert box == Box(3)


def test_what_was_computed_from_the_fields_is_computed_anew() -> None:
    box = Box(3)
    assert box.area == 6
    wide = with_changes(box, width=10)
    assert vars(wide).keys() == {"width", "height", "marks"}
    assert (wide.area, box.area) == (20, 6)


@pytest.mark.parametrize("name", ["depth", "area"])
def test_a_field_it_does_not_have_is_refused(name: str) -> None:
    box = Box(3)
    assert box.area == 6
    with pytest.raises(TypeError, match=f"Box has no field {name}"):
        with_changes(box, **{name: 1})


def test_a_record_that_was_read_back_is_changed_like_any_other() -> None:
    """As it was read, it has nothing of its own for what was left out of it: that is the type's default."""
    read: Box = msgspec.json.decode(b'{"width": 3}', type=Box)
    assert read.area == 6
    for fields in ({"width": 10}, {"height": 7}, {"width": 1, "marks": ("x",)}):
        assert with_changes(read, **fields) == dataclasses.replace(read, **fields)
        assert with_changes(read, **fields).area == dataclasses.replace(read, **fields).area
    with pytest.raises(TypeError, match="Box has no field depth"):
        with_changes(msgspec.json.decode(b'{"width": 3}', type=Box), depth=1)


def test_what_is_made_stays_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        with_changes(Box(3), width=4).width = 5  # type: ignore[misc]
