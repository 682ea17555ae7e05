"""Remembers what was found clean: the same heads and bodies pass by again and again."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import TypeVar

from mock_server.core.journal.entry import Headers
from openapi.redaction.bodies import as_text
from openapi.redaction.digits import UUID, without_cards
from openapi.redaction.headers import mask_of
from openapi.redaction.names import HIDDEN, Names
from openapi.redaction.texts import is_clean

RawHeaders = Sequence[tuple[bytes, bytes]]
MOST_HEADS = 1024
LARGEST_HEAD_BYTES = 1024
MOST_LINES = 1024
LONGEST_LINE = 512
MOST_BODIES = 1024
LARGEST_BODY_BYTES = 4096
"""A larger body is recognized by a digest."""
SHORT_BODY_BYTES = 256
"""A shorter one by what is left of it without ids: that is what answers say who have made something."""

_ID = re.compile(rf"/{UUID}(?=[/\n])")
"""A uuid that is all of a part of a path."""
_TEXT_OF_ID = re.compile(rf'"{UUID}"'.encode())
"""A uuid that is all of a text."""

T = TypeVar("T")


def shown_head(raw: RawHeaders, names: Names) -> Headers | None:
    """Headers as they are kept; `None` where a quick look doesn't find that they hide nothing."""
    return tuple([_shown(name, value) for name, value in raw]) if is_clean(_looked_at(raw), names) else None


class AnswerHeads:
    """What the journal shows of the heads of answers in which a quick look finds nothing to hide."""

    def __init__(self) -> None:
        self._shown: OrderedDict[Hashable, Headers] = OrderedDict()

    def shown(self, own_id: str, raw: RawHeaders, names: Names) -> Headers | None:
        """The headers as they are kept; `None` where they need a closer look.

        Those that come first and are the exchange's own id are in no other answer, and hide nothing.
        """
        own, ids = own_id.encode("latin-1"), []
        for name, value in raw:
            if value != own:
                break
            ids.append((treatment(name)[0], own_id))
        found = self._shown_without_id(tuple(raw[len(ids) :]), names)
        return None if found is None else (*ids, *found)

    def _shown_without_id(self, raw: tuple[tuple[bytes, bytes], ...], names: Names) -> Headers | None:
        key = (id(names), raw)  # whoever asks keeps the names for good
        found = self._shown.get(key)
        if found is not None:
            return found
        found = shown_head(raw, names)
        if found is not None and _may_be_remembered(raw):
            _keep(self._shown, key, found, MOST_HEADS)
        return found


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
    """Which bodies a quick look has found to be texts without a secret."""

    def __init__(self) -> None:
        self._plain: OrderedDict[Hashable, None] = OrderedDict()

    def is_plain(self, body: bytes, names: Names) -> bool:
        """Whether the body is text, and a quick look finds nothing that could be a secret."""
        if not body:
            return True
        key = (id(names), _recognized_by(body))
        if key in self._plain:
            return True
        if as_text(body, is_cut=False) is None or not is_clean(body, names):
            return False
        _keep(self._plain, key, None, MOST_BODIES)
        return True


def _recognized_by(body: bytes) -> bytes:
    """What bodies share that hide as much."""
    if len(body) < SHORT_BODY_BYTES:
        return _TEXT_OF_ID.sub(b'""', body)
    return body if len(body) <= LARGEST_BODY_BYTES else blake2b(body, digest_size=16).digest()


@lru_cache(maxsize=1024)
def treatment(raw_name: bytes) -> tuple[str, Callable[[str], str] | None]:
    """A header's name in lower case, and what becomes of its value by the name alone, if the name decides."""
    name = raw_name.decode("latin-1").lower()
    return name, _without_query if name == "referer" else mask_of(name)


def _keep(remembered: OrderedDict[Hashable, T], key: Hashable, value: T, most: int) -> None:
    remembered[key] = value
    if len(remembered) > most:
        remembered.popitem(last=False)


def _may_be_remembered(raw: RawHeaders) -> bool:
    """Whether no header is known for a secret by its name, so that nothing in them is one."""
    is_small = sum(len(name) + len(value) for name, value in raw) <= LARGEST_HEAD_BYTES
    return is_small and not any(treatment(name)[1] for name, _ in raw)


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
