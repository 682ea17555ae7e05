"""Records as JSON without what goes without saying: a member that has its default is not written.

Of a fresh invoice that leaves 60 %, and the less there is to read. The defaults become part of what is stored, so
`schema.fingerprint` covers them.
"""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Callable, Mapping
from typing import Any, Union, get_args, get_origin, get_type_hints

import msgspec

encode = msgspec.json.Encoder().encode
decode = msgspec.json.Decoder().decode
Complete = Callable[[Any], Any]


class Lean:
    """The lean JSON of one type of records, and the way back to all of it."""

    def __init__(self, kind: type[Any]) -> None:
        twins: dict[type[Any], Any] = {}
        self._twin = _twin(kind, twins)
        defaults: dict[type[Any], dict[str, str]] = {}
        self._completed = _completion(kind, {}, defaults)
        self.defaults = {each.__name__: members for each, members in defaults.items()}
        """What goes without saying, as JSON, by the names of types and members; empty for what must be said."""

    def encoded(self, record: Any, version: int) -> bytes:
        """The record as this version. Raises `msgspec.MsgspecError` or what else its values give rise to."""
        # All fields move in one step of C: 1 us, and less text to write takes as much less.
        twin = msgspec.convert(record, self._twin, from_attributes=True)
        twin.version = version
        return encode(twin)

    def completed(self, value: Any) -> Any:
        """The JSON value of a record with the members that were not written; in their order."""
        return self._completed(value)


def _twin(kind: Any, twins: dict[type[Any], Any]) -> Any:
    """The type with every dataclass in it replaced by one that leaves out defaults; `Any` where there is none.

    `Any` takes a value over as it is: a set made anew could stand in another order.
    """
    if dataclasses.is_dataclass(kind):
        assert isinstance(kind, type), "types hold types, not values"
        if kind not in twins:
            hints = get_type_hints(kind)
            fields = [(each.name, _twin(hints[each.name], twins), _default(each)) for each in dataclasses.fields(kind)]
            twins[kind] = msgspec.defstruct(kind.__name__, fields, omit_defaults=True, kw_only=True)
        return twins[kind]
    parts = [(part, Any if part is ... else _twin(part, twins)) for part in get_args(kind)]
    if all(twin is Any for _, twin in parts):
        return Any
    return _with_parts(kind, tuple(part if twin is Any else twin for part, twin in parts))


def _with_parts(kind: Any, parts: tuple[Any, ...]) -> Any:
    origin = get_origin(kind)
    return Union[parts] if origin in {Union, types.UnionType} else origin[parts]  # noqa: UP007 - of any number of parts


def _default(field: dataclasses.Field[Any]) -> Any:
    if field.default_factory is not dataclasses.MISSING:
        return msgspec.field(default_factory=field.default_factory)
    return msgspec.NODEFAULT if field.default is dataclasses.MISSING else field.default


def _same(value: Any) -> Any:
    return value


def _completion(kind: Any, known: dict[type[Any], Complete], defaults: dict[type[Any], dict[str, str]]) -> Complete:
    """What completes a JSON value of this type."""
    if dataclasses.is_dataclass(kind):
        assert isinstance(kind, type), "types hold types, not values"
        if kind not in known:
            known[kind] = _completion_of_members(kind, known, defaults)
        return known[kind]
    parts = [_completion(part, known, defaults) for part in get_args(kind) if part is not ...]
    if all(part is _same for part in parts):
        return _same
    if get_origin(kind) in {Union, types.UnionType}:
        # JSON tells the parts of a union apart by their kind, so at most one of them holds members.
        found = next(part for part in parts if part is not _same)
        return lambda value: found(value) if isinstance(value, dict | list) else value
    each = parts[-1]
    if issubclass(get_origin(kind), Mapping):
        return lambda value: {name: each(part) for name, part in value.items()}
    return lambda value: [each(part) for part in value]


def _completion_of_members(
    kind: type[Any], known: dict[type[Any], Complete], defaults: dict[type[Any], dict[str, str]]
) -> Complete:
    hints = get_type_hints(kind)
    mine = {each.name: _default_json(each) for each in dataclasses.fields(kind)}
    defaults[kind] = mine
    members = [(name, _completion(hints[name], known, defaults), default) for name, default in mine.items()]

    def completed(value: Any) -> Any:
        return {
            name: complete(value[name]) if name in value else decode(default) for name, complete, default in members
        }

    return completed


def _default_json(field: dataclasses.Field[Any]) -> str:
    """The default as JSON, to be decoded anew each time: whoever is given it may change it."""
    if field.default_factory is not dataclasses.MISSING:
        return encode(field.default_factory()).decode()
    return "" if field.default is dataclasses.MISSING else encode(field.default).decode()
