"""The text of a PDF, as far as the standard library can read it: what is written, by each font's own table."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Mapping

MOST_BYTES = 16 << 20
"""A stream may say anything about its length."""

_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\n?endstream", re.DOTALL)
_TEXT = re.compile(rb"\((?:\\.|[^\\()])*\)|<([0-9A-Fa-f\s]+)>", re.DOTALL)
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|\r\n|.)", re.DOTALL)
_ESCAPED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f", b"\n": b"", b"\r": b"", b"\r\n": b""}
_SECTION = re.compile(rb"beginbf(char|range)(.*?)endbf", re.DOTALL)
_PAIR = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>")
_RANGE = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>")

Table = Mapping[int, str]


def readings(content: bytes) -> list[str]:
    """What the pages say: once by each font's table, and once as plain characters; without spaces and line ends.

    Which font stands where is not looked up: a text is there when it stands in any of the readings.
    """
    streams = list(_streams(content))
    written = b"".join(_written(each) for each in streams if b"BT" in each and b"ET" in each)
    tables = [table for table in map(_table, streams) if table]
    found = [_decoded(written, table) for table in tables] + [written.decode("latin-1")]
    return ["".join(each.split()) for each in found]


def says(found: list[str], text: str) -> bool:
    """Whether a text stands in one of the readings, spaces ignored."""
    return any("".join(text.split()) in each for each in found)


def _streams(content: bytes) -> Iterator[bytes]:
    for match in _STREAM.finditer(content):
        try:
            yield zlib.decompressobj().decompress(match[1], MOST_BYTES)
        except zlib.error:
            yield match[1]


def _written(stream: bytes) -> bytes:
    """All that a stream writes, one string behind the other."""
    parts = []
    for match in _TEXT.finditer(stream):
        if match[1] is None:
            parts.append(_ESCAPE.sub(_unescaped, match[0][1:-1]))
        else:
            digits = b"".join(match[1].split())
            parts.append(bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode()))
    return b"".join(parts)


def _unescaped(match: re.Match[bytes]) -> bytes:
    escaped = match[1]
    if escaped.isdigit():
        return bytes([int(escaped, 8) & 0xFF])
    return _ESCAPED.get(escaped, escaped)


def _table(stream: bytes) -> Table:
    """Characters by the two-byte codes that stand for them in strings."""
    found: dict[int, str] = {}
    for kind, section in _SECTION.findall(stream):
        if kind == b"char":
            found.update({int(code, 16): _characters(digits) for code, digits in _PAIR.findall(section)})
            continue
        for first, last, target in ((int(each, 16) for each in entry) for entry in _RANGE.findall(section)):
            codes = range(first, min(last, first + 255) + 1)
            found.update({code: chr(target + code - first) for code in codes})
    return found


def _characters(digits: bytes) -> str:
    return bytes.fromhex(digits.decode()).decode("utf-16-be", "replace")


def _decoded(written: bytes, table: Table) -> str:
    codes = (int.from_bytes(written[place : place + 2], "big") for place in range(0, len(written) - 1, 2))
    return "".join(table.get(code, "\N{REPLACEMENT CHARACTER}") for code in codes)
