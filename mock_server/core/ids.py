"""Where new ids come from."""

from __future__ import annotations

import hashlib
import threading
import uuid
from typing import Protocol


class Ids(Protocol):
    """Makes ids that were never used before."""

    def new(self) -> str:
        """A new uuid, lower case."""


class RandomIds:
    """Random uuids (version 4): right where several processes share one store."""

    def new(self) -> str:
        return str(uuid.uuid4())


class SeededIds:
    """The same uuids in the same order for the same seed; safe to share between threads."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._count = 0
        self._lock = threading.Lock()

    def new(self) -> str:
        with self._lock:
            self._count += 1
            count = self._count
        digest = hashlib.sha256(f"{self._seed}:{count}".encode()).digest()
        return str(uuid.UUID(bytes=digest[:16], version=4))
