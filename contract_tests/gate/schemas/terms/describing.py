"""Which members of an object a schema describes, by itself and by all that stands beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

SAYS_OF_OTHERS = ("additionalProperties", "unevaluatedProperties")
CHOICES = ("anyOf", "oneOf")
CONDITIONS = ("if", "then", "else")

At = Callable[[str], Any]
"""What a reference leads to."""


@dataclass
class Described:
    """What a schema and all that stands beside it (all-of, references) describe of an object.

    `required`: names that are asked for, if nothing else. `is_conditional`: something of it counts in some cases only.
    """

    names: set[str] = field(default_factory=set)
    required: set[str] = field(default_factory=set)
    patterns: set[str] = field(default_factory=set)
    says_of_others: list[Any] = field(default_factory=list)
    choices: list[list[Any]] = field(default_factory=list)
    is_conditional: bool = False


def described(schema: Any, at: At) -> Described:
    """What is described of the members of an object."""
    found = Described()
    for each in _beside(schema, at, set()):
        found.names.update(_names(each.get("properties")))
        found.required.update(_names(each.get("required")))
        found.patterns.update(_names(each.get("patternProperties")))
        found.says_of_others += [each[word] for word in SAYS_OF_OTHERS if word in each]
        found.choices += [each[word] for word in CHOICES if isinstance(each.get(word), list)]
        found.is_conditional |= any(word in each for word in (*CONDITIONS, "dependentSchemas", "$dynamicRef"))
    return found


def all_names(schema: Any, at: At, depth: int = 6) -> set[str]:
    """The names of all members that are described, those of alternatives included."""
    found = described(schema, at)
    names = found.names | found.required
    if depth:
        names.update(*(all_names(each, at, depth - 1) for choice in found.choices for each in choice))
    return names


def _beside(schema: Any, at: At, seen: set[str]) -> Iterator[Mapping[str, Any]]:
    """The schema and all that say something of the same value."""
    if not isinstance(schema, dict):
        return
    yield schema
    dependent = schema.get("dependentSchemas")
    parts = (*_listed(schema.get("allOf")), *(schema.get(word) for word in CONDITIONS))
    for part in (*parts, *(dependent.values() if isinstance(dependent, dict) else ())):
        yield from _beside(part, at, seen)
    target = schema.get("$ref")
    if isinstance(target, str) and target not in seen:
        seen.add(target)
        yield from _beside(at(target), at, seen)


def _names(value: Any) -> Iterable[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, dict | list) else ()


def _listed(value: Any) -> Iterable[Any]:
    return value if isinstance(value, list) else ()
