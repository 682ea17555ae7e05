"""The admin token of a mock: from a file or the environment, never from the command line, where others could see it."""

from __future__ import annotations

import os
from pathlib import Path

import click


def admin_token(file: Path | None, variable: str) -> str | None:
    """The token in the file, else in the environment variable; `None` where there is neither."""
    if file is None:
        return os.environ.get(variable, "").strip() or None
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise click.UsageError(f"The admin token can't be read from {file}: {_reason(error)}.") from error


def _reason(error: OSError | UnicodeDecodeError) -> str:
    return error.strerror or str(error) if isinstance(error, OSError) else "it is no UTF-8 text"
