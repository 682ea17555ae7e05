"""The names that schemas of 3.1 give themselves: `$id`, `$anchor` and `$dynamicAnchor`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urldefrag, urljoin

from openapi.documents import to_pointer

_DATA = frozenset({"enum", "const", "default", "example", "examples", "value"})
"""Below these stand values, not schemas."""
_MAPS = frozenset({"properties", "patternProperties", "dependentSchemas", "$defs", "definitions", "schemas"})
"""Below these stand schemas by name, and a name says nothing."""


@dataclass(frozen=True)
class Identifiers:
    """`resources`: by URI (`$id`), the pointers of the schemas that are documents of their own, and the file itself.

    `anchors`: by the pointer of such a schema and the anchor's name, where the anchors in it stand.
    """

    resources: Mapping[str, str]
    anchors: Mapping[tuple[str, str], tuple[str, ...]]
    bases: Mapping[str, str]

    def resource_of(self, pointer: str) -> str:
        """The pointer of the innermost resource around a value."""
        around = [each for each in self.bases if pointer == each or pointer.startswith(each + "/")]
        return max(around, key=len, default="")

    def anchor(self, resource: str, name: str) -> str | None:
        """Where an anchor stands; where a resource has it twice, the first."""
        return next(iter(self.anchors.get((resource, name), ())), None)


NONE = Identifiers({}, {}, {})
"""Of a file whose text has none of the words."""


def identifiers(data: Any, location: str) -> Identifiers:
    """What the schemas of a file call themselves. `location`: what its own `$id`s are relative to."""
    resources: dict[str, str] = {}
    bases: dict[str, str] = {"": location}
    anchors: defaultdict[tuple[str, str], tuple[str, ...]] = defaultdict(tuple)
    for pointer, schema, resource in _walk(data, "", "", is_map=False):
        if (own := schema.get("$id")) and isinstance(own, str):
            bases[pointer] = urldefrag(urljoin(bases[resource], own)).url
            resources.setdefault(bases[pointer], pointer)
            resource = pointer
        for word in ("$anchor", "$dynamicAnchor"):
            if isinstance(name := schema.get(word), str):
                anchors[resource, name] += (pointer,)
    return Identifiers(resources, dict(anchors), bases)


def _walk(value: Any, pointer: str, resource: str, *, is_map: bool) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Every mapping that may be a schema, with its pointer and that of the resource it is in or begins."""
    if isinstance(value, list):
        for index, each in enumerate(value):
            yield from _walk(each, pointer + to_pointer(index), resource, is_map=False)
    if not isinstance(value, dict):
        return
    if not is_map:
        yield pointer, value, resource
        resource = pointer if isinstance(value.get("$id"), str) else resource
    for name, each in value.items():
        if is_map or not (name in _DATA or name.startswith("x-")):
            yield from _walk(each, pointer + to_pointer(name), resource, is_map=not is_map and name in _MAPS)
