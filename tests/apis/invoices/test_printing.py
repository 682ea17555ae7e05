"""PDFs that are kept: made once as long as they say the same, and never out of date."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest

from mock_server.apis.invoices import pdf, printing
from mock_server.apis.invoices.pdf import InvoiceDocument
from mock_server.apis.invoices.printing import MAX_KEPT, printed
from tests.apis.invoices.test_pdf import a_document, a_line


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[InvoiceDocument]]:
    """What is rendered from now on."""
    documents: list[InvoiceDocument] = []

    def noting(document: InvoiceDocument) -> bytes:
        documents.append(document)
        return f"{document!r}".encode()

    monkeypatch.setattr(pdf, "render", noting)
    printing._rendered.cache_clear()
    yield documents
    printing._rendered.cache_clear()


def test_what_says_the_same_is_rendered_once(rendered: list[InvoiceDocument]) -> None:
    assert printed(a_document()) == printed(a_document())
    assert len(rendered) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "Paid"},
        {"seller": replace(a_document().seller, name="Harbour Street Coffee")},
        {"lines": (a_line(quantity=Decimal("12.50")),)},
        {"total": Decimal("1238.320")},
        {"customer": None},
        {"notes": "thank you!"},
    ],
    ids=str,
)
def test_whatever_is_printed_otherwise_is_rendered_anew(
    changes: dict[str, object], rendered: list[InvoiceDocument]
) -> None:
    before = a_document(lines=(a_line(),))
    after = replace(before, **changes)  # type: ignore[arg-type]
    for document in (before, after):
        assert printed(document) == f"{document!r}".encode()
    assert rendered == [before, after]


def test_what_has_not_been_asked_for_for_long_is_forgotten(rendered: list[InvoiceDocument]) -> None:
    for number in range(MAX_KEPT + 1):
        printed(a_document(number=f"INV-{number}"))
    printed(a_document(number="INV-0"))
    assert [each.number for each in rendered].count("INV-0") == 2
