"""One server at a time on a SQLite file: what it knows of namespaces it does not look up there again."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from mock_server.core.errors import SetupError

try:
    import fcntl
except ImportError:  # Windows: nobody can tell there
    fcntl = None  # type: ignore[assignment]

SUFFIX = "-server"
"""Of the file that is locked. SQLite loses its own locks where somebody opens the database file and closes it."""


@contextmanager
def sole_server(address: str) -> Iterator[None]:
    """Keep other servers off the SQLite file of this address; a store of any other kind is nobody's alone.

    The lock ends with the process, however that ends. Where none can be had, as on some file systems or in a folder
    that can't be written, nobody is kept off.

    Raises:
        SetupError: another server is on it.
    """
    path = _database_file(address)
    mark = _marked(path) if path and fcntl else None
    try:
        yield
    finally:
        if mark is not None:
            Path(mark.name).unlink(missing_ok=True)  # while it is locked: who opened it meanwhile looks for it again
            mark.close()


def _database_file(address: str) -> Path | None:
    try:
        url = make_url(address)
    except (SQLAlchemyError, ValueError):
        return None  # the store says what is wrong with it
    is_file = url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:")
    return Path(str(url.database)).resolve() if is_file else None


def _marked(path: Path) -> BinaryIO | None:
    """The locked file beside the database; `None` where there can be no such file."""
    while True:
        try:
            mark = Path(f"{path}{SUFFIX}").open("ab")  # noqa: SIM115 - it stays open as long as the server is on
        except OSError:
            return None
        if not _lock(mark):
            mark.close()
            raise SetupError(
                f"SQLite file {path} is in use by another server; stop that one, or take another file "
                "(servers can share a PostgreSQL database)"
            )
        if _is_there(mark):
            return mark
        mark.close()


def _lock(mark: BinaryIO) -> bool:
    """Lock it as long as it is open, and say whether nobody else has."""
    try:
        fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks
        return True
    return True


def _is_there(mark: BinaryIO) -> bool:
    try:
        return os.path.samestat(Path(mark.name).stat(), os.fstat(mark.fileno()))
    except FileNotFoundError:
        return False
