"""Contracts that were read and found sound, kept as Python keeps compiled modules: in `__pycache__` beside them.

What is kept goes by the digest of the file's content and of all that reads and checks it. So it can't be stale: what
has changed has another digest. Where nothing can be written, contracts are read anew at every start.
"""

from __future__ import annotations

import contextlib
import hashlib
import tempfile
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import orjson

READERS = ("jsonschema-rs", "pyyaml")
"""The libraries that reading and checking depend on."""

_PACKAGE = Path(__file__).parent


def digest(content: bytes) -> str:
    """The name of what is made of a file's content by this reader."""
    return hashlib.sha256(_reader() + content).hexdigest()


def find(file: Path, name: str) -> Any:
    """The data of a contract that was found sound, by its `digest`; `None` where none is kept."""
    try:
        return orjson.loads(_place(file, name).read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return None


def keep(file: Path, name: str, data: Any) -> None:
    """Keep the data of a sound contract of this package, in the place of what was kept of it before."""
    place = _place(file, name)
    if file.parent != _PACKAGE:
        return
    with contextlib.suppress(OSError, orjson.JSONEncodeError):
        content = orjson.dumps(data)
        if orjson.loads(content) == data:
            _replace(place, content)
            for other in place.parent.glob(f"{file.stem}.*.json"):
                if other != place:
                    other.unlink(missing_ok=True)


def _place(file: Path, name: str) -> Path:
    return file.parent / "__pycache__" / f"{file.stem}.{name[:32]}.json"


def _replace(place: Path, content: bytes) -> None:
    """Write a whole file or none: other processes may be reading and writing it."""
    place.parent.mkdir(exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=place.parent, prefix=place.name, delete=False) as beside:
        try:
            beside.write(content)
            beside.close()
            Path(beside.name).chmod(0o644)  # as public as the contract itself, whoever starts the server next
            Path(beside.name).replace(place)
        except OSError:
            Path(beside.name).unlink(missing_ok=True)
            raise


@cache
def _reader() -> bytes:
    """The digest of the modules of this package, and of the libraries they use."""
    versions = [f"{each} {metadata.version(each)}" for each in READERS]
    sources = [each.read_bytes() for each in sorted(_PACKAGE.glob("*.py"))]
    return hashlib.sha256(b"\0".join([*sources, *(each.encode() for each in versions)])).digest()
