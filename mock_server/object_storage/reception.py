"""Takes in the bytes of a PUT: writes and digests them in one go, and keeps all or nothing."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from mock_server.object_storage.backends import Backend, BlobWriter
from mock_server.object_storage.threads import in_thread


class Reception:
    """Bytes on their way in, and what is known of them so far. The methods block."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._writer: BlobWriter | None = None
        self._sha256 = hashlib.sha256()
        self._md5 = hashlib.md5(usedforsecurity=False)
        self._is_kept = False
        self.size_bytes = 0

    @property
    def sha256(self) -> bytes:
        return self._sha256.digest()

    @property
    def md5(self) -> bytes:
        return self._md5.digest()

    def take(self, batch: Sequence[bytes]) -> None:
        """Write the next bytes."""
        writer = self._open_writer()
        for chunk in batch:
            writer.write(chunk)
            self._sha256.update(chunk)
            self._md5.update(chunk)
            self.size_bytes += len(chunk)

    def commit(self) -> str:
        """Make the bytes readable and return their name."""
        return self._open_writer().commit()

    def keep(self) -> None:
        """A record points to the bytes now."""
        self._is_kept = True

    def end(self) -> None:
        """Let go of the bytes, and throw them away unless they are kept."""
        if self._writer is None:
            return
        if self._is_kept:
            self._writer.release()
        else:
            self._writer.abort()

    def _open_writer(self) -> BlobWriter:
        if self._writer is None:
            self._writer = self._backend.open_writer()
        return self._writer


@asynccontextmanager
async def receiving(backend: Backend) -> AsyncIterator[Reception]:
    """A reception that leaves nothing behind unless `keep` was called, whatever happens in the block."""
    reception = Reception(backend)
    try:
        yield reception
    finally:
        await in_thread(reception.end)
