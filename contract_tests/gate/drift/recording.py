"""An exchange that somebody else has recorded: a browser, a proxy, the mock's journal."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, urlsplit

UNREAD = object()
"""Stands for the JSON value of a body that is none."""


@dataclass(frozen=True)
class Body:
    """What was sent or answered. `content`: `None` where the recording does not have it.

    `is_whole`: whether the recording claims to have all of it. `media_type`: without parameters, lower case; empty
    where nothing is said.
    """

    content: bytes | None
    media_type: str = ""
    is_whole: bool = True

    @property
    def is_json(self) -> bool:
        return self.media_type == "application/json" or self.media_type.endswith("+json")

    @cached_property
    def json(self) -> Any:
        """The value of the body, or `UNREAD`."""
        try:
            return UNREAD if self.content is None else json.loads(self.content)
        except (ValueError, RecursionError):
            return UNREAD


@dataclass(frozen=True)
class Recorded:
    """`headers` and `answer_headers`: names in lower case, in their order. `origin`: where it was read, for people."""

    method: str
    url: str
    status: int
    sent: Body
    answer: Body
    headers: Mapping[str, str] = field(default_factory=dict)
    answer_headers: Mapping[str, str] = field(default_factory=dict)
    origin: str = ""

    @property
    def path(self) -> str:
        """As it was sent; percent escapes stay."""
        return urlsplit(self.url).path or "/"

    @property
    def query(self) -> Sequence[tuple[str, str]]:
        return parse_qsl(urlsplit(self.url).query, keep_blank_values=True)

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300
