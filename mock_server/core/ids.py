"""Where new ids come from."""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
import threading
import uuid
from typing import Protocol

_VARIANT = dict(zip("0123456789abcdef", "89ab" * 4, strict=True))


def random_uuid() -> str:
    """A new uuid of version 4, lower case: what `str(uuid.uuid4())` gives, at a third of its cost.

    Every request has one, and `uuid.UUID` spends most of the time on checks and on numbers in between.
    """
    digits = os.urandom(16).hex()
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{_VARIANT[digits[16]]}{digits[17:20]}-{digits[20:]}"


class Ids(Protocol):
    """Makes ids that were never used before."""

    def new(self) -> str:
        """A new uuid, lower case."""

    def secret(self) -> str:
        """A new text that nobody can guess, 43 characters of base64url; nor can anybody who knows no seed."""


class RandomIds:
    """Random uuids (version 4): right where several processes share one store."""

    def new(self) -> str:
        return random_uuid()

    def secret(self) -> str:
        return secrets.token_urlsafe(32)


class SeededIds:
    """The same uuids in the same order for the same seed; safe to share between threads.

    `count`: how many were made so far. With it a later one goes on where this one stopped.
    """

    def __init__(self, seed: str, count: int = 0) -> None:
        self.seed = seed
        self._count = count
        self._lock = threading.Lock()

    @property
    def count(self) -> int:
        return self._count

    def new(self) -> str:
        return str(uuid.UUID(bytes=self._next()[:16], version=4))

    def secret(self) -> str:
        return base64.urlsafe_b64encode(self._next()).decode("ascii").rstrip("=")

    def _next(self) -> bytes:
        with self._lock:
            self._count += 1
            count = self._count
        return hashlib.sha256(f"{self.seed}:{count}".encode()).digest()


class NamespaceIds:
    """The ids of one namespace: random, or by a seed that can be set anew."""

    def __init__(self, seed: str | None = None, count: int = 0) -> None:
        self._source: RandomIds | SeededIds = RandomIds()
        self.start(seed, count)

    def start(self, seed: str | None, count: int = 0) -> None:
        """Go on as if `count` ids had been made by this seed; without a seed at random."""
        self._source = RandomIds() if seed is None else SeededIds(seed, count)

    @property
    def seed(self) -> str | None:
        return self._source.seed if isinstance(self._source, SeededIds) else None

    @property
    def count(self) -> int:
        """How many were made by the seed; 0 where there is none."""
        return self._source.count if isinstance(self._source, SeededIds) else 0

    def new(self) -> str:
        return self._source.new()

    def secret(self) -> str:
        return self._source.secret()
