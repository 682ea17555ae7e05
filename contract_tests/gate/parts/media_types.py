"""Media types and ranges of them: which covers which."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from email.message import Message
from functools import lru_cache

ANY = "*"
_STRUCTURED = frozenset({"json", "xml", "yaml", "x-yaml", "cbor", "x-www-form-urlencoded", "x-ndjson", "csv"})


@dataclass(frozen=True)
class MediaType:
    """`parameters`: such as the version of a vendor's type; the charset of JSON is none, it has but one."""

    type: str
    subtype: str
    parameters: frozenset[tuple[str, str]] = frozenset()

    @property
    def is_json(self) -> bool:
        return self.subtype == "json" or self.subtype.endswith("+json")

    def covers(self, other: MediaType) -> bool:
        """Whether whatever is of the other type is of this one, too."""
        return (
            self.type in {ANY, other.type}
            and self.subtype in {ANY, other.subtype}
            and self.parameters <= other.parameters
        )

    @property
    def precision(self) -> tuple[bool, bool, int]:
        return self.type != ANY, self.subtype != ANY, len(self.parameters)


@lru_cache(maxsize=512)
def media_type(text: str) -> MediaType:
    """A media type as it is written; letters' case and the order of parameters don't count."""
    header = Message()
    header["Content-Type"] = text
    main, _, sub = text.partition(";")[0].strip().lower().partition("/")
    is_json = sub == "json" or sub.endswith("+json")
    parameters = header.get_params(failobj=[])[1:] if ";" in text else []
    kept = frozenset(
        (name.lower(), value.lower() if name.lower() == "charset" else value)
        for name, value in parameters
        if name and not (is_json and name.lower() == "charset")
    )
    return MediaType(main, sub or ANY, kept)


def is_structured(text: str) -> bool:
    """Whether bodies of a media type have members that a schema can speak of."""
    found = media_type(text)
    words = {found.subtype, found.subtype.rpartition("+")[2]}
    return ANY in words or bool(words & _STRUCTURED) or found.type in {ANY, "multipart"}


def best(asked: str, offered: Iterable[str]) -> str | None:
    """The offered one that is meant for a media type: the most precise that covers it, else one that is part of it."""
    wanted = media_type(asked)
    covering = [each for each in offered if media_type(each).covers(wanted)]
    if covering:
        return max(covering, key=lambda each: media_type(each).precision)
    return next((each for each in offered if wanted.covers(media_type(each))), None)
