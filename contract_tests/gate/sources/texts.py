"""Bytes as a document: which encoding, JSON or YAML, and how much of it is bearable."""

from __future__ import annotations

import codecs
from pathlib import PurePosixPath

from contract_tests.errors import WrongUse
from contract_tests.gate.sources.document import MAX_BYTES, TextDocument, wrong
from contract_tests.gate.sources.json_text import read_json
from contract_tests.gate.sources.yaml_text import read_yaml

_FOREIGN_MARKS = {
    codecs.BOM_UTF32_LE: "UTF-32",
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
    b"\x1f\x8b": "gzip",
    b"PK\x03\x04": "a ZIP archive",
    b"%PDF": "a PDF",
    b"version https://git-lfs": "a pointer of Git LFS",
}
"""How something begins that is no UTF-8 text; the first that fits counts."""


def read_text(name: str, content: bytes) -> TextDocument:
    """The document that a file holds. `name`: as the user would name it; `.json` is read as nothing else.

    Raises:
        WrongUse: one line with the file and the line.
    """
    text = _decoded(name, content)
    if not text.strip():
        raise wrong(name, 1, "is empty")
    if PurePosixPath(name).suffix.lower() == ".json":
        return read_json(name, text)
    if text.lstrip()[0] in "{[":
        return _read_braces(name, text)
    return read_yaml(name, text)


def _read_braces(name: str, text: str) -> TextDocument:
    """JSON without its ending, else YAML in flow style, which allows more; its complaint is the better one then."""
    try:
        return read_json(name, text)
    except WrongUse as error:
        if ": is not JSON" not in str(error):
            raise
        return read_yaml(name, text)


def _decoded(name: str, content: bytes) -> str:
    if len(content) > MAX_BYTES:
        raise wrong(name, 1, f"is larger than {MAX_BYTES:,} bytes")
    for mark, kind in _FOREIGN_MARKS.items():
        if content.startswith(mark):
            raise wrong(name, 1, f"is {kind}, not UTF-8 text")
    if b"\x00" in content[:4]:
        raise wrong(name, 1, "is UTF-16 or UTF-32, not UTF-8 text")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise wrong(name, line, "is not UTF-8 text") from error
