"""Announcements of files, good ones and bad ones, on both sides of every edge that the contract has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from contract_tests.examiner import contract
from contract_tests.suites.uploads.cases import Case

CONTRACT = contract("invoice_uploads")
_MEMBERS = CONTRACT.document["components"]["schemas"]["PresignUploadRequest"]["properties"]
LARGEST = _MEMBERS["size"]["maximum"]
LONGEST_NAME = _MEMBERS["filename"]["maxLength"]
LONGEST_TYPE = _MEMBERS["mimeType"]["maxLength"]
TYPES: tuple[str, ...] = tuple(CONTRACT.limit("UPL-TYPE-ALLOWED", "allowedTypes"))
GOOD: Mapping[str, Any] = {"filename": "invoice.pdf", "mimeType": TYPES[0], "size": 10}
LETTERS = "abcXYZ019 .,;:-_+=~@#$&!?%'\"\\/()[]{}<>|^`*äßñœłжשق漢字🧾\u00a0"
"""What names of files are made of: with a meaning in headers, in URLs, in paths, or beyond ASCII."""

NAMES = (
    *("Rechnung März.png", 'a "quoted" name; filename=x.pdf', "100 % + more & more#1?.pdf", "発票 🧾.pdf"),
    *("Cafe\u0301 Co\u0301rdoba.pdf", "UPPER and lower.PDF", "two  blanks, and some at the end  "),
)
"""Names that must come back as they were given."""

SCHEMA, WHOLE, ALLOWED = "UPL-BODY-SCHEMA", "UPL-SIZE-WHOLE", "UPL-TYPE-ALLOWED"


def _with(**changes: Any) -> dict[str, Any]:
    return {**GOOD, **changes}


def _without(name: str) -> dict[str, Any]:
    return {each: value for each, value in GOOD.items() if each != name}


ACCEPTED = (
    Case("one byte", _with(size=1), WHOLE),
    Case("the largest size", _with(size=LARGEST), SCHEMA),
    Case("a whole number written with a point", b'{"filename":"a.pdf","mimeType":"%s","size":10.0}'
         % TYPES[0].encode(), WHOLE),
    Case("a name of one character", _with(filename="a"), SCHEMA),
    Case("the longest name", _with(filename="a" * LONGEST_NAME), SCHEMA),
    Case("the longest name, in characters of several bytes", _with(filename="ä" * LONGEST_NAME), SCHEMA),
    Case("a member that nobody knows", _with(colour="red"), SCHEMA),
    *(Case(f"type {each}", _with(mimeType=each), ALLOWED) for each in TYPES),
)  # fmt: skip
REFUSED = (
    Case("one byte too many", _with(size=LARGEST + 1), SCHEMA),
    Case("far too large", _with(size=10**30), SCHEMA),
    Case("no bytes", _with(size=0), WHOLE),
    Case("less than none", _with(size=-1), WHOLE),
    Case("a byte and a half", _with(size=1.5), WHOLE),
    Case("less than a byte", _with(size=0.5), WHOLE),
    Case("almost the largest size", _with(size=LARGEST - 0.5), WHOLE),
    Case("a size in quotes", _with(size="10"), SCHEMA),
    Case("a size that is true", _with(size=True), SCHEMA),
    Case("a size that is null", _with(size=None), SCHEMA),
    Case("no name", _with(filename=""), SCHEMA),
    Case("a name too long by one", _with(filename="a" * (LONGEST_NAME + 1)), SCHEMA),
    Case("a name that is a number", _with(filename=7), SCHEMA),
    Case("a name that is null", _with(filename=None), SCHEMA),
    Case("an empty type", _with(mimeType=""), SCHEMA),
    Case("a type too long by one", _with(mimeType="a" * (LONGEST_TYPE + 1)), SCHEMA),
    Case("a type as long as may be", _with(mimeType="a/" + "b" * (LONGEST_TYPE - 2)), ALLOWED),
    Case("a list of types", _with(mimeType=list(TYPES)), SCHEMA),
    *(Case(f"without {each}", _without(each), SCHEMA) for each in GOOD),
    *(Case(f"type {each}", _with(mimeType=each), ALLOWED)
      for each in ("text/html", "image/gif", "image/svg+xml", "application/octet-stream", "application/pdfx", "pdf")),
    Case("a list of announcements", [GOOD], SCHEMA),
    Case("a text", "invoice.pdf", SCHEMA),
    Case("null", b"null", SCHEMA),
)  # fmt: skip

BAD_BODIES = (
    Case("nothing", b"", "UPL-BODY-EMPTY"),
    Case("half an object", b'{"filename":', "UPL-BODY-JSON"),
    Case("a word", b"size=10", "UPL-BODY-JSON"),
    Case("NaN", b'{"sha256":NaN,"filename":"a.pdf","mimeType":"application/pdf","size":NaN}', "UPL-BODY-JSON"),
    Case("an infinite number", b'{"size":1e999}', "UPL-BODY-JSON"),
    Case("a member twice", b'{"size":10,"size":11}', "UPL-BODY-JSON"),
    Case("no UTF-8", b'{"filename":"\xff.pdf"}', "UPL-BODY-JSON"),
    Case("half a surrogate pair", b'{"filename":"\\ud800.pdf"}', "UPL-BODY-JSON"),
    Case("a comma too many", b'{"size":10,}', "UPL-BODY-JSON"),
)
"""Of any operation with a body."""

BAD_TYPES = ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml")
MOST_BODY_BYTES: int = CONTRACT.limit("UPL-BODY-SIZE", "maximumBytes")


def padded(body: bytes, size: int) -> bytes:
    """The same JSON object, with so many bytes in all."""
    return body + b" " * (size - len(body))


GOOD_DIGEST = "ab" * 32
BAD_DIGESTS = (
    Case("a digit too few", "a" * 63, SCHEMA),
    Case("a digit too many", "a" * 65, SCHEMA),
    Case("empty", "", SCHEMA),
    Case("null", None, SCHEMA),
    Case("a number", int("1" * 64), SCHEMA),
    Case("one letter that is no digit", "g" + "a" * 63, "UPL-DIGEST-HEX"),
    Case("the last letter is no digit", "a" * 63 + "z", "UPL-DIGEST-HEX"),
    Case("spaces", " " * 64, "UPL-DIGEST-HEX"),
    Case("a space at the end", "a" * 63 + " ", "UPL-DIGEST-HEX"),
    Case("digits of another script", "١" * 64, "UPL-DIGEST-HEX"),
    Case("with a prefix", "0x" + "a" * 62, "UPL-DIGEST-HEX"),
    Case("with a sign", "-" + "a" * 63, "UPL-DIGEST-HEX"),
    Case("with underscores", "a_" * 31 + "aa", "UPL-DIGEST-HEX"),
    Case("base64", "uU0nuZNNPgilLlLX2n2r+sSE7+N6U4DukIj3rOLvzek=" + "a" * 20, "UPL-DIGEST-HEX"),
)

BAD_IDS = ("x", "1", "not-a-uuid", "3f8a1b2c5d6e4f708a9b0c1d2e3f4a5b", "3f8a1b2c-5d6e-4f70-8a9b-0c1d2e3f4a5",
           "3f8a1b2c-5d6e-4f70-ca9b-0c1d2e3f4a5b", "3f8a1b2c-5d6e-9f70-8a9b-0c1d2e3f4a5b",
           "{3f8a1b2c-5d6e-4f70-8a9b-0c1d2e3f4a5b}", "gf8a1b2c-5d6e-4f70-8a9b-0c1d2e3f4a5b")  # fmt: skip
GOOD_IDS = ("00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff",
            "3f8a1b2c-5d6e-1f70-8a9b-0c1d2e3f4a5b", "3F8A1B2C-5D6E-8F70-BA9B-0C1D2E3F4A5B")  # fmt: skip
"""Well formed, and nobody's."""
