"""Finds what has changed between two schemas themselves, and which pairs of schemas stand below them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from contract_tests.gate.change import Direction
from contract_tests.gate.schemas.comparison import Comparison
from contract_tests.gate.schemas.finding import Finding, Pair
from contract_tests.gate.schemas.viewing import View, viewed
from contract_tests.gate.specification import Node


@dataclass
class Both:
    """Two schemas side by side."""

    comparison: Comparison
    direction: Direction
    old: View
    new: View


@dataclass
class Compared:
    """`findings`: of the two themselves. `below`: pairs whose differences are their own."""

    findings: list[Finding] = field(default_factory=list)
    below: list[Pair] = field(default_factory=list)
    is_final: bool = False
    """Whether nothing else is to be said: another type makes the rest meaningless."""


Aspect = Callable[[Both], Iterator[Finding | Pair]]


def compared(comparison: Comparison, direction: Direction, old: Node, new: Node) -> Compared:
    """What there is to say of two schemas."""
    from contract_tests.gate.schemas.aspects import choices, members, scalars, words

    both = Both(comparison, direction, viewed(old), viewed(new))
    result = Compared()
    types = list(scalars.types(both))
    result.findings += types
    if any(each.kind == "type-changed" for each in types):
        return result
    aspects: tuple[Aspect, ...] = (scalars.limits, members.properties, members.others, choices.alternatives, words.said)
    for aspect in aspects:
        for each in aspect(both):
            (result.findings if isinstance(each, Finding) else result.below).append(each)  # type: ignore[arg-type]
    return result
