"""The shortest ways from a pair of schemas to all pairs below it in which something was found.

Where many schemas lead to each other, going all ways from each of them is what takes long. So it is measured once how
far each pair is from each in which something was found; a way then goes from one to the next that is nearer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

StepType = TypeVar("StepType")


class Place(Protocol):
    """A pair of schemas. No two are equal."""

    @property
    def findings(self) -> Sequence[object]: ...


PlaceType = TypeVar("PlaceType", bound=Place)
Way = list[tuple[StepType, PlaceType]]
"""The steps of a way, each with where it leads."""


@dataclass
class Ways(Generic[StepType, PlaceType]):
    """`below`: the steps from a pair. What was measured stays so: whatever a pair leads to is measured with it."""

    below: Callable[[PlaceType], Sequence[tuple[StepType, PlaceType]]]
    _distances: dict[PlaceType, dict[PlaceType, int]] = field(default_factory=dict)

    def all_from(self, start: PlaceType) -> Iterator[Way[StepType, PlaceType]]:
        """A way to each pair in which something was found, in the order in which they are met."""
        self._measure(self._unmeasured(start))
        found = [self._to(target, start) for target in self._distances[start]]
        yield from (way for _, way in sorted(found, key=lambda each: (len(each[0]), each[0])))

    def _to(self, target: PlaceType, start: PlaceType) -> tuple[list[int], Way[StepType, PlaceType]]:
        """The way, and which of the steps it takes at each place: the first of those that lead nearer."""
        at, way, turns = start, list[tuple[StepType, PlaceType]](), list[int]()
        while at is not target:
            nearer = self._distances[at][target] - 1
            turn, step = next(
                (turn, each)
                for turn, each in enumerate(self.below(at))
                if self._distances[each[1]].get(target) == nearer
            )
            way.append(step)
            turns.append(turn)
            at = step[1]
        return turns, way

    def _unmeasured(self, start: PlaceType) -> list[PlaceType]:
        """What the start leads to and is not measured yet; nothing that is leads there."""
        found, waiting = dict[PlaceType, None](), [start]
        while waiting:
            each = waiting.pop()
            if each not in found and each not in self._distances:
                found[each] = None
                waiting.extend(place for _, place in self.below(each))
        return list(found)

    def _measure(self, places: Sequence[PlaceType]) -> None:
        """Goes backwards from all in which something was found at once, a step at a time."""
        above = defaultdict[PlaceType, list[PlaceType]](list)
        reached = defaultdict[int, list[tuple[PlaceType, PlaceType]]](list)
        for each in places:
            if each.findings:
                reached[0].append((each, each))
            for _, below in self.below(each):
                above[below].append(each)
                for target, distance in self._distances.get(below, {}).items():
                    reached[distance + 1].append((each, target))
        self._distances.update((each, {}) for each in places)
        distance = 0
        while reached:
            for each, target in reached.pop(distance, ()):
                if target not in self._distances[each]:
                    self._distances[each][target] = distance
                    if each in above:
                        reached[distance + 1].extend((place, target) for place in above[each])
            distance += 1
