"""Edits without sense: any value of a document is taken away, or becomes something else."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

Json = Any
Way = tuple[str | int, ...]
GONE = object()

VALUES: tuple[Json, ...] = (
    *(GONE, GONE, GONE, None, True, False, 0, -1, 1.5, 10**30, "", "x", "#", "#/", "#/components/schemas/Thing"),
    *([], {}, [None], [{}], {"x": 1}, {"$ref": "#/components/schemas/Thing"}, {"$ref": "#/nowhere"}, {"$ref": 1}),
    *({"type": "object"}, {"not": {}}, {"type": ["string", "null"]}, {"oneOf": [{}, {}]}, {"anyOf": []}, "date-time"),
    *({"pattern": "("}, {"enum": []}, {"minimum": "1"}, {"properties": []}, {"required": "x"}, {"items": []}),
    *({"discriminator": {"propertyName": "kind"}}, {"allOf": [True]}, {"patternProperties": {"[": {}}}, "default"),
)


@dataclass(frozen=True)
class Wild:
    """What stands at the end of the way becomes the value."""

    way: Way
    value: Json

    def applied(self, document: Mapping[str, Json]) -> Mapping[str, Json]:
        result = copy.deepcopy(dict(document))
        holder: Json = result
        try:
            for part in self.way[:-1]:
                holder = holder[part]
            if self.value is GONE:
                del holder[self.way[-1]]
            else:
                holder[self.way[-1]] = copy.deepcopy(self.value)
        except (KeyError, IndexError, TypeError):
            return document  # another edit was here before
        return result


@st.composite
def wild_edits(draw: st.DrawFn, document: Mapping[str, Json]) -> Wild:
    """Anywhere: each step leads into a random member, and any step may be the last."""
    way: list[str | int] = []
    value: Any = document
    while isinstance(value, dict | list) and value and not (way and draw(st.integers(0, 5)) == 0):
        names: list[Any] = sorted(value, key=str) if isinstance(value, dict) else list(range(len(value)))
        way.append(draw(st.sampled_from(names)))
        value = value[way[-1]]  # type: ignore[index]  # a name of an object, a number of a list
    return Wild(tuple(way), draw(st.sampled_from(VALUES)))
