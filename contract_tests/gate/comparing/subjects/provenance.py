"""The standing of what the contract states: `x-provenance` of schemas, properties, parameters, responses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from contract_tests.gate.comparing.causes import named_place
from contract_tests.gate.comparing.found import Found
from contract_tests.gate.comparing.provenances import provenance_differences
from contract_tests.gate.pairing import Pair
from contract_tests.gate.specification import Node
from openapi.documents import to_pointer

STANDING = "x-provenance"
DOCUMENTED = "documented"
_ELSEWHERE = frozenset({"$ref", "allOf", "anyOf", "oneOf"})
"""What leads to other places where it may be said how sure something is."""


def changes(pair: Pair) -> Iterator[Found]:
    old, new = pair.old.root, pair.new.root
    if old.value != new.value:
        yield from _below(pair, old.value, new.value, "")


def _below(pair: Pair, old: Any, new: Any, pointer: str) -> Iterator[Found]:
    """Differences below what stands at the same place on both sides. Where one side refers to what stands on the other
    in full, or has it in parts, nothing is said of how sure it is: what is referred to says it at its own place.
    """
    if old == new:
        return
    if isinstance(old, dict) and isinstance(new, dict) and _ELSEWHERE & old.keys() == _ELSEWHERE & new.keys():
        is_in_parts = _is_in_parts(old, new) or _is_in_parts(new, old)
        if (STANDING in old or STANDING in new) and not is_in_parts:
            yield from _stated(pair, old.get(STANDING), new.get(STANDING), pointer, "")
        for name in old.keys() & new.keys() - {STANDING} - (_ELSEWHERE if is_in_parts else set()):
            yield from _below(pair, old[name], new[name], pointer + to_pointer(name))
    if isinstance(old, list) and isinstance(new, list):
        for index, (stood, stands) in enumerate(zip(old, new, strict=False)):
            yield from _below(pair, stood, stands, pointer + to_pointer(index))


def _is_in_parts(stated: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether what one side says of the whole, the other says of a part of it, having put the whole into parts."""
    lists = (found for word in _ELSEWHERE if isinstance(found := other.get(word), list))
    parts = (part for each in lists for part in each if isinstance(part, dict))
    is_moved = STANDING in stated and STANDING not in other
    return is_moved and any(part.get(STANDING) == stated[STANDING] for part in parts)


def _stated(pair: Pair, old: Any, new: Any, pointer: str, of: str) -> Iterator[Found]:
    """What is said of the whole, or of members by their names. Unless something is said, it is documented."""
    if isinstance(old, dict) or isinstance(new, dict):
        stood, stands = (each if isinstance(each, dict) else {} for each in (old, new))
        for name in dict.fromkeys([*stood, *stands]):
            yield from _stated(pair, stood.get(name), stands.get(name), pointer, f"{of}.{name}")
        return
    was, is_now = (str(each or DOCUMENTED) for each in (old, new))
    here, there = pair.old.node(pointer), pair.new.node(pointer)
    if was != is_now and here is not None and there is not None and _is_there(here, of) and _is_there(there, of):
        yield from provenance_differences(named_place(here) + of, was, is_now, (here, there))


def _is_there(node: Node, of: str) -> bool:
    """Whether the member that something is said of exists; that it came or went is said elsewhere."""
    member: Node | None = node
    for name in of.split(".")[1:]:
        member = member.get(name) if member is not None else None
    return member is not None
