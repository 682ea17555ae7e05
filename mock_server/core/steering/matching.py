"""Which calls a fault is about."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import Any

NOT_JSON = object()
"""The body of a call that has none, or one that is no JSON."""

_INDEX = re.compile(r"0|[1-9][0-9]*")


@dataclass(frozen=True)
class Call:
    """What is known of a call before it is answered.

    `operation_id`: `None` where no operation of a contract is called, as with the bucket. `path`: with the base path,
    decoded. `headers`: names in lower case. `body`: the JSON value, or `NOT_JSON`.
    """

    method: str
    path: str
    operation_id: str | None = None
    headers: Sequence[tuple[str, str]] = ()
    body: Any = NOT_JSON

    @property
    def reads_state(self) -> bool:
        """Whether it is an operation that promises to change nothing."""
        return self.operation_id is not None and self.method in {"GET", "HEAD"}


@dataclass(frozen=True)
class Match:
    """Conditions on a call; all must hold, and an absent one always does.

    `operations`: ids; empty for all calls. `path`: as in a shell, `*` for any characters, slashes included.
    `headers`: name -> the value of one of its lines, or whether the header is there at all.
    `body`: JSON pointer -> the value that stands there.
    """

    operations: frozenset[str] = frozenset()
    method: str | None = None
    path: str | None = None
    headers: Mapping[str, str | bool] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)

    def fits(self, call: Call) -> bool:
        """Whether every condition holds."""
        return (
            (not self.operations or call.operation_id in self.operations)
            and self.method in {None, call.method}
            and (self.path is None or fnmatchcase(call.path, self.path))
            and all(_has_header(call, name, wanted) for name, wanted in self.headers.items())
            and all(same_json(value_at(call.body, pointer), wanted) for pointer, wanted in self.body.items())
        )

    def may_fit(self, call: Call) -> bool:
        """Whether every condition but those on the body holds."""
        return replace(self, body={}).fits(call)


def _has_header(call: Call, name: str, wanted: str | bool) -> bool:
    values = [value for key, value in call.headers if key == name.lower()]
    return bool(values) == wanted if isinstance(wanted, bool) else wanted in values


def value_at(value: Any, pointer: str) -> Any:
    """What stands at a JSON pointer (RFC 6901); `NOT_JSON` where nothing does."""
    for part in pointer.split("/")[1:]:
        value = _member(value, part.replace("~1", "/").replace("~0", "~"))
    return value


def _member(value: Any, name: str) -> Any:
    if isinstance(value, Mapping):
        return value.get(name, NOT_JSON)
    if isinstance(value, list) and _INDEX.fullmatch(name) and len(name) < 10 and int(name) < len(value):
        return value[int(name)]
    return NOT_JSON


def same_json(one: Any, other: Any) -> bool:
    """Whether two values are the same JSON: 1 and 1.0 are, 1 and true are not."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same_json(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same_json, one, other))
    return bool(one == other)
