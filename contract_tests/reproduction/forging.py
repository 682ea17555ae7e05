"""A bad token as what was changed about a good one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from contract_tests.credentials import parts_of
from contract_tests.errors import NotReached
from contract_tests.reproduction.steps import Forged

_MISSING = object()


def forged(name: str, token: str, good: Mapping[str, str]) -> Forged | None:
    """How a token differs from the good one it is most like; `None` where it is no token of that form.

    `good`: the names of the variables that hold good tokens, by token.
    """
    parts = _parts(token)
    others = [(other, variable, text) for text, variable in good.items() if (other := _parts(text))]
    if parts is None or not others:
        return None
    base, variable, text = min(others, key=lambda each: _distance(parts, each[0]))
    signature = token.rpartition(".")[2]
    kept = "kept" if signature == text.rpartition(".")[2] else "altered" if signature else "none"
    return Forged(name, variable, _changes(base[0], parts[0]), _changes(base[1], parts[1]), kept)


Parts = tuple[dict[str, Any], dict[str, Any]]


def _parts(token: str) -> Parts | None:
    try:
        return parts_of(token)
    except (NotReached, RecursionError):
        return None


def _distance(one: Parts, other: Parts) -> int:
    return sum(len(_changes(base, changed)) for base, changed in zip(other, one, strict=True))


def _changes(base: Mapping[str, Any], changed: Mapping[str, Any]) -> dict[str, Any]:
    names = [*base, *(each for each in changed if each not in base)]
    return {name: changed.get(name) for name in names if base.get(name, _MISSING) != changed.get(name, _MISSING)}
