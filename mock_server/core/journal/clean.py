"""Remembers what was found clean: the same heads and bodies pass by again and again.

Of each only a digest is kept, for what is not clean has secrets in it, and what is clean may become secret by its name.
"""

from __future__ import annotations

import marshal
import re
from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import TypeVar

from mock_server.core.journal.entry import Headers
from openapi.redaction.digits import without_cards
from openapi.redaction.headers import mask_of
from openapi.redaction.names import HIDDEN, Names
from openapi.redaction.texts import is_clean

RawHeaders = Sequence[tuple[bytes, bytes]]
MOST_HEADS = 1024
LARGEST_HEAD_BYTES = 4096
MOST_LINES = 1024
LONGEST_LINE = 512
MOST_BODIES = 1024
SHORT_BODY_BYTES = 256
"""A shorter body is looked at as quickly as it is recognized."""

_ID = re.compile(r"/[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}(?=[/\n])")
"""A uuid that is all of a part of a path."""

T = TypeVar("T")
_Key = tuple[int, bytes]


class Heads:
    """What the journal shows of heads in which a quick look finds nothing to hide."""

    def __init__(self) -> None:
        self._shown: OrderedDict[_Key, Headers] = OrderedDict()

    def shown(self, raw: RawHeaders, names: Names) -> Headers | None:
        """The headers as they are kept, the same object for the same head; `None` where they need a closer look."""
        content = marshal.dumps(tuple(raw), _WITHOUT_REFERENCES)
        key = (id(names), _digest(content))  # whoever asks keeps the names for good
        found = self._shown.get(key)
        if found is None and is_clean(_looked_at(raw), names):
            found = tuple([_shown(name, value) for name, value in raw])
            if len(content) <= LARGEST_HEAD_BYTES:
                _keep(self._shown, key, found, MOST_HEADS)
        return found

    def shown_with(self, own_id: str, raw: RawHeaders, names: Names) -> Headers | None:
        """The same for a head that begins with the exchange's own id, which no other one does; it hides nothing."""
        own, count = own_id.encode("latin-1"), 0
        for _, value in raw:
            if value != own:
                break
            count += 1
        found = self.shown(raw[count:], names)
        return None if found is None else (*[(treatment(name)[0], own_id) for name, _ in raw[:count]], *found)


class Lines:
    """Which lines of requests a quick look has found clean: method, path and all else that is no header."""

    def __init__(self) -> None:
        self._clean: OrderedDict[tuple[int, str], None] = OrderedDict()

    def is_clean(self, line: str, names: Names) -> bool:
        """Whether a quick look finds nothing that could be a secret.

        Ids are in nearly every path, each another one, and hide nothing; what is left is what the same client says each
        time. Nothing is remembered but what was found clean.
        """
        key = (id(names), _ID.sub("/", line))
        if key in self._clean:
            return True
        if not is_clean(key[1].encode("utf-8", "replace"), names):
            return False
        if len(line) <= LONGEST_LINE:
            self._clean[key] = None
            if len(self._clean) > MOST_LINES:
                self._clean.popitem(last=False)
        return True


class Bodies:
    """Which bodies a quick look has found clean."""

    def __init__(self) -> None:
        self._clean: OrderedDict[_Key, None] = OrderedDict()

    def is_clean(self, body: bytes, names: Names) -> bool:
        """Whether a quick look finds nothing that could be a secret."""
        if len(body) < SHORT_BODY_BYTES:
            return not body or is_clean(body, names)
        key = (id(names), _digest(body))
        if key in self._clean:
            return True
        if not is_clean(body, names):
            return False
        _keep(self._clean, key, None, MOST_BODIES)
        return True


@lru_cache(maxsize=1024)
def treatment(raw_name: bytes) -> tuple[str, Callable[[str], str] | None]:
    """A header's name in lower case, and what becomes of its value by the name alone, if the name decides."""
    name = raw_name.decode("latin-1").lower()
    return name, _without_query if name == "referer" else mask_of(name)


_WITHOUT_REFERENCES = 2
"""The version of `marshal` in which equal values are written alike; later ones depend on who else holds them."""


def _keep(remembered: OrderedDict[_Key, T], key: _Key, value: T, most: int) -> None:
    remembered[key] = value
    if len(remembered) > most:
        remembered.popitem(last=False)


def _digest(content: bytes) -> bytes:
    return blake2b(content, digest_size=16).digest()


def _looked_at(raw: RawHeaders) -> bytes:
    """What of a head could be a secret without being known for one by its name."""
    return b"\n".join([part for pair in raw if treatment(pair[0])[1] is None for part in pair])


def _shown(raw_name: bytes, raw_value: bytes) -> tuple[str, str]:
    name, treat = treatment(raw_name)
    value = raw_value.decode("latin-1")
    return name, treat(value) if treat else value


def _without_query(value: str) -> str:
    address, mark, _ = value.partition("?")
    return f"{without_cards(address)}{mark}{HIDDEN if mark else ''}"
