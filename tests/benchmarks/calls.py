"""Single calls over HTTP, on one connection."""

from __future__ import annotations

import http.client
import json
import time
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from tests.benchmarks.lab import BenchmarkError

SECONDS = 60


@dataclass(frozen=True)
class Answer:
    """What came back, and how long that took."""

    status: int
    body: bytes
    seconds: float

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Caller:
    """Calls one server with one token; to be used with `with`. Raises `BenchmarkError` where no answer comes."""

    def __init__(self, origin: str, token: str | None = None) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(origin).netloc, timeout=SECONDS)
        self._token = token

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def __call__(self, method: str, path: str, body: Any = None) -> Answer:
        sent = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        content = None
        if body is not None:
            content = json.dumps(body).encode()
            sent["Content-Type"] = "application/json"
        began = time.perf_counter()
        try:
            self._connection.request(method, path, content, sent)
            response = self._connection.getresponse()
            received = response.read()
        except (OSError, http.client.HTTPException) as error:
            raise BenchmarkError(f"{method} {path} was not answered: {error!r}") from error
        return Answer(response.status, received, time.perf_counter() - began)
