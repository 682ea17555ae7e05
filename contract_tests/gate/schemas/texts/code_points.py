"""Classes of characters: ranges of code points, in order, none touching another."""

from __future__ import annotations

from collections.abc import Iterable

LAST = 0x10FFFF
SURROGATES = (0xD800, 0xDFFF)
"""Code points that no JSON text can hold by themselves."""

Ranges = tuple[tuple[int, int], ...]


def as_ranges(ranges: Iterable[tuple[int, int]]) -> Ranges:
    """The ranges in order, none touching another, and none of what can't be in a text."""
    return _less(_joined(ranges), (SURROGATES,))


def others(ranges: Ranges) -> Ranges:
    """All characters but these."""
    return _less(as_ranges([(0, LAST)]), ranges)


def _joined(ranges: Iterable[tuple[int, int]]) -> Ranges:
    result: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if result and low <= result[-1][1] + 1:
            result[-1] = (result[-1][0], max(high, result[-1][1]))
        else:
            result.append((low, high))
    return tuple(result)


def _less(ranges: Ranges, taken: Ranges) -> Ranges:
    result: list[tuple[int, int]] = []
    for low, high in ranges:
        start = low
        for first, last in taken:
            if last < start or first > high:
                continue
            if first > start:
                result.append((start, first - 1))
            start = last + 1
        if start <= high:
            result.append((start, high))
    return tuple(result)
