"""Locks on open files: held until the file is closed, and taken back by the system when the process dies."""

from __future__ import annotations

import sys
from typing import BinaryIO

if sys.platform == "win32":
    # Assumed, not tried: an open file can't be removed there, so a file being written is safe without a lock, and one
    # that was left half-written stays. Bytes whose record is still to come are not safe: one process per folder there.

    def lock(file: BinaryIO) -> None:
        """Nothing to do."""

    def try_lock(file: BinaryIO) -> bool:
        """Always true."""
        return True

else:
    import fcntl

    def lock(file: BinaryIO) -> None:
        """Take the lock, after whoever has it."""
        fcntl.flock(file, fcntl.LOCK_EX)

    def try_lock(file: BinaryIO) -> bool:
        """Take the lock if nobody has it, and say whether."""
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
