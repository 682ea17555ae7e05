"""Frozen dataclasses with some of their fields changed."""

from __future__ import annotations

from typing import Any, TypeVar

T = TypeVar("T")


def with_changes(value: T, **fields: Any) -> T:
    """The dataclass with other values in these fields.

    As `dataclasses.replace`, in a tenth of its time: all other fields are taken over as they are, and `__post_init__`
    doesn't run. What was computed from the fields and kept beside them (`cached_property`) is not taken over.

    Raises:
        TypeError: there is no such field.
    """
    kind: Any = type(value)
    known = kind.__dataclass_fields__.keys()
    state = value.__dict__.copy()
    state.update(fields)
    if not known >= state.keys():
        if unknown := fields.keys() - known:
            raise TypeError(f"{kind.__name__} has no field {min(unknown)}")
        for computed in state.keys() - known:
            del state[computed]
    made: T = object.__new__(kind)
    object.__setattr__(made, "__dict__", state)  # as a frozen dataclass sets its own fields
    return made
