"""Sheets of paper to write on: fonts, line breaking and placing of text, on fpdf2.

Fonts, chosen by what the text needs (`fonts/README.md` says where they come from):

| text | font | a page takes |
|---|---|---|
| Windows-1252 only | Helvetica, which every reader has; nothing is embedded | 6 ms |
| anything else | DejaVu Sans, the letters used are embedded | 0.1 s |
| with Chinese, Japanese or Korean | these in Droid Sans Fallback, likewise | 0.4 s |

A character that none of them has is printed as U+FFFD, so that a reader sees that something stood there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from fpdf import FPDF

Colour = tuple[int, int, int]
INK: Colour = (33, 37, 41)
GREY: Colour = (100, 108, 117)
RULE: Colour = (214, 219, 225)

ELLIPSIS = "…"
UNKNOWN = "\ufffd"

# US Letter. Lengths are millimetres, type sizes points.
MARGIN = 18.0
WIDTH = 215.9 - 2 * MARGIN
BOTTOM = 279.4 - MARGIN - 6
LEADING = 1.3 * 25.4 / 72

FONT_FOLDER = Path(__file__).parent / "fonts"
# Written from right to left, or with marks that the font has to place: what HarfBuzz is needed for.
SHAPED = re.compile("[\u0300-\u036f\u0590-\u08ff\u200c\u200d\ufb1d-\ufdff\ufe70-\ufefc]")
# Han, kana, hangul, their punctuation and full-width forms: in the large font only, and broken between any two.
EAST_ASIAN = "\u1100-\u11ff\u2e80-\ua4cf\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\ufe30-\ufe4f\uff01-\uffef"
WORDS = re.compile(f" |[{EAST_ASIAN}]|[^ {EAST_ASIAN}]+")


@dataclass(frozen=True)
class Look:
    """How a text is set. `size`: in points. `style`: "B" is bold."""

    size: float
    style: Literal["", "B"] = ""
    colour: Colour = INK
    align: Literal["L", "R", "C"] = "L"

    @property
    def height(self) -> float:
        """Of one line."""
        return self.size * LEADING


class Sheet:
    """Pages that are filled from top to bottom; `y` is where the next thing goes, `left` counts from the margin."""

    def __init__(self, text: str, *, title: str, author: str, created: datetime) -> None:
        """`text`: every character that will be set beside ASCII, in any order. `title`: also stands in the foot."""
        # Imported here because it costs 0.3 s, which only those who ask for a document should pay.
        from fpdf import FPDF

        self._pdf = pdf = FPDF(format="letter")
        pdf.set_auto_page_break(False)
        pdf.c_margin = 0
        pdf.core_fonts_encoding = "windows-1252"
        pdf.alias_nb_pages("")  # else a client's "{nb}" would become the number of pages
        pdf.set_creation_date(created)
        pdf.set_title(title)
        pdf.set_author(author)
        pdf.set_lang("en-US")
        characters = {chr(code) for code in range(32, 127)} | set(text) - {"\n"} | {ELLIPSIS}
        self._family, self._unknown = _add_fonts(pdf, characters)
        self._advances = {style: self._measured(characters, style) for style in ("", "B")}
        self._foot = title
        self._new_page()

    def _measured(self, characters: set[str], style: str) -> dict[str, float]:
        # Before the first page, since fpdf2 writes every change of font into the page.
        self._pdf.set_font(self._family, style, 100)
        return {
            character: self._pdf.get_string_width(character.translate(self._unknown)) / 100 for character in characters
        }

    def bytes(self) -> bytes:
        """The finished file; nothing can be set afterwards."""
        for number in range(1, self._pdf.pages_count + 1):
            self._pdf.page = number
            self._pdf.current_font_is_set_on_page = False  # each page has a current font of its own
            self._write_foot(f"Page {number} of {self._pdf.pages_count}")
        return bytes(self._pdf.output())

    def _write_foot(self, page: str) -> None:
        self.y = BOTTOM + 6
        look = Look(7.5, colour=GREY)
        self._set(0, self.wrap(self._foot, WIDTH - 30, look, most=1)[0], WIDTH - 30, look)
        self._set(WIDTH - 30, page, 30, Look(7.5, colour=GREY, align="R"))

    def make_room(self, height: float) -> bool:
        """Go on to a new page unless `height` is left on this one; true when that was needed."""
        if self.y + height <= BOTTOM:
            return False
        self._new_page()
        return True

    def _new_page(self) -> None:
        self._pdf.add_page()
        self.y = BOTTOM + 4
        self.rule(RULE, 0.2)
        self.y = MARGIN

    def rule(self, colour: Colour, thickness: float) -> None:
        """Draw a line from margin to margin."""
        self._pdf.set_draw_color(*colour)
        self._pdf.set_line_width(thickness)
        self._pdf.line(MARGIN, self.y, MARGIN + WIDTH, self.y)

    def box(self, left: float, width: float, height: float, colour: Colour, radius: float = 0) -> None:
        """Fill a rectangle."""
        self._pdf.set_fill_color(*colour)
        round_corners = radius > 0
        self._pdf.rect(
            MARGIN + left, self.y, width, height, style="F", round_corners=round_corners, corner_radius=radius
        )

    def measure(self, text: str, look: Look) -> float:
        """The width of the text; an upper bound where letters are joined."""
        advances = self._advances[look.style]
        return sum(advances[character] for character in text) * look.size

    def wrap(self, text: str, width: float, look: Look, most: int | None = None) -> list[str]:
        """The text in lines that fit, broken at spaces, between East Asian letters, or where nothing else helps.

        At least one line, and at most `most`; the last one ends in an ellipsis when that was too few. In logical
        order: what is written from right to left must be broken before it is turned around.
        """
        lines: list[str] = []
        for paragraph in text.split("\n"):
            lines.extend(self._broken(paragraph, width, look))
            if most is not None and len(lines) > most:
                return [*lines[: most - 1], self._cut(lines[most - 1], width, look)]
        return lines

    def _broken(self, paragraph: str, width: float, look: Look) -> Iterator[str]:
        line, used = "", 0.0
        for word in WORDS.findall(paragraph):
            needed = self.measure(word, look)
            if word != " " and used + needed > width:
                if line:
                    yield line.rstrip()
                line, used = "", 0.0
                while needed > width:
                    head = self._head(word, width, look)
                    yield head
                    word = word[len(head) :]
                    needed = self.measure(word, look)
            if line or word != " ":
                line, used = line + word, used + needed
        yield line.rstrip()

    def _head(self, word: str, width: float, look: Look) -> str:
        """As many letters as fit, and at least one."""
        used = 0.0
        for index, character in enumerate(word):
            used += self.measure(character, look)
            if used > width and index:
                return word[:index]
        return word

    def _cut(self, line: str, width: float, look: Look) -> str:
        while line and self.measure(line + ELLIPSIS, look) > width:
            line = line[:-1]
        return line + ELLIPSIS

    def lines(self, left: float, width: float, lines: Sequence[str], look: Look, link: str = "") -> None:
        """Set broken lines one below the other and go on below them."""
        for line in lines:
            self._set(left, line, width, look, link=link)
            self.y += look.height

    def block(self, left: float, width: float, text: str, look: Look, most: int) -> None:
        """Break the text, set at most so many lines of it, and go on below them."""
        self.lines(left, width, self.wrap(text, width, look, most), look)

    def text(self, left: float, width: float, text: str, look: Look, height: float | None = None) -> None:
        """Set one line and stay; in smaller type where it would not fit, and centred in `height` if that is given."""
        needed = self.measure(text, look)
        shrink = min(1.0, width / needed) if needed else 1.0
        self._set(left, text, width, look, look.size * shrink, height)

    def _set(
        self,
        left: float,
        text: str,
        width: float,
        look: Look,
        size: float | None = None,
        height: float | None = None,
        link: str = "",
    ) -> None:
        pdf = self._pdf
        pdf.set_text_shaping(bool(SHAPED.search(text)))
        pdf.set_font(self._family, look.style, size or look.size)
        pdf.set_text_color(*look.colour)
        pdf.set_xy(MARGIN + left, self.y)
        pdf.cell(width, height or look.height, text.translate(self._unknown), align=look.align, link=link)


def _add_fonts(pdf: FPDF, characters: set[str]) -> tuple[str, dict[int, str]]:
    """Add the fonts that have these characters. The family to use, and what to print for those that none has."""
    try:
        "".join(characters).encode(pdf.core_fonts_encoding)
    except UnicodeEncodeError:
        return _add_unicode_fonts(pdf, characters)
    return "Helvetica", {}


def _add_unicode_fonts(pdf: FPDF, characters: set[str]) -> tuple[str, dict[int, str]]:
    missing = characters - _add_font(pdf, "DejaVu", "", "DejaVuSans.ttf")
    _add_font(pdf, "DejaVu", "B", "DejaVuSans-Bold.ttf")
    fallbacks = ["DejaVu"]  # the regular weight has a few letters that the bold one lacks
    if re.search(f"[{EAST_ASIAN}]", "".join(missing)):
        missing -= _add_font(pdf, "Droid", "", "DroidSansFallback.ttf")
        fallbacks.append("Droid")
    pdf.set_fallback_fonts(fallbacks, exact_match=False)
    return "DejaVu", {ord(character): UNKNOWN for character in missing}


def _add_font(pdf: FPDF, family: str, style: Literal["", "B"], file: str) -> set[str]:
    """Add a font and return the characters it has."""
    from fpdf.fonts import TTFFont

    pdf.add_font(family, style, FONT_FOLDER / file)
    font = pdf.fonts[family.lower() + style]
    return {chr(code) for code in font.cmap} if isinstance(font, TTFFont) else set()
