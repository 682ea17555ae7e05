"""What an edit of a document is: where it can be made, what it does, and whom it breaks on the way there and back."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from openapi.documents import pointer_parts

Json = Any
Document = Mapping[str, Json]


class Harm(Enum):
    """BREAKS: a client that followed the old document fails. FINE: none does. SILENT: nothing has changed at all.

    OPEN: it depends on what stands around it.
    """

    BREAKS = "breaks"
    FINE = "fine"
    SILENT = "silent"
    OPEN = "open"


@dataclass(frozen=True)
class Place:
    """Where an edit can be made. `there`: what it does to clients; `back`: what taking it back does."""

    pointer: str
    there: Harm
    back: Harm


@dataclass(frozen=True)
class Edit:
    """`places`: all where it can be made. `make`: changes what stands there; gets the holder and the name in it."""

    name: str
    places: Callable[[Document], Iterable[Place]]
    make: Callable[[Json, Any], None]

    def __str__(self) -> str:
        return self.name


def edited(document: Document, edit: Edit, place: Place) -> Document:
    """The document after an edit. What is not on the way to it is shared with the original."""
    result = dict(document)
    holder: Json = result
    *way, last = pointer_parts(place.pointer)
    for part in way:
        key: Any = int(part) if isinstance(holder, list) else part
        holder[key] = copy.copy(holder[key])
        holder = holder[key]
    key = int(last) if isinstance(holder, list) else last
    if key in holder or isinstance(holder, list):
        holder[key] = copy.deepcopy(holder[key])
    edit.make(holder, key)
    return result
