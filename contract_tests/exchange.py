"""One request and its answer, as the examiner keeps them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

NO_ANSWER = 0
"""The status of a request that got none."""


@dataclass(frozen=True)
class Sent:
    """A request as it was sent. Header names are lower case."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True)
class Exchange:
    """A request with its answer.

    `status`: `NO_ANSWER` where none came. `operation_id`: which operation was meant; empty where none was. `started`:
    seconds since the run began. `headers`: of the answer, names in lower case. `seconds`: from sending to the last
    byte.
    """

    sent: Sent
    status: int
    headers: Mapping[str, str]
    body: bytes
    operation_id: str = ""
    started: float = 0.0
    seconds: float = 0.0

    @cached_property
    def json(self) -> Any:
        """The answer's value; `None` where the body is no JSON."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None

    @classmethod
    def unanswered(cls, sent: Sent, operation_id: str = "") -> Exchange:
        """A request that got no answer."""
        return cls(sent, NO_ANSWER, {}, b"", operation_id)

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300

    @property
    def media_type(self) -> str:
        """The answer's media type without parameters, lower case."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()
