"""Whether the journal holds what a test expects; and where it doesn't, what came nearest and how it differs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mock_server.core.journal.entry import Exchanged
from mock_server.core.journal.matching import Difference, Matcher, Miss, check, miss

MOST_MISSES = 5
BOUNDS: Mapping[str, tuple[str, Callable[[int, int], bool]]] = {
    "exactly": ("exactly", lambda found, bound: found == bound),
    "atLeast": ("at least", lambda found, bound: found >= bound),
    "atMost": ("at most", lambda found, bound: found <= bound),
}
"""How often a matcher is to be fitted: the word for it, and the test."""
DEFAULT_TIMES = {"atLeast": 1}


@dataclass(frozen=True)
class Verdict:
    """`matched`: ids of the exchanges that fit, in their order. `misses`: the nearest that don't, nearest first;
    only where something is missing. `message`: the verdict in a sentence.
    """

    is_verified: bool
    message: str
    matched: tuple[str, ...]
    misses: tuple[Miss, ...]
    inspected: int


def verify_times(matcher: Matcher, times: Mapping[str, int], entries: Sequence[Exchanged]) -> Verdict:
    """Whether as many exchanges fit as there should. Raises `ValueError` for a matcher nothing can be held against."""
    check(matcher)
    wanted = times or DEFAULT_TIMES
    judged = [(entry, miss(matcher, entry)) for entry in entries]
    matched = tuple(entry.id for entry, missed in judged if missed is None)
    is_verified = all(BOUNDS[name][1](len(matched), bound) for name, bound in wanted.items())
    is_short = any(name != "atMost" and len(matched) < bound for name, bound in wanted.items())
    nearest = _nearest(missed for _, missed in judged) if is_short else ()
    bounds = " and ".join(f"{BOUNDS[name][0]} {bound}" for name, bound in wanted.items())
    message = f"expected {bounds} of {described(matcher)}; found {len(matched)} among {len(entries)}"
    return Verdict(is_verified, _sentence(message, nearest), matched, nearest, len(entries))


def verify_sequence(matchers: Sequence[Matcher], entries: Sequence[Exchanged], *, is_strict: bool) -> Verdict:
    """Whether exchanges fit one after the other, in this order; `is_strict`: without any other between them.

    Raises `ValueError` for a matcher nothing can be held against.
    """
    for matcher in matchers:
        check(matcher)
    places = max(_runs(matchers, entries) if is_strict else [_first_run(matchers, entries)], key=len, default=())
    matched = tuple(entries[place].id for place in places)
    if len(places) == len(matchers):
        return Verdict(True, f"found all {len(matchers)} steps in their order.", matched, (), len(entries))
    step = matchers[len(places)]
    start = places[-1] + 1 if places else 0
    candidates = entries[start : start + 1] if is_strict and places else entries[start:]
    nearest = _nearest(miss(step, each) for each in candidates)
    behind = f"{'right ' if is_strict else ''}after {_named(entries[places[-1]])}" if places else "anywhere"
    message = f"expected {len(matchers)} steps; step {len(places) + 1}, {described(step)}, was not found {behind}"
    return Verdict(False, _sentence(message, nearest), matched, nearest, len(entries))


def described(matcher: Matcher) -> str:
    """A matcher in a few words."""
    return ", ".join(f"{name} {_shown(value)}" for name, value in matcher.items()) or "any exchange"


def _first_run(matchers: Sequence[Matcher], entries: Sequence[Exchanged]) -> tuple[int, ...]:
    """The places of the earliest exchanges that fit in this order; shorter than the matchers where one isn't found."""
    places: list[int] = []
    start = 0
    for matcher in matchers:
        place = next((place for place in range(start, len(entries)) if miss(matcher, entries[place]) is None), None)
        if place is None:
            break
        places.append(place)
        start = place + 1
    return tuple(places)


def _runs(matchers: Sequence[Matcher], entries: Sequence[Exchanged]) -> list[tuple[int, ...]]:
    """From each exchange on, how far they fit one right after the other."""
    return [_run_from(start, matchers, entries) for start in range(len(entries))]


def _run_from(start: int, matchers: Sequence[Matcher], entries: Sequence[Exchanged]) -> tuple[int, ...]:
    places: list[int] = []
    for place, matcher in zip(range(start, len(entries)), matchers, strict=False):
        if miss(matcher, entries[place]) is not None:
            break
        places.append(place)
    return tuple(places)


def _nearest(missed: Any) -> tuple[Miss, ...]:
    found: list[Miss] = [each for each in missed if each is not None]
    return tuple(sorted(found, key=lambda each: each.distance)[:MOST_MISSES])


def _sentence(message: str, nearest: Sequence[Miss]) -> str:
    if not nearest:
        return f"{message}."
    said = "; ".join(map(_said, nearest[0].differences[:3]))
    return f"{message}. The nearest is {_named(nearest[0].entry)}: {said}."


def _said(difference: Difference) -> str:
    return f"{difference.pointer} should be {_shown(difference.expected)}, was {_shown(difference.actual)}"


def _named(entry: Exchanged) -> str:
    return f"{entry.method} {entry.path} {entry.status} ({entry.id})"


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
