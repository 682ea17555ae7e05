"""Edits of schemas, each of which takes values away and adds none, or the like; its place says whom it breaks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from openapi.documents import to_pointer
from tests.contract_tests.gate.edits.edit import Document, Edit, Harm, Place
from tests.contract_tests.gate.edits.uses import REQUEST, RESPONSE, Use, at, is_marked, uses

Json = Any
Fits = Callable[[Document, Json], bool]

SAYS_MORE = frozenset({"enum", "const", "pattern", "format", "not", "anyOf", "oneOf", "allOf"})
"""Words beside which a bound may forbid nothing, or everything."""


def _breaks(use: Use, direction: str) -> Harm:
    if direction in use.certain:
        return Harm.BREAKS
    return Harm.OPEN if direction in use.possible else Harm.FINE


def _narrowing(name: str, fits: Fits, change: Callable[[Json], None], *, is_about_texts: bool = True) -> Edit:
    """Takes values away: breaks who sends; taking it back breaks who is answered.

    `is_about_texts`: it does so of what is sent as plain text, too.
    """

    def places(document: Document) -> Iterator[Place]:
        for pointer, use in uses(document).items():
            if fits(document, at(document, pointer)) and (is_about_texts or not use.is_on_the_wire):
                yield Place(pointer, _breaks(use, REQUEST), _breaks(use, RESPONSE))

    return Edit(name, places, lambda holder, key: change(holder[key]))


def _plain(kind: str, *without: str) -> Fits:
    """Schemas of a type that say nothing of certain words, nor anything that may make them idle."""
    return lambda document, schema: schema.get("type") == kind and not (SAYS_MORE | set(without)) & schema.keys()


def _lowered(word: str, by: int = 1) -> Callable[[Json], None]:
    return lambda schema: schema.update({word: schema[word] - by})


def _has_room(high: str, low: str) -> Fits:
    """Schemas with an upper bound that may be lower by one."""

    def fits(document: Document, schema: Json) -> bool:
        return high in schema and schema[high] > max(schema.get(low, 0), 0) and not SAYS_MORE & schema.keys()

    return fits


def _has_optional_member(document: Document, schema: Json) -> bool:
    return _optional(document, schema) is not None and "discriminator" not in schema


def _optional(document: Document, schema: Json) -> str | None:
    """A member that may be left out in both directions."""
    members = schema.get("properties", {}) if schema.get("type") == "object" else {}
    return next(
        (
            name
            for name, each in members.items()
            if name not in schema.get("required", ())
            and not is_marked(document, each, "readOnly")
            and not is_marked(document, each, "writeOnly")
            and not SAYS_MORE & schema.keys()
        ),
        None,
    )


def _require(schema: Json) -> None:
    name = next(each for each in schema["properties"] if each not in schema.get("required", ()))
    schema["required"] = [*schema.get("required", ()), name]


def _first_member_is_optional(document: Document, schema: Json) -> bool:
    name = _optional(document, schema)
    return name is not None and name == next(
        each for each in schema["properties"] if each not in schema.get("required", ())
    )


def _is_open_object(document: Document, schema: Json) -> bool:
    words = SAYS_MORE | {"additionalProperties", "unevaluatedProperties", "patternProperties", "nullable"}
    return schema.get("type") == "object" and "properties" in schema and not words & schema.keys()


def _has_values_to_spare(document: Document, schema: Json) -> bool:
    values = [each for each in schema.get("enum", ()) if each is not None]
    return len(values) > 1 and isinstance(schema.get("type"), str) and not (SAYS_MORE - {"enum"}) & schema.keys()


def _drop_value(schema: Json) -> None:
    dropped = next(each for each in schema["enum"] if each is not None)
    schema["enum"] = [each for each in schema["enum"] if each != dropped]


def _is_nullable(document: Document, schema: Json) -> bool:
    return schema.get("nullable") is True and isinstance(schema.get("type"), str) and "enum" not in schema


def _of_words(name: str, fits: Fits, change: Callable[[Json], None], there: Harm, back: Harm) -> Edit:
    """Takes away no value and adds none."""

    def places(document: Document) -> Iterator[Place]:
        for pointer in uses(document):
            if fits(document, at(document, pointer)):
                yield Place(pointer, there, back)

    return Edit(name, places, lambda holder, key: change(holder[key]))


def _members(name: str, change: Callable[[Json, Any], None], harms: Callable[[Use], tuple[Harm, Harm]]) -> Edit:
    """Of an optional member of an open object."""

    def places(document: Document) -> Iterator[Place]:
        for pointer, use in uses(document).items():
            schema = at(document, pointer)
            member = _optional(document, schema) if _is_open_object(document, schema) else None
            if member is None or "deprecated" in schema["properties"][member] or use.is_on_the_wire:
                continue
            yield Place(pointer + to_pointer("properties", member), *harms(use))

    return Edit(name, places, change)


def _removed(holder: Json, key: Any) -> None:
    del holder[key]


def _member_lost(use: Use) -> tuple[Harm, Harm]:
    """What was answered is missed; what was sent is not heeded any more. What comes anew may be left alone."""
    return (Harm.BREAKS if RESPONSE in use.certain else Harm.OPEN if RESPONSE in use.possible else Harm.FINE), Harm.OPEN


def _another_type(schema: Json) -> None:
    schema.clear()
    schema.update({"type": "array", "items": {"type": "boolean"}, "minItems": 1})


def _is_scalar(document: Document, schema: Json) -> bool:
    return schema.get("type") in ("string", "integer", "number", "boolean")


def _both(name: str, fits: Fits, change: Callable[[Json], None]) -> Edit:
    """Takes all values away and adds others."""

    def places(document: Document) -> Iterator[Place]:
        for pointer, use in uses(document).items():
            if fits(document, at(document, pointer)) and use.certain and not use.is_on_the_wire:
                yield Place(pointer, Harm.BREAKS, Harm.BREAKS)

    return Edit(name, places, lambda holder, key: change(holder[key]))


def _say(**words: Json) -> Callable[[Json], None]:
    return lambda schema: schema.update(words)


def _reverse_lists(schema: Json) -> None:
    for word in ("enum", "required"):
        if word in schema:
            schema[word] = schema[word][::-1]


def _say_the_obvious(schema: Json) -> None:
    schema.setdefault("not", {"not": {}})


_ANYTHING: Fits = lambda document, schema: True  # noqa: E731
_LISTED: Mapping[str, str] = {"maxItems": "minItems", "maxLength": "minLength", "maxProperties": "minProperties"}

EDITS: tuple[Edit, ...] = (
    _narrowing("a member becomes required", _first_member_is_optional, _require, is_about_texts=False),
    _narrowing("an object is closed", _is_open_object, _say(additionalProperties=False), is_about_texts=False),
    _narrowing("a listed value is taken away", _has_values_to_spare, _drop_value),
    _narrowing("null is forbidden", _is_nullable, lambda schema: schema.pop("nullable"), is_about_texts=False),
    *(_narrowing(f"{high} is lower", _has_room(high, low), _lowered(high)) for high, low in _LISTED.items()),
    _narrowing("a text must be short", _plain("string", "maxLength", "minLength"), _say(maxLength=7)),
    _narrowing("a text must not be empty", _plain("string", "minLength", "maxLength"), _say(minLength=2)),
    _narrowing("a text must be one of a list", _plain("string", "minLength", "maxLength"), _say(enum=["a", "b"])),
    _narrowing("a text must fit a pattern", _plain("string", "minLength", "maxLength"), _say(pattern="^[a-c]{2,3}$")),
    _narrowing("a text must have a format", _plain("string", "minLength", "maxLength"), _say(format="uuid")),
    _narrowing("a number must be small", _plain("integer", "maximum", "minimum"), _say(maximum=1000)),
    _narrowing("a number must be large", _plain("integer", "maximum", "minimum"), _say(minimum=1)),
    _narrowing("a number must be even", _plain("integer", "multipleOf", "maximum", "minimum"), _say(multipleOf=2)),
    _narrowing("a list must be short", _plain("array", "maxItems", "minItems"), _say(maxItems=3)),
    _narrowing("a list must not be empty", _plain("array", "maxItems", "minItems"), _say(minItems=1)),
    _both("a scalar becomes a list", _is_scalar, _another_type),
    _members("a member is taken away", _removed, _member_lost),
    _of_words("it is described otherwise", _ANYTHING, _say(description="Other words."), Harm.SILENT, Harm.SILENT),
    _of_words("lists are written the other way round", _ANYTHING, _reverse_lists, Harm.SILENT, Harm.SILENT),
    _of_words("it says what holds anyway", _ANYTHING, _say_the_obvious, Harm.SILENT, Harm.SILENT),
    _of_words("a default is said", _is_scalar, _say(default="x"), Harm.FINE, Harm.FINE),
)
