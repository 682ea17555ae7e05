"""Files that are complete, or not there at all."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path


def write_whole(file: Path, pieces: Iterable[str]) -> None:
    """Write a file; whoever reads it meanwhile sees what was there before."""
    unfinished = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        with unfinished.open("w", encoding="utf-8", errors="replace", newline="\n") as out:
            for piece in pieces:
                out.write(piece)
        unfinished.replace(file)
    finally:
        unfinished.unlink(missing_ok=True)
