"""Where the bytes are kept: what the bucket asks of a backend, and a folder of files that does it.

    StoreError
    └── BackendError        the backend could not do what was asked
        ├── BackendFull     no room, or no more allowed
        └── BlobAbsent      there are no bytes of this name

Names of bytes are the backend's own; keys never reach it.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Protocol

from mock_server.core.errors import SetupError, StoreError
from mock_server.object_storage import locks


class BackendError(StoreError):
    """The bytes could not be written, read or removed."""


class BackendFull(BackendError):
    """There is no room for the bytes; nothing of them has been kept."""


class BlobAbsent(BackendError):
    """There are no bytes of this name (any more)."""


class BlobWriter(Protocol):
    """Bytes on their way in. Ends with `release` or `abort`; until then nobody else removes them."""

    def write(self, chunk: bytes) -> None:
        """Append. Raises `BackendFull` or another `BackendError`; then only `abort` is left to do."""

    def commit(self) -> str:
        """Make the bytes readable, all at once, and return their name, which was never used before."""

    def release(self) -> None:
        """Let go of committed bytes that a record points to by now."""

    def abort(self) -> None:
        """Throw the bytes away, committed or not. Never raises; twice is fine."""


class BlobReader(Protocol):
    """Bytes on their way out. They stay readable to the end, even when they are deleted meanwhile."""

    def read(self, size_bytes: int, /) -> bytes:
        """The next bytes, at most so many; none at the end."""

    def close(self) -> None:
        """Give back what reading took."""


class Backend(Protocol):
    """Keeps bytes under names of its own making. All calls may block and belong on a thread."""

    def open_writer(self) -> BlobWriter:
        """Begin to take bytes in. Raises `BackendFull` or another `BackendError`."""

    def open(self, blob: str) -> BlobReader:
        """Begin to give bytes out.

        Raises:
            BlobAbsent: there are none of this name.
        """

    def delete(self, blob: str) -> None:
        """Remove the bytes; nothing happens when they are gone already."""

    def blobs(self) -> Collection[str]:
        """The names of all bytes whose writer has let go of them, or died."""


def sweep(backend: Backend, known: Callable[[], Collection[str]]) -> int:
    """Delete all bytes that no record points to; return how many.

    `known`: asks for the names records point to. It is asked only after the names of the bytes are, so that bytes
    recorded meanwhile stay.
    """
    found = backend.blobs()
    unknown = set(found).difference(known())
    for blob in unknown:
        backend.delete(blob)
    return len(unknown)


BLOB_NAME = re.compile(r"[0-9a-f]{32}")
UNFINISHED = ".part"
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class FolderBackend:
    """One file a blob, in one folder.

    Bytes come into a `.part` file and are renamed when they are all there. Writers hold a lock on their file until
    they let go, and the system takes it back when a process dies, so several processes may share the folder and what
    a killed one left is known as such.

    `durable`: survive a power cut, at the price of waiting for the disk.

    Raises:
        SetupError: the folder can't be made or written to.
    """

    def __init__(self, folder: Path, *, durable: bool = False) -> None:
        self._folder = folder
        self._durable = durable
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for unfinished in self._idle(folder.glob(f"*{UNFINISHED}")):
                with suppress(PermissionError):  # a folder that can't be written is complained of below
                    unfinished.unlink(missing_ok=True)
        except OSError as error:
            raise SetupError(f"cannot keep files in {folder}: {error.strerror}") from error
        if not os.access(folder, os.W_OK | os.X_OK):
            raise SetupError(f"cannot keep files in {folder}: not writable")

    def open_writer(self) -> BlobWriter:
        return _FileWriter(self._folder, durable=self._durable)

    def open(self, blob: str) -> BlobReader:
        with _translated():
            return self._path(blob).open("rb", buffering=0)

    def delete(self, blob: str) -> None:
        with _translated(), suppress(BlobAbsent):
            self._path(blob).unlink(missing_ok=True)

    def blobs(self) -> Collection[str]:
        with _translated():
            named = (path for path in self._folder.iterdir() if BLOB_NAME.fullmatch(path.name))
            return [path.name for path in self._idle(named)]

    def _path(self, blob: str) -> Path:
        if not BLOB_NAME.fullmatch(blob):
            raise BlobAbsent(f"no blob is ever named {blob!r}")
        return self._folder / blob

    @staticmethod
    def _idle(paths: Iterable[Path]) -> Iterator[Path]:
        """Those that no writer holds; each is held here until the next is asked for."""
        for path in paths:
            with suppress(FileNotFoundError), path.open("rb") as file:
                if locks.try_lock(file):
                    yield path


class _FileWriter:
    """Writes one file, and holds its lock."""

    def __init__(self, folder: Path, *, durable: bool) -> None:
        self._folder = folder
        self._durable = durable
        with _translated():
            self._path, self._file = _locked_file(folder)

    def write(self, chunk: bytes) -> None:
        with _translated():
            rest = memoryview(chunk)
            while rest:
                rest = rest[self._file.write(rest) :]

    def commit(self) -> str:
        blob = self._path.name.removesuffix(UNFINISHED)
        with _translated():
            if self._durable:
                os.fsync(self._file.fileno())
            if sys.platform == "win32":  # an open file can't be renamed there
                self._file.close()
            self._path = self._path.rename(self._folder / blob)
            if self._durable:
                _sync_folder(self._folder)
        return blob

    def release(self) -> None:
        self._file.close()

    def abort(self) -> None:
        # A file that can't be removed now has no record, so the next sweep takes it.
        with suppress(OSError):
            self._path.unlink(missing_ok=True)
        with suppress(OSError):
            self._file.close()


def _locked_file(folder: Path) -> tuple[Path, BinaryIO]:
    """A new file that is locked and still there: a sweep may have been faster than the lock."""
    while True:
        path = folder / f"{secrets.token_hex(16)}{UNFINISHED}"
        file = path.open("xb", buffering=0)
        locks.lock(file)
        if os.fstat(file.fileno()).st_nlink:
            return path, file
        file.close()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _translated() -> Iterator[None]:
    """Turn the system's errors into the backend's own."""
    try:
        yield
    except FileNotFoundError as error:
        raise BlobAbsent(f"the bytes are not there: {error.strerror}") from error
    except OSError as error:
        kind = BackendFull if error.errno in NO_ROOM else BackendError
        raise kind(f"the backend failed: {error.strerror}") from error


class WholeBlobs:
    """Small objects in one piece, for exports and imports."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    def read(self, blob: str) -> bytes:
        """All bytes of this name. Raises `BlobAbsent`."""
        reader = self._backend.open(blob)
        try:
            return b"".join(iter(lambda: reader.read(1024 * 1024), b""))
        finally:
            reader.close()

    def remove(self, blob: str) -> None:
        """Keep the bytes of this name no longer. Raises `BackendError`."""
        self._backend.delete(blob)

    def write(self, content: bytes) -> str:
        """Keep these bytes; returns their name. Raises `BackendError`: nothing has been kept."""
        writer = self._backend.open_writer()
        try:
            writer.write(content)
            blob = writer.commit()
        except BaseException:
            writer.abort()
            raise
        writer.release()
        return blob
