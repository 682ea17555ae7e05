"""Which members of bodies, forms and queries hold a secret: read from the contracts' `x-sensitive`.

`x-sensitive: last4` keeps the last four digits of a value, `x-sensitive: hidden` nothing of it. The mark stands on a
property, on a parameter, or on a whole schema; a schema that is marked itself hides the whole body.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from openapi.model import Contract, Operation
from openapi.redaction.digits import SHORTEST, last_four

MARK = "x-sensitive"
HIDDEN = "***"
MASKS: Mapping[str, Callable[[str], str]] = {"last4": last_four, "hidden": lambda text: HIDDEN}
EVERYWHERE = {
    "accesstoken": "hidden",
    "apikey": "hidden",
    "cardnumber": "last4",
    "cvc": "hidden",
    "cvv": "hidden",
    "password": "hidden",
    "refreshtoken": "hidden",
    "secret": "hidden",
}
"""Names that mean a secret to whoever sends them, also where no contract knows them."""

_FOLD = bytes(ord("0") if 48 <= each <= 57 else each + 32 if 65 <= each <= 90 else each for each in range(256))
_SEPARATORS = b" +-_" + bytes(range(0x80, 0x100))  # some hyphens and blanks are not ASCII
_IDENTIFIER = re.compile(r"[\w.\-\[\]]{1,60}")
DIGITS = b"0" * SHORTEST
ESCAPES = (b"\\u", b"%")
_SIGNS = (DIGITS, b"xamz", b"bearer", b"eyj", *ESCAPES)
"""What else shows in a folded text that holds a secret, or hides one below an escape."""

_ORDINARY = re.compile(r"[A-Za-z_]{1,40}")


def folded(text: bytes) -> bytes:
    """The text in lower case, without blanks, signs and underscores, each digit a zero: what spellings share."""
    return text.translate(_FOLD, _SEPARATORS)


@dataclass(frozen=True)
class Names:
    """The sensitive names of one API, folded, with the mark of each.

    `parts`: sensitive in whatever longer name they stand, in any API. `wholes`: too common for that; another API
    has a member of that name that may be seen.
    """

    parts: Mapping[bytes, str]
    wholes: Mapping[bytes, str]

    def mark(self, name: str) -> str | None:
        """How to treat the value under this name; `None` where there is nothing to hide."""
        return self._remembered(name) if _ORDINARY.fullmatch(name) else self._mark(name)

    @cached_property
    def _remembered(self) -> Callable[[str], str | None]:
        return lru_cache(maxsize=1024)(self._mark)

    def _mark(self, name: str) -> str | None:
        short = folded(name.encode("utf-8", "replace"))
        found = self.wholes.get(short)
        return found or next((mark for part, mark in self.parts.items() if part in short), None)

    def is_name(self, text: str) -> bool:
        """Whether a text is a sensitive name and nothing else: what stands beside it may be its value."""
        if not _IDENTIFIER.fullmatch(text):
            return False
        short = folded(text.encode("utf-8", "replace")).rstrip(b"0")
        return short in self.wholes or short.endswith(tuple(self.parts))

    def is_exactly_name(self, text: str) -> bool:
        """Whether a text is one of the names, not only one that ends like them, as a password may."""
        short = folded(text.encode("utf-8", "replace"))
        return short in self.wholes or short in self.parts

    def occur_in(self, content: bytes) -> bool:
        """Whether one of the names stands anywhere in a folded text."""
        return any(part in content for part in self.parts) or any(whole in content for whole in self.wholes)

    @cached_property
    def signs(self) -> tuple[bytes, ...]:
        """A folded text with none of these in it holds no secret that could be found."""
        return (*_SIGNS, *self.parts, *self.wholes)

    @cached_property
    def pairs(self) -> re.Pattern[str]:
        """A name and its value in running text: `accountNumber: 12345`, `?code=abc`. Bounded, so that no text can keep
        the search busy.
        """
        spelled = "|".join(_any_spelling(part) for part in self.parts)
        assigned = "|".join(_any_spelling(whole) for whole in self.wholes) or "(?!)"
        return re.compile(
            rf"(?P<name>(?:{spelled})[\w\-\[\]]{{0,40}}[\"'\\]{{0,4}}\s{{0,4}}[:=]\s{{0,4}}[\"'\\]{{0,4}}|(?<![\w\-])(?:{assigned})=)"
            r"(?P<value>[^\s\"'\\&,;{}\[\]<>]+)",
            re.IGNORECASE,
        )


class Sensitive:
    """What is sensitive in which API: `names` by the group's name, and whether an operation deals in secrets at all."""

    def __init__(self, contracts: Iterable[Contract]) -> None:
        by_group = {each.name: each for each in contracts}
        members = {name: [*_members(contract.document)] for name, contract in by_group.items()}
        marked = {name: _marked(found) for name, found in members.items()}
        open_names = {name for found in members.values() for name in _unmarked(found)}
        union = {name: mark for marks in marked.values() for name, mark in marks.items()}
        parts = {**{key.encode(): mark for key, mark in EVERYWHERE.items()}}
        parts |= {name: mark for name, mark in union.items() if name not in open_names}
        self._of_strays = Names(parts, {name: mark for name, mark in union.items() if name not in parts})
        self._names = {
            group: Names(parts, {name: mark for name, mark in marks.items() if name not in parts})
            for group, marks in marked.items()
        }
        self._operations = {
            operation.id
            for contract in by_group.values()
            for operation in contract.operations.values()
            if _is_marked(operation, contract)
        }

    def names(self, group: str | None) -> Names:
        """The names of a group; where it is unknown, those of all."""
        return self._names.get(group or "", self._of_strays)

    def is_marked(self, operation_id: str | None) -> bool:
        """Whether what can't be read must not be kept: the operation takes or gives secrets, or nobody knows it."""
        return operation_id is None or operation_id in self._operations


def _marked(members: Iterable[tuple[str, Mapping[str, Any]]]) -> dict[bytes, str]:
    return {folded(name.encode()): schema[MARK] for name, schema in members if MARK in schema}


def _unmarked(members: Iterable[tuple[str, Mapping[str, Any]]]) -> set[bytes]:
    return {folded(name.encode()) for name, schema in members if MARK not in schema}


def _members(value: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """All properties and parameters anywhere in a document, with what stands at the name."""
    for each in _mappings(value):
        properties = each.get("properties")
        if isinstance(properties, Mapping):
            yield from ((name, schema) for name, schema in properties.items() if isinstance(schema, Mapping))
        if isinstance(each.get("in"), str) and isinstance(each.get("name"), str):
            yield each["name"], each


def _mappings(value: Any) -> Iterator[Mapping[str, Any]]:
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            yield each
            waiting.extend(child for child in reversed(each.values()) if isinstance(child, dict | list))
        elif isinstance(each, list):
            waiting.extend(reversed(each))


def _is_marked(operation: Operation, contract: Contract) -> bool:
    waiting: list[Any] = [each.schema for each in operation.parameters]
    waiting += [each.schema for each in operation.body.contents] if operation.body else []
    waiting += [content.schema for answer in operation.answers.values() for content in answer.contents]
    seen: set[str] = set()
    while waiting:
        for each in _mappings(waiting.pop()):
            if MARK in each:
                return True
            name = str(each.get("$ref", "")).rpartition("/")[2]
            if name in contract.schemas and name not in seen:
                seen.add(name)
                waiting.append(contract.schemas[name])
    return False


def _any_spelling(name: bytes) -> str:
    return r"[ _\-]?".join(re.escape(each) for each in name.decode())
