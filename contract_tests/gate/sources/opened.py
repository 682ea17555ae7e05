"""A source that is open: where its files lie, and which of them may be specifications."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from contract_tests.gate.sources.shelf import Shelf

ENDINGS = (".yaml", ".yml", ".json")
"""How files are named that may be OpenAPI documents."""

_NEVER = re.compile(r"(^|/)(\.[^/]*|node_modules|__pycache__)/")

_CLAIM = re.compile(
    rb"""^[\s\xfe\xff]*\{?\s*["']?(openapi|swagger)["']?\s*:|["'](openapi|swagger)["']\s*:""", re.MULTILINE
)


@dataclass(frozen=True)
class Opened:
    """`locations`: of what was asked for. `is_folder`: then those are meant that are OpenAPI documents.

    `names`: what the specifications are called, by location; without one, by its path without the ending.
    """

    shelf: Shelf
    locations: Iterable[str]
    is_folder: bool = False
    names: dict[str, str] = field(default_factory=dict)


def may_be_specification(path: str) -> bool:
    """Whether a file in a folder is looked at; hidden folders and those of packages are not."""
    return path.lower().endswith(ENDINGS) and not _NEVER.search(path)


def claims_openapi(content: bytes) -> bool:
    """Whether a text has a member `openapi` or `swagger` somewhere, in whatever Unicode; rather yes than no."""
    return _CLAIM.search(content.replace(b"\0", b"").removeprefix(codecs.BOM_UTF8)) is not None
