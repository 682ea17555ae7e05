"""What somebody may have meant: operations near a path that is none, names near a name that isn't there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import SequenceMatcher, get_close_matches
from typing import Any

from openapi.model import Contract, Operation

MOST = 5
ENOUGH = 0.55
MARGIN = 0.1
"""Whatever is further away than that from the nearest one was hardly meant."""
OWN_PREFIX = "/_"
"""Begins the paths of the mock's own API, which are near to nothing else."""


def nearest(name: str, known: Iterable[str]) -> list[str]:
    """The known names that are most like this one, the nearest first; case doesn't matter."""
    by_fold = {each.casefold(): each for each in known}
    found = get_close_matches(name.casefold(), list(by_fold), n=MOST, cutoff=ENOUGH)
    return [by_fold[each] for each in found]


def near_operations(method: str, path: str, contracts: Mapping[str, Contract]) -> list[dict[str, Any]]:
    """The operations whose paths are most like this one, the nearest first; the method decides between equals."""
    is_own = path.startswith(OWN_PREFIX)
    found = [
        (_nearness(path, contract, each), each.method == method, contract, each)
        for contract in contracts.values()
        for each in contract.operations.values()
        if contract.base_path.startswith(OWN_PREFIX) == is_own
    ]
    least = max([ENOUGH, *(each[0] - MARGIN for each in found)])
    near = sorted((each for each in found if each[0] >= least), key=lambda each: each[:2], reverse=True)
    return [
        {"group": contract.name, "operation": each.id, "method": each.method, "path": contract.base_path + each.path}
        for _, _, contract, each in near[:MOST]
    ]


def _nearness(path: str, contract: Contract, operation: Operation) -> float:
    """The base path is easily forgotten; a path that has it is nearer, though."""
    return max(_likeness(path, contract.base_path + operation.path), 0.95 * _likeness(path, operation.path))


def _likeness(path: str, template: str) -> float:
    """From 0 to 1: how many of the segments are alike, counted from the left or from the right."""
    asked = [each for each in path.split("/") if each]
    known = [each for each in template.split("/") if each]
    longest = max(len(asked), len(known))
    if not longest:
        return 1.0
    return max(_alike(asked, known), _alike(asked[::-1], known[::-1])) / longest


def _alike(asked: Sequence[str], known: Sequence[str]) -> float:
    return sum(_same(one, other) for one, other in zip(asked, known, strict=False))


def _same(segment: str, template: str) -> float:
    """A parameter may be any segment, but is a worse guess than the word itself."""
    if template.startswith("{"):
        return 0.8
    return SequenceMatcher(None, segment.casefold(), template.casefold()).ratio()
