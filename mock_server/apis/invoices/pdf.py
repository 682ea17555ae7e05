"""An invoice as a PDF document: plain values in, bytes out.

Every text is cleaned and cut here, so that any string a client may send gives a readable page:

- a text longer than `TEXT_LIMITS` allows is cut there and ends in an ellipsis, and so do names and addresses that
  would take more lines than their place has;
- control and format characters, lone surrogates, private and unassigned code points are dropped, but for the two
  joiners that Persian spelling needs; white space becomes single spaces, and only notes keep their lines.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, Literal

from mock_server.apis.invoices.sheet import ELLIPSIS, GREY, INK, RULE, WIDTH, Colour, Look, Sheet

CONTENT_TYPE = "application/pdf"


@dataclass(frozen=True)
class Party:
    """Who sells, or who pays.

    `lines`: the postal address and the telephone, as they are to be printed; empty ones are left out, and no more
    than `PARTY_LINES` are printed.
    """

    name: str
    company: str = ""
    email: str = ""
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class DocumentLine:
    """One row of the table. `amount`: after the line's own discount, in whole cents."""

    name: str
    quantity: Decimal
    unit_price: Decimal
    amount: Decimal
    description: str = ""
    code: str = ""
    unit: str = ""
    discount_percentage: Decimal = Decimal(0)


@dataclass(frozen=True)
class InvoiceDocument:
    """Everything that is printed.

    `issue_date` is also the file's creation date, so that the same document gives the same bytes.
    The figures are printed as they are and not added up again; those that are zero are left out, but for the
    sub-total and the total. `discount` is positive. The percentages stand beside the figures they explain.
    `short_url`: printed, and a link where it is an http address.
    """

    number: str
    status: str
    issue_date: date
    seller: Party
    lines: tuple[DocumentLine, ...]
    sub_total: Decimal
    total: Decimal
    discount: Decimal = Decimal(0)
    tax: Decimal = Decimal(0)
    fees: Decimal = Decimal(0)
    shipping: Decimal = Decimal(0)
    surcharge: Decimal = Decimal(0)
    discount_percentage: Decimal = Decimal(0)
    tax_percentage: Decimal = Decimal(0)
    fees_percentage: Decimal = Decimal(0)
    surcharge_percentage: Decimal = Decimal(0)
    customer: Party | None = None
    due_date: date | None = None
    payment_date: date | None = None
    currency: str = "USD"
    notes: str = ""
    short_url: str = ""


# How many characters of a field are printed. Far more than an invoice needs, and few enough to stay on the page.
TEXT_LIMITS: Mapping[str, int] = {
    "name": 200,
    "company": 200,
    "email": 120,
    "lines": 120,
    "description": 500,
    "notes": 4000,
    "number": 60,
    "status": 30,
    "unit": 40,
    "code": 60,
    "currency": 3,
    "short_url": 300,
}
PARTY_LINES = 8
NOTE_LINES = 150

SHADE: Colour = (241, 244, 248)
ACCENT: Colour = (31, 78, 121)
WHITE: Colour = (255, 255, 255)
# By status text, case ignored; any other is shown in the accent colour.
STATUS_COLOURS: Mapping[str, Colour] = {
    "paid": (34, 120, 74),
    "processing payment": (157, 102, 10),
    "past due": (176, 42, 55),
    "expired": (176, 42, 55),
    "canceled": GREY,
    "refunded": GREY,
}

SEPARATOR = " · "
BODY = Look(9)
STRONG = Look(9, "B")
QUIET = Look(9, colour=GREY)
HEADING = Look(7.5, "B", GREY)
HALF = WIDTH * 0.58


def render(document: InvoiceDocument) -> bytes:
    """Return the document as a PDF on US Letter paper: one page, or more where there are many lines.

    The same document gives the same bytes, in every process. Takes from 6 ms to half a second, so keep it off the
    event loop; safe to call in several threads at once.
    """
    shown: InvoiceDocument = _printable(document)
    sheet = Sheet(
        "".join(_texts(shown)) + SEPARATOR,
        title=f"Invoice {shown.number}",
        author=shown.seller.name,
        created=datetime.combine(shown.issue_date, time(), UTC),
    )
    for part in (_letterhead, _parties, _table, _figures, _notes, _pay_online):
        part(sheet, shown)
    return sheet.bytes()


def money(amount: Decimal, currency: str = "USD") -> str:
    """The amount as it is printed: `$1,234.50`, `-$2.00`; another currency than dollars by its code, `EUR 2.00`."""
    symbol = "$" if currency == "USD" else f"{currency} "
    return f"{'-' if amount < 0 else ''}{symbol}{abs(amount):,.2f}"


def day(value: date) -> str:
    """The day as it is printed, in English whatever the machine's language: `Jun 3, 2026`."""
    month = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")[value.month - 1]
    return f"{month} {value.day}, {value.year}"


def quantity(value: Decimal) -> str:
    """A quantity or percentage as it is printed, without trailing zeros: `1.5`, `1,200`."""
    text = f"{value:,f}" if abs(value.adjusted()) < 20 else f"{value:.6g}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _printable(value: Any, field: str = "") -> Any:
    """The value with every text in it cleaned, and cut as its field demands."""
    if isinstance(value, str):
        return _clean(value, TEXT_LIMITS[field], keep_lines=field == "notes")
    if isinstance(value, tuple):
        return tuple(_printable(item, field) for item in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(
            value, **{field.name: _printable(getattr(value, field.name), field.name) for field in fields(value)}
        )
    return value


def _clean(text: str, limit: int, *, keep_lines: bool) -> str:
    lines = text.splitlines() if keep_lines else [text]
    spaced = "\n".join(" ".join(line.split()) for line in lines)
    kept = "".join(letter for letter in spaced if letter.isprintable() or letter in "\n\u200c\u200d").strip()
    cut = kept if len(kept) <= limit else kept[: limit - 1] + ELLIPSIS
    # Composed, since the fonts have the composed letters; after the cut, since long runs of marks take quadratic time.
    return unicodedata.normalize("NFC", cut)


def _texts(value: Any) -> Iterator[str]:
    """Every text in the value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _texts(item)
    elif is_dataclass(value):
        for field in fields(value):
            yield from _texts(getattr(value, field.name))


def _letterhead(sheet: Sheet, document: InvoiceDocument) -> None:
    top = sheet.y
    name = document.seller.name
    sheet.block(0, WIDTH - 66, name, Look(17 if len(name) <= 60 else 12, "B"), most=6)
    sheet.y += 1.5
    if document.seller.company:
        sheet.block(0, WIDTH - 66, document.seller.company, BODY, most=3)
    _contact(sheet, document.seller)
    under = sheet.y

    sheet.y = top
    sheet.text(WIDTH - 60, 60, "INVOICE", Look(22, "B", ACCENT, "R"))
    sheet.y += 10.5
    sheet.block(WIDTH - 60, 60, document.number, Look(11, align="R"), most=3)
    sheet.y += 2.5
    _badge(sheet, document.status)
    sheet.y = max(under, sheet.y + 7) + 5
    sheet.rule(ACCENT, 0.6)
    sheet.y += 6


def _badge(sheet: Sheet, status: str) -> None:
    if not status:
        return
    look = Look(8, "B", WHITE, "C")
    width = sheet.measure(status, look) + 6
    sheet.box(WIDTH - width, width, 6, STATUS_COLOURS.get(status.lower(), ACCENT), radius=1.2)
    sheet.text(WIDTH - width, width, status, look, height=6.1)


def _parties(sheet: Sheet, document: InvoiceDocument) -> None:
    top = sheet.y
    if document.customer is not None:
        sheet.text(0, HALF, "BILL TO", HEADING)
        sheet.y += 5
        _customer(sheet, document.customer)
    under = sheet.y

    sheet.y = top
    for label, value in _facts(document):
        sheet.text(HALF, 35, label, QUIET)
        sheet.text(HALF + 35, WIDTH - HALF - 35, value, STRONG_FIGURE)
        sheet.y += 5.4
    sheet.y = max(under, sheet.y) + 7


def _facts(document: InvoiceDocument) -> Iterator[tuple[str, str]]:
    yield "Issue date", day(document.issue_date)
    if document.due_date is not None:
        yield "Due date", day(document.due_date)
    if document.payment_date is not None:
        yield "Payment date", day(document.payment_date)
    yield f"Total ({document.currency})", money(document.total, document.currency)


def _customer(sheet: Sheet, customer: Party) -> None:
    names = filter(None, (customer.company, customer.name))
    for name, look in zip(names, (Look(11, "B"), BODY), strict=False):
        sheet.block(0, HALF - 6, name, look, most=5)
        sheet.y += 0.8
    _contact(sheet, customer)


def _contact(sheet: Sheet, party: Party) -> None:
    for line in filter(None, (*party.lines[:PARTY_LINES], party.email)):
        sheet.block(0, HALF - 6, line, QUIET, most=2)


@dataclass(frozen=True)
class _Column:
    label: str
    left: float
    width: float
    align: Literal["L", "R"] = "R"


ITEM = _Column("Item", 2, 76, "L")
QUANTITY = _Column("Quantity", 80, 23)
PRICE = _Column("Unit price", 105, 26)
DISCOUNT = _Column("Discount", 133, 17)
AMOUNT = _Column("Amount", 152, WIDTH - 154)
COLUMNS: Sequence[_Column] = (ITEM, QUANTITY, PRICE, DISCOUNT, AMOUNT)
HEAD_HEIGHT = 8.4

FIGURE = Look(9, align="R")
STRONG_FIGURE = Look(9, "B", align="R")
DETAIL = Look(8, colour=GREY)


@dataclass(frozen=True)
class _Row:
    """A line of the invoice, broken to fit the columns."""

    line: DocumentLine
    names: Sequence[str]
    details: Sequence[str]
    counts: Sequence[str]

    @property
    def height(self) -> float:
        named = len(self.names) * STRONG.height + len(self.details) * DETAIL.height
        return max(named, len(self.counts) * FIGURE.height) + 1.5


def _table(sheet: Sheet, document: InvoiceDocument) -> None:
    for index, line in enumerate(document.lines):
        row = _broken(sheet, line)
        if sheet.make_room(row.height + (0 if index else HEAD_HEIGHT)) or index == 0:
            _table_head(sheet)
        _write_row(sheet, row, document.currency)
    sheet.y += 4


def _table_head(sheet: Sheet) -> None:
    sheet.box(0, WIDTH, 7, SHADE)
    for column in COLUMNS:
        sheet.text(column.left, column.width, column.label, Look(8, "B", ACCENT, column.align), height=7.1)
    sheet.y += HEAD_HEIGHT


def _broken(sheet: Sheet, line: DocumentLine) -> _Row:
    details = SEPARATOR.join(filter(None, (line.code, line.description)))
    return _Row(
        line,
        names=sheet.wrap(line.name, ITEM.width, STRONG),
        details=sheet.wrap(details, ITEM.width, DETAIL) if details else (),
        counts=_counts(sheet, line),
    )


def _counts(sheet: Sheet, line: DocumentLine) -> Sequence[str]:
    number, unit = quantity(line.quantity), line.unit
    if not unit or sheet.measure(f"{number} {unit}", FIGURE) <= QUANTITY.width:
        return [f"{number} {unit}".rstrip()]
    return [number, *sheet.wrap(unit, QUANTITY.width, FIGURE)]


def _write_row(sheet: Sheet, row: _Row, currency: str) -> None:
    # In the order of reading, which is the order in which programs find the text.
    top, line = sheet.y, row.line
    sheet.lines(ITEM.left, ITEM.width, row.names, STRONG)
    below = sheet.y
    sheet.y = top
    for count in row.counts:
        sheet.text(QUANTITY.left, QUANTITY.width, count, FIGURE)
        sheet.y += FIGURE.height
    sheet.y = top
    sheet.text(PRICE.left, PRICE.width, money(line.unit_price, currency), FIGURE)
    if line.discount_percentage:
        sheet.text(DISCOUNT.left, DISCOUNT.width, f"{quantity(line.discount_percentage)}%", FIGURE)
    sheet.text(AMOUNT.left, AMOUNT.width, money(line.amount, currency), STRONG_FIGURE)
    sheet.y = below
    sheet.lines(ITEM.left, ITEM.width, row.details, DETAIL)
    sheet.y = top + row.height
    sheet.rule(RULE, 0.2)
    sheet.y += 1.5


def _figures(sheet: Sheet, document: InvoiceDocument) -> None:
    rows = list(_sums(document))
    sheet.make_room(len(rows) * 5.6 + 12)
    left, split, edge = 100.0, 142.0, WIDTH - 2
    for name, amount in rows:
        sheet.text(left, split - left, name, QUIET)
        sheet.text(split, edge - split, money(amount, document.currency), FIGURE)
        sheet.y += 5.6
    sheet.y += 1
    sheet.box(left - 2, WIDTH - left + 2, 9, ACCENT)
    sheet.text(left, split - left, f"Total ({document.currency})", Look(10, "B", WHITE), height=9.1)
    sheet.text(split, edge - split, money(document.total, document.currency), Look(11, "B", WHITE, "R"), height=9.1)
    sheet.y += 16


def _sums(document: InvoiceDocument) -> Iterator[tuple[str, Decimal]]:
    yield "Sub-total", document.sub_total
    for name, percentage, amount in (
        ("Discount", document.discount_percentage, -document.discount),
        ("Tax", document.tax_percentage, document.tax),
        ("Fees", document.fees_percentage, document.fees),
        ("Shipping", Decimal(0), document.shipping),
        ("Surcharge", document.surcharge_percentage, document.surcharge),
    ):
        if amount:
            yield f"{name} ({quantity(percentage)}%)" if percentage else name, amount


def _notes(sheet: Sheet, document: InvoiceDocument) -> None:
    if document.notes:
        _passage(sheet, "NOTES", sheet.wrap(document.notes, WIDTH, BODY, NOTE_LINES), INK, "")


def _pay_online(sheet: Sheet, document: InvoiceDocument) -> None:
    url = document.short_url
    if url:
        link = url if re.fullmatch(r"https?://[!-~]+", url) else ""
        _passage(sheet, "PAY ONLINE", sheet.wrap(url, WIDTH, BODY), ACCENT, link)


def _passage(sheet: Sheet, title: str, lines: Sequence[str], colour: Colour, link: str) -> None:
    look = replace(BODY, colour=colour)
    sheet.make_room(5 + 2 * look.height)
    sheet.text(0, WIDTH, title, HEADING)
    sheet.y += 5
    for line in lines:
        sheet.make_room(look.height)
        sheet.lines(0, WIDTH, [line], look, link)
    sheet.y += 4
