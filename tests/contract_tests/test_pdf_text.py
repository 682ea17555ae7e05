"""The text of a document is found, however it is written into it."""

from __future__ import annotations

import zlib

import pytest
from fpdf import FPDF

from contract_tests.pdf_text import readings, says

TABLE = b"2 beginbfchar\n<0001> <0049>\n<0002> <004E>\nendbfchar\n1 beginbfrange\n<0010> <0019> <0030>\nendbfrange"


def stream(content: bytes) -> bytes:
    return b"1 0 obj\n<</Length 1>>\nstream\n" + content + b"\nendstream\nendobj\n"


@pytest.mark.parametrize(
    "written",
    [b"BT (INV-7) Tj ET", b"BT [(IN) -20 (V-) 3 (7)] TJ ET", b"BT (INV\\0557) Tj ET", b"BT <494E562D37> Tj ET"],
)
@pytest.mark.parametrize("packed", [bytes, zlib.compress], ids=["plain", "compressed"])
def test_plain_characters_are_read(written: bytes, packed: type[bytes]) -> None:
    found = readings(b"%PDF-1.4\n" + stream(packed(written)))
    assert says(found, "INV-7")
    assert not says(found, "INV-8")


def test_the_table_of_a_font_is_used() -> None:
    found = readings(stream(zlib.compress(TABLE)) + stream(zlib.compress(b"BT <000100020012> Tj ET")))
    assert says(found, "IN2")


def test_a_document_of_a_library_is_read() -> None:
    document = FPDF()
    document.add_page()
    document.set_font("Helvetica", size=12)
    document.cell(text="Anchor chain (galvanized)")
    found = readings(bytes(document.output()))
    assert says(found, "Anchor chain")
    assert says(found, "(galvanized)")


@pytest.mark.parametrize("content", [b"", b"no document", stream(b"\x78\x9c broken")])
def test_what_is_no_document_says_nothing(content: bytes) -> None:
    assert not says(readings(content), "Anchor")
