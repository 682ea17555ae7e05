"""What the journal remembers of one exchange."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from mock_server.core.errors import Refused
from mock_server.core.exchange import Caller
from mock_server.core.trace import CellUse

Headers = tuple[tuple[str, str], ...]


class Message(NamedTuple):
    """A request's or an answer's headers and body. Header names are lower case, in the order they were sent.

    `size_bytes`: how much was really sent. `is_cut`: `body` holds less than that.
    """

    headers: Headers = ()
    body: bytes = b""
    size_bytes: int = 0
    is_cut: bool = False

    def header(self, name: str) -> str:
        """The first value sent under this lower-case name; empty where there is none."""
        for key, value in self.headers:
            if key == name:
                return value
        return ""


class Exchanged(NamedTuple):
    """One request and its answer. A tuple is made in a third of the time of a frozen dataclass, for each request.

    `at`: when it began, by the namespace's clock; `seconds`: how long it took, by the machine's.
    `group` and `operation_id`: `None` where no contract names the path and method.
    `path` is as it was sent, still percent-encoded; `query` is what stood behind the question mark.
    `status`: 499 where the client left before there was an answer.
    `rules`: the rules the exchange has touched, the one it was refused for first.
    """

    id: str
    at: datetime
    seconds: float
    namespace: str
    group: str | None
    operation_id: str | None
    caller: Caller | None
    method: str
    path: str
    query: str
    scheme: str
    host: str
    request: Message
    status: int
    response: Message
    refused: Refused | None = None
    rules: tuple[str, ...] = ()
    cells: tuple[CellUse, ...] = ()
    steered: str = ""

    @property
    def url(self) -> str:
        """The address as the client wrote it."""
        return f"{self.scheme}://{self.host}{self.path}{'?' if self.query else ''}{self.query}"
