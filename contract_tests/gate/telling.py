"""What of an item several formats say in the same words."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from math import isfinite
from typing import Any

from contract_tests.gate.change import Direction, Place, Witness
from contract_tests.gate.report import Item, Standing
from contract_tests.texts import shown

LONGEST_WITNESS = 4000
_WITNESSES = {
    Direction.REQUEST: "a request that was fine",
    Direction.RESPONSE: "a response that can come now",
    Direction.NEITHER: "an example",
}


def places(item: Item) -> Iterator[str]:
    """Where it stands, and where it stood: each as `file:line` with its pointer."""
    if item.new:
        yield _place(item.new)
    if item.old:
        yield f"{_place(item.old)} (before)"


def _place(place: Place) -> str:
    return f"{shown(str(place))} {shown(place.pointer or '/')}"


def witness_lines(witness: Witness | None) -> Iterator[str]:
    """What shows it, and what the other contract says against it."""
    if witness is not None:
        yield f"{witness_words(witness)}: {witness_json(witness)}"
        yield f"now: {witness.fails}"


def witness_words(witness: Witness) -> str:
    return _WITNESSES[witness.direction]


def witness_json(witness: Witness, indent: int | None = None) -> str:
    """The message as JSON."""
    return json.dumps(plain(witness.message), ensure_ascii=False, indent=indent)


def plain(value: Any) -> Any:
    """A value as JSON can have it: YAML knows numbers, dates and keys that JSON does not."""
    if isinstance(value, Mapping):
        return {str(name): plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    is_json = value is None or isinstance(value, str | bool | int) or (isinstance(value, float) and isfinite(value))
    return value if is_json else str(value)


def known(count: int) -> str:
    """What stood at the base already, where nobody wants to read it again."""
    return f"{count} that stood at the base already; contract-tests lint shows {'it' if count == 1 else 'them'}"


def aside(item: Item) -> Iterator[str]:
    """Who answers for it, and whether it is news."""
    if item.waiver:
        over = "" if item.standing is Standing.WAIVED else ", which is over"
        waiver = item.waiver
        yield f"waiver of {waiver.owner} until {waiver.until}{over}: {waiver.reason}"
    if item.standing is Standing.KNOWN:
        yield "not new: it stood at the base already"
    if item.provenance:
        yield f"provenance: {item.provenance}"
