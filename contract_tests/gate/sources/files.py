"""A file or a folder of this machine as a source."""

from __future__ import annotations

import os
from pathlib import Path

from contract_tests.errors import WrongUse
from contract_tests.gate.sources.document import MAX_BYTES, wrong
from contract_tests.gate.sources.opened import Opened, may_be_specification
from contract_tests.gate.sources.shelf import FileShelf
from contract_tests.gate.sources.web import Web


def open_path(text: str, web: Web) -> Opened:
    """The file or folder with this path.

    Raises:
        WrongUse: there is none.
    """
    path = Path(text)
    try:
        if path.is_dir():
            return Opened(_folder(path, _with_slash(text)), _paths_in(path), is_folder=True)
        is_there = path.exists()
    except (OSError, ValueError) as error:
        raise WrongUse(f"{text!r} can't be read: {_reason(error)}") from error
    if not is_there:
        raise WrongUse(f"{text} is not there: name a file, a folder, git:REF:PATH or a URL")
    return Opened(_folder(path.parent, text[: len(text) - len(path.name)], path.name), [path.name])


def _with_slash(text: str) -> str:
    return text if text.endswith(("/", os.sep)) else text + "/"


def _folder(folder: Path, prefix: str, named: str = "") -> FileShelf:
    """A folder's files. `named`: the one the user has named, which may be a symbolic link to wherever it wants."""
    real = Path(os.path.realpath(folder))

    def read(path: str, shown: str) -> bytes:
        if path != named and not _is_below(folder / path, real):
            raise wrong(shown, 1, "can't be read: it is a symbolic link out of the folder that is read")
        return read_bytes(folder / path, shown)

    return FileShelf(prefix, read)


def _is_below(file: Path, real: Path) -> bool:
    """Whether a file really is in a folder; one whose name can't be a name is nowhere, and fails later."""
    try:
        return Path(os.path.realpath(file)).is_relative_to(real)
    except ValueError:
        return True


def read_bytes(file: Path, shown: str) -> bytes:
    """The bytes of a regular file, at most one more than may be. Raises `WrongUse`."""
    try:
        if file.exists() and not file.is_file():
            raise wrong(shown, 1, "is no regular file")
        with file.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        raise wrong(shown, 1, f"can't be read: {_reason(error)}") from error


def _reason(error: OSError | ValueError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def _paths_in(folder: Path) -> list[str]:
    """The files below a folder that may be specifications, in the order of their paths."""
    found = []
    for parent, folders, files in os.walk(folder, onerror=_refuse):
        folders[:] = [each for each in folders if may_be_specification(f"{each}/a.json")]
        below = Path(parent).relative_to(folder)
        found += [(below / file).as_posix() for file in files if may_be_specification(file)]
    return sorted(found)


def _refuse(error: OSError) -> None:
    raise WrongUse(f"{error.filename} can't be read: {_reason(error)}") from error
