"""Where the files of a source lie: what a reference leads to, and what is out of bounds."""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import unquote, urlsplit

from contract_tests.errors import WrongUse


class LeadsOut(WrongUse):
    """A reference to what is no part of the source; the message says why, without a place."""


class Shelf(Protocol):
    """A folder, a commit or a site. A location names a file on it, or one elsewhere by its URL."""

    def locate(self, base: str, reference: str) -> str:
        """The location a reference without its fragment leads to from the file at `base`. Raises `LeadsOut`."""

    def read(self, location: str) -> bytes:
        """What lies there. Raises `WrongUse`, or `TargetUnreachable` on a site that is down."""

    def shown(self, location: str) -> str:
        """The location as the user would name it."""


@dataclass(frozen=True)
class FileShelf:
    """Files by their path below one folder, with `/` on every system.

    `prefix`: what stands before a path when it is shown. `read_file`: reads a file, by its path and its shown name.
    """

    prefix: str
    read_file: Callable[[str, str], bytes]

    def locate(self, base: str, reference: str) -> str:
        parts = urlsplit(reference)
        if parts.scheme or parts.netloc:
            raise LeadsOut("leads to no file of the source; sites are read only with --allow-remote-refs")
        path = posixpath.normpath(posixpath.join(posixpath.dirname(base), unquote(parts.path).replace("\\", "/")))
        if path.startswith(("../", "/")) or path in {"..", "."}:
            raise LeadsOut("leads out of the folder that is read; name the folder that holds both as the source")
        return path

    def read(self, location: str) -> bytes:
        return self.read_file(location, self.shown(location))

    def shown(self, location: str) -> str:
        return self.prefix + location
