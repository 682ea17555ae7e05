"""The answers that a contract shows, ready to be given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mock_server.core.errors import MockServerError
from mock_server.core.exchange import Response
from mock_server.core.steering.prefer import Preferences
from openapi.model import Answer, Content, Operation

_NEEDED_HEADERS = {"www-authenticate": "Bearer"}
"""What an answer that documents this header can't do without (RFC 9110, section 15.5.2)."""


class NotShown(MockServerError):
    """The contract shows no such answer; the message says which ones there are."""


@dataclass(frozen=True)
class Examples:
    """The examples of one operation's answers."""

    operation: Operation

    def wanted(self, asked: Preferences, media_type: str = "") -> Response:
        """The answer asked for: by status, by name, or both. The first example where none is named.

        `media_type`: the one the client would rather have, where there are several.

        Raises:
            NotShown: the operation has no such status, or the status no such example.
        """
        status = self.success if asked.code is None else asked.code
        answer = self.operation.answers.get(str(status))
        if answer is None:
            statuses = ", ".join(each for each in self.operation.answers if each.isdecimal())
            raise NotShown(f"{self.operation.id} documents no status {status}; documented: {statuses}.")
        return self._response(status, answer, asked.example, media_type)

    def shown(self, status: int) -> Response | None:
        """The first example of a status; `None` where the operation has no such status, or shows nothing for it."""
        try:
            return self.wanted(Preferences(code=status))
        except NotShown:
            return None

    @property
    def success(self) -> int:
        """The status of an accepted call."""
        return min(int(each) for each in self.operation.answers if each.startswith("2"))

    def _response(self, status: int, answer: Answer, name: str | None, media_type: str) -> Response:
        if not answer.contents and name is None:
            return Response.empty(status)
        found = [each for each in answer.contents if (each.examples if name is None else name in each.examples)]
        if not found:
            names = dict.fromkeys(name for each in answer.contents for name in each.examples)
            asked = f"no example {name!r}" if name is not None else "no example"
            raise NotShown(f"{self.operation.id} shows {asked} for {status}; shown: {', '.join(names) or 'none'}.")
        content = next((each for each in found if each.media_type == media_type), found[0])
        value = next(iter(content.examples.values())) if name is None else content.examples[name]
        return _filled(status, answer, content, value)


def _filled(status: int, answer: Answer, content: Content, value: Any) -> Response:
    documented = {each.lower() for each in answer.headers}
    headers = {name: text for name, text in _NEEDED_HEADERS.items() if name in documented}
    if content.media_type.endswith("json"):
        return Response(status, json=value, content_type=content.media_type, headers=headers)
    return Response(status, content=str(value).encode(), content_type=content.media_type, headers=headers)
