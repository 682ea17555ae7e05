"""Bodies by media type, in requests and in responses: types, their schemas, and how parts are encoded."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from contract_tests.gate.change import Direction, Severity
from contract_tests.gate.comparing.fields import Field, Fields, field_differences
from contract_tests.gate.comparing.found import Found, Proof
from contract_tests.gate.comparing.schemas import schema_differences
from contract_tests.gate.comparing.wire import style_of, takes_any_text
from contract_tests.gate.pairing import OperationPair
from contract_tests.gate.parts.media_types import best, is_structured, media_type
from contract_tests.gate.parts.operation import is_true
from contract_tests.gate.schemas.unchanged import is_unchanged
from contract_tests.gate.specification import Node

_STYLE_WORDS = ("style", "explode", "allowReserved")
_DEFAULT_TYPES = {"object": "application/json", "string": "text/plain"}


@dataclass(frozen=True)
class Contents:
    """What stands under `content` on both sides, none of them empty.

    `prove`: makes a proof of a message whose body is a value of a media type.
    """

    old: Node
    new: Node
    direction: Direction
    operation: OperationPair
    subject: str
    prove: Callable[[str, Any], Proof | None]


def content_of(message: Node | None) -> Node | None:
    """The content of a body or response; `None` where it has no body."""
    found = message.get("content") if message is not None else None
    return found if found is not None and found.resolved().value else None


def content_differences(contents: Contents) -> Iterator[Found]:
    if is_unchanged(contents.old, contents.new):
        return
    old, new = dict(contents.old.items()), dict(contents.new.items())
    for name, node in old.items():
        meant = best(name, new)
        if meant is None:
            yield _found(contents, "media-type-removed", name, node, contents.new)
            continue
        yield from _range(contents, name, meant, (node, new[meant]))
        yield from _schema(contents, name if contents.direction is Direction.REQUEST else meant, (node, new[meant]))
        yield from _encodings(contents, node, new[meant])
    for name, node in new.items():
        if best(name, old) is None:
            yield _found(contents, "media-type-added", name, contents.old, node)


def _range(contents: Contents, old: str, new: str, nodes: tuple[Node, Node]) -> Iterator[Found]:
    """A range where a type was, or a type where a range was."""
    if media_type(old) != media_type(new):
        suffix = "widened" if media_type(new).covers(media_type(old)) else "narrowed"
        yield _found(contents, f"media-type-{suffix}", old, *nodes, {"new": new})


def _schema(contents: Contents, name: str, nodes: tuple[Node, Node]) -> Iterator[Found]:
    if not is_structured(name) and all(_is_any_text(each.get("schema")) for each in nodes):
        return
    yield from schema_differences(
        nodes[0].get("schema"),
        nodes[1].get("schema"),
        contents.direction,
        contents.subject,
        contents.operation,
        around=nodes,
        proof=lambda value: contents.prove(name, value),
    )


def _is_any_text(schema: Node | None) -> bool:
    """Whether bytes of a type without members may be any: nothing is said, or that they are a text, or a file."""
    return schema is None or takes_any_text(schema)


def _found(
    contents: Contents,
    suffix: str,
    name: str,
    old: Node,
    new: Node,
    facts: Mapping[str, Any] | None = None,
    severity: Severity | None = None,
) -> Found:
    kind = f"{contents.direction}-{suffix}"
    all_facts = {"name": name, **(facts or {})}
    return Found(kind, contents.subject, old, new, contents.operation, facts=all_facts, severity=severity)


# Parts of forms


def _encodings(contents: Contents, old: Node, new: Node) -> Iterator[Found]:
    stood, stands = (dict(_members(each, "encoding")) for each in (old, new))
    known = dict(_properties(old)).keys() & dict(_properties(new)).keys()
    for name in dict.fromkeys([*stood, *stands]):
        if name in known:
            part = _Part(contents, name, (old, new), (stood.get(name), stands.get(name)))
            yield from part.differences()


@dataclass(frozen=True)
class _Part:
    """One part of a form on both sides; `encodings`: what is said about it, where anything is."""

    contents: Contents
    name: str
    bodies: tuple[Node, Node]
    encodings: tuple[Node | None, Node | None]

    def differences(self) -> Iterator[Found]:
        old, new = (self._types(side) for side in (0, 1))
        if old != new:
            yield self._found("part-content-type-changed", Severity.SAFE if self._fits(old, new) else None)
        if self._style(0) != self._style(1):
            yield self._found("part-serialization-changed", None)
        yield from field_differences(self._headers())

    def _types(self, side: int) -> frozenset[str]:
        encoding = self.encodings[side]
        said = encoding.get("contentType") if encoding is not None else None
        if said is not None:
            return frozenset(each.strip().lower() for each in str(said.value).split(","))
        schema = dict(_properties(self.bodies[side]))[self.name]
        return frozenset({_default_type(schema)})

    def _fits(self, old: frozenset[str], new: frozenset[str]) -> bool:
        small, big = (old, new) if self.contents.direction is Direction.REQUEST else (new, old)
        return all(any(media_type(each).covers(media_type(one)) for each in big) for one in small)

    def _style(self, side: int) -> tuple[Any, ...]:
        encoding = self.encodings[side]
        if encoding is None or not any(encoding.get(word) for word in _STYLE_WORDS):
            return "form", True, False
        return *style_of(encoding, "query"), is_true(encoding, "allowReserved")

    def _headers(self) -> Fields:
        old, new = (
            {
                ("header", name.lower()): Field(f"{self._subject} header.{name}", "header", node)
                for name, node in (_members(each, "headers") if each is not None else ())
                if name.lower() != "content-type"
            }
            for each in self.encodings
        )
        return Fields(old, new, self.contents.direction, self.contents.operation, lambda key, value: None)

    @property
    def _subject(self) -> str:
        return f"{self.contents.subject}.{self.name}"

    def _found(self, suffix: str, severity: Severity | None) -> Found:
        old, new = (each or body for each, body in zip(self.encodings, self.bodies, strict=True))
        shown = [", ".join(sorted(self._types(side))) for side in (0, 1)]
        facts = {"name": self.name, "old": shown[0], "new": shown[1]}
        kind = f"{self.contents.direction}-{suffix}"
        return Found(kind, self._subject, old, new, self.contents.operation, severity=severity, facts=facts)


def _members(node: Node, name: str) -> Iterator[tuple[str, Node]]:
    found = node.get(name)
    return found.items() if found is not None else iter(())


def _properties(body: Node) -> Iterator[tuple[str, Node]]:
    schema = body.get("schema")
    return _members(schema, "properties") if schema is not None else iter(())


def _default_type(schema: Node) -> str:
    """The content type of a part about which nothing is said: by its schema."""
    value = schema.resolved().value
    if not isinstance(value, dict):
        return "application/octet-stream"
    if value.get("type") == "array":
        items = schema.get("items")
        return _default_type(items) if items is not None else "text/plain"
    if value.get("format") in {"binary", "base64"} or "contentEncoding" in value:
        return "application/octet-stream"
    return _DEFAULT_TYPES.get(str(value.get("type")), "text/plain")
