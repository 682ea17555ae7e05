"""The printed invoice: everything on it can be read back, and no text can break it."""

from __future__ import annotations

import hashlib
import io
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from mock_server.apis.invoices import sheet
from mock_server.apis.invoices.pdf import DocumentLine, InvoiceDocument, Party, day, money, quantity, render

ROOT = Path(__file__).parents[3]


def a_line(**changes: Any) -> DocumentLine:
    line = DocumentLine(
        name="Espresso blend",
        description="Whole bean, medium roast",
        code="ESP-5",
        quantity=Decimal("12.5"),
        unit="bag",
        unit_price=Decimal("78.50"),
        discount_percentage=Decimal("5"),
        amount=Decimal("932.19"),
    )
    return replace(line, **changes)


def a_document(**changes: Any) -> InvoiceDocument:
    document = InvoiceDocument(
        number="INV-000123",
        status="Past due",
        issue_date=date(2026, 6, 3),
        due_date=date(2026, 6, 30),
        payment_date=date(2026, 7, 2),
        seller=Party(
            "Harbor Street Coffee",
            company="Roastery",
            email="billing@harbor.example",
            lines=("418 Harbor Street", "Portland"),
        ),
        customer=Party("José Núñez", company="Café Corazón", email="jose@corazon.example", lines=("77 Mission Blvd",)),
        lines=(a_line(), a_line(name="Grinder service", discount_percentage=Decimal(0), amount=Decimal("265.21"))),
        sub_total=Decimal("1197.40"),
        discount=Decimal("119.74"),
        discount_percentage=Decimal("10"),
        tax=Decimal("88.91"),
        tax_percentage=Decimal("8.25"),
        fees=Decimal("10.78"),
        fees_percentage=Decimal("1"),
        shipping=Decimal("24.90"),
        surcharge=Decimal("36.07"),
        surcharge_percentage=Decimal("3"),
        total=Decimal("1238.32"),
        notes="Thank you!\nA late fee applies.",
        short_url="http://127.0.0.1:8080/p/Xk3v9",
    )
    return replace(document, **changes)


WORLD = a_document(customer=Party("山田 太郎", company="Łódź, مطعم الشرق, שלום"))


def read(content: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(content), strict=True)


def text_of(content: bytes) -> str:
    """The text of all pages, with single spaces."""
    return " ".join(" ".join(page.extract_text() for page in read(content).pages).split())


def fonts_of(content: bytes) -> set[str]:
    """The names under which fonts are embedded."""
    return {name.decode() for name in re.findall(rb"/FontName /[A-Z]{6}\+(\w+)", content)}


@pytest.mark.parametrize(
    "shown",
    [
        "INVOICE INV-000123 Past due",
        "Harbor Street Coffee Roastery 418 Harbor Street Portland billing@harbor.example",
        "BILL TO Café Corazón José Núñez 77 Mission Blvd jose@corazon.example",
        "Issue date Jun 3, 2026",
        "Due date Jun 30, 2026",
        "Payment date Jul 2, 2026",
        "Item Quantity Unit price Discount Amount",
        "Espresso blend 12.5 bag $78.50 5% $932.19 ESP-5 · Whole bean, medium roast",
        "Grinder service 12.5 bag $78.50 $265.21",
        "Sub-total $1,197.40",
        "Discount (10%) -$119.74",
        "Tax (8.25%) $88.91",
        "Fees (1%) $10.78",
        "Shipping $24.90",
        "Surcharge (3%) $36.07",
        "Total (USD) $1,238.32",
        "NOTES Thank you! A late fee applies.",
        "PAY ONLINE http://127.0.0.1:8080/p/Xk3v9",
        "Invoice INV-000123 Page 1 of 1",
    ],
)
@pytest.mark.parametrize("status", ["Past due", "Past due ✓"], ids=["helvetica", "dejavu"])
def test_every_field_can_be_read_back(shown: str, status: str) -> None:
    text = text_of(_rendered(status)).replace(" ✓", "")

    assert shown in text


def _rendered(status: str, cache: dict[str, bytes] = {}) -> bytes:  # noqa: B006  (kept on purpose: each once)
    if status not in cache:
        cache[status] = render(a_document(status=status))
    return cache[status]


@pytest.mark.parametrize(
    "name",
    [
        "Zoë Ångström-Dvořák",
        "Nguyễn Thị Hằng",
        "Γιώργος Παπαδόπουλος",
        "Анна Сергеевна Кузнецова",
        "مطعم الشرق",
        "شركة السلام لليد",
        "שלמה בן דוד",
        "株式会社さくら商事",
        "김치 회사 서울",
        "上海市浦东新区贸易有限公司",
        "臺灣積體電路",
    ],
)
def test_names_in_other_scripts_can_be_read_back(name: str) -> None:
    text = text_of(render(a_document(customer=Party(name), lines=(a_line(name=name),), notes=name)))

    assert text.count(name) == 3


def test_a_long_right_to_left_text_is_broken_before_it_is_turned_around() -> None:
    words = [f"كلمة{index}" for index in range(60)]

    page = read(render(a_document(notes=" ".join(words)))).pages[0].extract_text()

    lines = page[page.index("NOTES") :].splitlines()
    first = next(number for number, line in enumerate(lines) if "كلمة" in line)
    assert "كلمة" in lines[first + 1]
    assert "كلمة0" in lines[first].replace(" ", "") or "0كلمة" in lines[first].replace(" ", "")
    assert "59" not in lines[first]


def test_a_letter_without_a_font_leaves_a_mark() -> None:
    text = text_of(render(a_document(notes="before ไทย after")))

    assert "before \ufffd\ufffd\ufffd after" in text


def test_the_same_document_gives_the_same_bytes_in_another_process() -> None:
    script = (
        "import hashlib, sys; sys.path[:0] = sys.argv[1:]; from test_pdf import WORLD, render;"
        "print(hashlib.sha256(render(WORLD)).hexdigest())"
    )
    command = [sys.executable, "-c", script, str(ROOT), str(Path(__file__).parent)]

    other = subprocess.run(
        command, env=os.environ | {"PYTHONHASHSEED": "17"}, capture_output=True, text=True, check=True
    )

    assert other.stdout.strip() == hashlib.sha256(render(WORLD)).hexdigest()


def test_several_documents_may_be_rendered_at_once() -> None:
    documents = [WORLD, a_document(), a_document(status="Zapłacona"), WORLD]

    with ThreadPoolExecutor(4) as threads:
        at_once = list(threads.map(render, documents))

    assert at_once == [render(document) for document in documents]


def test_the_file_is_dated_on_the_day_of_issue() -> None:
    metadata = read(render(a_document())).metadata

    assert metadata is not None
    assert metadata.creation_date == datetime.fromisoformat("2026-06-03T00:00:00Z")
    assert metadata.title == "Invoice INV-000123"


@given(st.text(st.characters(exclude_categories=()), max_size=60))
@settings(max_examples=25, deadline=None)
@example("\x00\x01\x1b[31m\x7f\x9d\u200b\u202e\u2066\ufeff\ud800\udfff\ue000\U0010ffff")
@example("e" + "\u0323\u0301" * 200)
@example("{nb} \\ ( ) ** __ <b> [a](b) %PDF endstream")
@example("\u2028\u2029\x85\x0b\x0c\r\n" * 30)
def test_any_text_gives_a_readable_file(text: str) -> None:
    party = Party(text, company=text, email=text, lines=(text,) * 12)
    line = a_line(name=text, description=text, code=text, unit=text)

    content = render(
        InvoiceDocument(
            number=text,
            status=text,
            issue_date=date(2026, 1, 1),
            seller=party,
            customer=party,
            lines=(line,),
            sub_total=Decimal(1),
            total=Decimal(1),
            notes=text,
            short_url=text,
            currency=text,
        )
    )

    assert "Page 1 of " in text_of(content)


def test_what_looks_like_markup_is_printed_as_it_stands() -> None:
    markup = "{nb} **not bold** __x__ [a](b) \\n (c"

    assert markup in text_of(render(a_document(notes=markup)))


def test_control_characters_are_dropped() -> None:
    assert "NOTES abc d" in text_of(render(a_document(notes="a\x00b\x1b\u202ec\u200b \u00a0 d")))


@pytest.mark.parametrize("letter", ["x", "界", "ش", "\u0301", "\x00", "a ", "\n", "x\n"])
def test_endless_texts_are_cut(letter: str) -> None:
    endless = letter * 100_000
    party = Party(endless, company=endless, email=endless, lines=(endless,) * 10)
    line = a_line(name=endless, description=endless, code=endless, unit=endless)

    content = render(
        a_document(number=endless, status=endless, seller=party, customer=party, lines=(line,), notes=endless)
    )

    assert len(read(content).pages) <= 5


def test_a_text_that_was_cut_ends_in_an_ellipsis() -> None:
    text = text_of(render(a_document(notes="word " * 2000, lines=(a_line(name="n" * 201),))))

    assert "word w…" in text or "word…" in text or "wo…" in text or "wor…" in text
    assert "n…" in text


def test_figures_of_any_size_are_printed_whole() -> None:
    big = Decimal("999999999.99")
    line = a_line(quantity=Decimal("123456789.125"), unit_price=Decimal("99999999.99"), amount=big)

    text = text_of(render(a_document(lines=(line,), sub_total=big, total=big)))

    assert "123,456,789.125" in text
    assert "$99,999,999.99" in text
    assert text.count("$999,999,999.99") == 4


def test_an_ordinary_invoice_takes_one_page() -> None:
    assert len(read(render(a_document())).pages) == 1


def test_five_hundred_lines_run_over_pages_with_the_head_on_each() -> None:
    lines = tuple(a_line(name=f"Item no. {number};") for number in range(1, 501))

    content = render(a_document(lines=lines))

    pages = [page.extract_text() for page in read(content).pages]
    assert len(pages) == 25
    assert all("Unit price" in page for page in pages)
    assert [page.count(f"Page {number} of 25") for number, page in enumerate(pages, 1)] == [1] * 25
    assert all(f"Item no. {number};" in text for text in [" ".join(pages)] for number in range(1, 501))


def test_an_invoice_without_customer_lines_and_notes_can_be_printed() -> None:
    text = text_of(render(a_document(customer=None, lines=(), notes="", short_url="", due_date=None)))

    assert "BILL TO" not in text
    assert "NOTES" not in text
    assert "Due date" not in text


def test_figures_that_are_zero_are_left_out() -> None:
    text = text_of(render(a_document(surcharge=Decimal("0.00"), total=Decimal(0))))

    assert "Surcharge" not in text
    assert "Total (USD) $0.00" in text


@pytest.mark.parametrize(
    ("url", "links"),
    [("https://pay.example/a?b=1", ["https://pay.example/a?b=1"]), ("javascript:alert(1)", []), ("http://a b", [])],
)
def test_only_web_addresses_become_links(url: str, links: list[str]) -> None:
    page = read(render(a_document(short_url=url))).pages[0]

    assert [annotation.get_object()["/A"]["/URI"] for annotation in page.get("/Annots", [])] == links


@pytest.mark.parametrize(
    ("status", "embedded"),
    [
        ("Paid – “ok” €", set()),
        ("Zapłacona", {"DejaVuSans", "DejaVuSansBold"}),
        ("支払済み", {"DejaVuSans", "DejaVuSansBold", "DroidSansFallback"}),
    ],
)
def test_only_the_fonts_that_are_needed_are_embedded(status: str, embedded: set[str]) -> None:
    content = render(a_document(status=status))

    assert {name.removesuffix("Book") for name in fonts_of(content)} == embedded
    assert len(content) < (60_000 if embedded else 5_000)


def test_the_pdf_library_is_only_imported_when_it_is_needed() -> None:
    script = "import sys; import mock_server.apis.invoices.pdf; print('fpdf' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "False"


def test_the_fonts_are_the_ones_described() -> None:
    described = (sheet.FONT_FOLDER / "README.md").read_text("utf-8")
    fonts = sorted(sheet.FONT_FOLDER.glob("*.ttf"))

    assert [font.name for font in fonts] == ["DejaVuSans-Bold.ttf", "DejaVuSans.ttf", "DroidSansFallback.ttf"]
    assert all(hashlib.sha256(font.read_bytes()).hexdigest() in described for font in fonts)


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        ("1234.5", "USD", "$1,234.50"),
        ("-2", "USD", "-$2.00"),
        ("0", "USD", "$0.00"),
        ("2", "EUR", "EUR 2.00"),
        ("999999999.99", "USD", "$999,999,999.99"),
    ],
)
def test_how_money_is_printed(amount: str, currency: str, shown: str) -> None:
    assert money(Decimal(amount), currency) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [("1.50", "1.5"), ("1200", "1,200"), ("100", "100"), ("0", "0"), ("1E+3", "1,000"), ("0.125", "0.125")],
)
def test_how_quantities_are_printed(value: str, shown: str) -> None:
    assert quantity(Decimal(value)) == shown


@pytest.mark.parametrize("exponent", ["1E+999999", "1E-999999"])
def test_a_number_beyond_all_bounds_is_printed_short(exponent: str) -> None:
    assert len(quantity(Decimal(exponent))) < 20


def test_how_days_are_printed() -> None:
    assert day(date(2026, 6, 3)) == "Jun 3, 2026"
    assert day(date(2026, 12, 31)) == "Dec 31, 2026"
