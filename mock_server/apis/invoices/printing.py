"""Invoices as PDF files, each made once as long as it says the same."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from mock_server.apis.invoices import pdf
from mock_server.apis.invoices.pdf import InvoiceDocument

MAX_KEPT = 32
"""Files are 10 to 100 KiB, and it is the latest ones that are asked for again."""


def printed(document: InvoiceDocument) -> bytes:
    """The document as a PDF: `pdf.render`, or what that has given for the very same document.

    Not kept by the invoice's version: a reset, a restored snapshot or a changed merchant may give another document for
    it. What is printed stands in the document and nowhere else, so this can't be out of date.
    """
    return _rendered(_Exactly(repr(document), document))


@dataclass(frozen=True)
class _Exactly:
    """A document by what it says to the letter: two that are equal may still print their amounts with other digits."""

    text: str
    document: InvoiceDocument = field(compare=False)


@lru_cache(MAX_KEPT)
def _rendered(exactly: _Exactly) -> bytes:
    return pdf.render(exactly.document)
