"""Patterns (ECMA-262, as in JSON Schema) as regular languages: the texts in which the pattern is found."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache

from contract_tests.gate.schemas.texts import languages as lang
from contract_tests.gate.schemas.texts.code_points import LAST, SURROGATES, Ranges, as_ranges, others
from contract_tests.gate.schemas.texts.languages import ANYTHING, EMPTY, NOTHING, Language

LONGEST = 600
MOST_REPEATS = 2_000


class NotRegular(Exception):
    """The pattern has something in it that no automaton knows: a back reference, a word's edge, a class by name."""


class Where(Enum):
    """What a part of a pattern asks of its place."""

    START = "^"
    END = "$"


@dataclass(frozen=True)
class Look:
    """What must follow here, or must not."""

    piece: Piece
    is_wanted: bool


@dataclass(frozen=True)
class Run:
    """Pieces, one after the other."""

    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Choice:
    """One of some pieces."""

    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Times:
    """A piece some times."""

    piece: Piece
    least: int
    most: int | None


Piece = Language | Where | Look | Run | Choice | Times

DIGITS: Ranges = ((0x30, 0x39),)
WORDS: Ranges = ((0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A))
SPACES: Ranges = as_ranges(
    [
        *((0x09, 0x0D), (0x20, 0x20), (0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A)),
        *((0x2028, 0x2029), (0x202F, 0x202F), (0x205F, 0x205F), (0x3000, 0x3000), (0xFEFF, 0xFEFF)),
    ]
)
LINE_ENDS: Ranges = ((0x0A, 0x0A), (0x0D, 0x0D), (0x2028, 0x2029))
CLASSES: Mapping[str, Ranges] = {
    "d": DIGITS,
    "w": WORDS,
    "s": SPACES,
    "D": others(DIGITS),
    "W": others(WORDS),
    "S": others(SPACES),
}
CONTROLS: Mapping[str, int] = {"t": 9, "n": 10, "v": 11, "f": 12, "r": 13, "0": 0}
ESCAPED_CODES = re.compile(r"u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})")
COUNT = re.compile(r"\{(\d+)(?:(,)(\d*))?\}")
SIMPLE_COUNTS: Mapping[str, tuple[int, int | None]] = {"*": (0, None), "+": (1, None), "?": (0, 1)}
GROUPS: Mapping[str, Callable[[Piece], Piece]] = {
    "?:": lambda piece: piece,
    "?=": lambda piece: Look(piece, True),
    "?!": lambda piece: Look(piece, False),
}
NAMED = re.compile(r"\?P?<([A-Za-z_]\w*)>")
PUNCTUATION = frozenset("^$\\.*+?()[]{}|/-")


@cache
def found_in(pattern: str) -> Language:
    """All texts in which the pattern is found.

    Raises:
        NotRegular: the pattern can't be told as a regular language, or not by this reader.
    """
    if len(pattern) > LONGEST:
        raise NotRegular("the pattern is long")
    piece = _Reader(pattern).all()
    anywhere = lang.chain(lang.ANY_CHARACTER, ANYTHING, _texts(piece, False, ANYTHING))
    return lang.either(_texts(piece, True, ANYTHING), anywhere)


def _texts(piece: Piece, at_start: bool, then: Language) -> Language:
    """The texts of a piece and what comes then."""
    match piece:
        case Language():
            return lang.chain(piece, then)
        case Where.START:
            return then if at_start else NOTHING
        case Where.END:
            return lang.both(then, EMPTY)
        case Look():
            seen = _texts(piece.piece, at_start, ANYTHING)
            return lang.both(then, seen if piece.is_wanted else lang.other_than(seen))
        case Choice():
            return _choice_texts(piece, at_start, then)
        case Times():
            return lang.chain(_repeated(piece), then)
        case Run():
            return _run_texts(piece.pieces, at_start, then)


def _choice_texts(choice: Choice, at_start: bool, then: Language) -> Language:
    if _is_plain(choice):
        return lang.chain(lang.either(*(_texts(each, False, EMPTY) for each in choice.pieces)), then)
    return lang.either(*(_texts(each, at_start, then) for each in choice.pieces))


def _run_texts(pieces: tuple[Piece, ...], at_start: bool, then: Language) -> Language:
    if not pieces:
        return then
    first, rest = pieces[0], pieces[1:]
    if at_start and not _is_still(first):
        if any(_mentions_start(each) for each in rest) and _may_be_empty(first):
            raise NotRegular("a start may come later")
        return _texts(first, True, _run_texts(rest, False, then))
    return _texts(first, at_start, _run_texts(rest, at_start, then))


def _repeated(piece: Times) -> Language:
    if not _is_plain(piece.piece):
        raise NotRegular("what is repeated looks around")
    return lang.repeated(_texts(piece.piece, False, EMPTY), piece.least, piece.most)


def _inner(piece: Piece) -> tuple[Piece, ...]:
    if isinstance(piece, Run | Choice):
        return piece.pieces
    return (piece.piece,) if isinstance(piece, Times | Look) else ()


def _is_plain(piece: Piece) -> bool:
    return not isinstance(piece, Where | Look) and all(map(_is_plain, _inner(piece)))


def _mentions_start(piece: Piece) -> bool:
    return piece is Where.START or any(map(_mentions_start, _inner(piece)))


def _is_still(piece: Piece) -> bool:
    """Whether it takes no characters."""
    if isinstance(piece, Run | Choice | Times):
        return all(map(_is_still, _inner(piece)))
    return isinstance(piece, Where | Look) or piece is EMPTY


def _may_be_empty(piece: Piece) -> bool:
    match piece:
        case Language():
            return piece.has_empty
        case Times():
            return piece.least == 0 or _may_be_empty(piece.piece)
        case Choice():
            return any(map(_may_be_empty, piece.pieces))
        case Run():
            return all(map(_may_be_empty, piece.pieces))
    return True


class _Reader:
    """Reads a pattern from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def all(self) -> Piece:
        piece = self._choice()
        if self.at < len(self.text):
            raise NotRegular("a bracket too many")
        return piece

    def _peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def _take(self) -> str:
        found = self._peek()
        if not found:
            raise NotRegular("the pattern ends too early")
        self.at += 1
        return found

    def _choice(self) -> Piece:
        found = [self._run()]
        while self._peek() == "|":
            self.at += 1
            found.append(self._run())
        return found[0] if len(found) == 1 else Choice(tuple(found))

    def _run(self) -> Piece:
        pieces: list[Piece] = []
        while self._peek() not in ("", "|", ")"):
            pieces.append(self._counted(self._one()))
        return Run(tuple(pieces))

    def _one(self) -> Piece:
        character = self._take()
        match character:
            case "^":
                return Where.START
            case "$":
                return Where.END
            case "(":
                return self._group()
            case "[":
                return lang.characters(self._class())
            case ".":
                return lang.characters(others(LINE_ENDS))
            case "\\":
                return lang.characters(self._escaped())
        if character in "*+?{}]":
            raise NotRegular(f"{character} stands alone")
        return lang.characters([(ord(character), ord(character))])

    def _group(self) -> Piece:
        make = self._group_kind()
        piece = self._choice()
        if self._take() != ")":
            raise NotRegular("a group does not end")
        return make(piece)

    def _group_kind(self) -> Callable[[Piece], Piece]:
        if named := NAMED.match(self.text, self.at):
            self.at = named.end()
            return GROUPS["?:"]
        if self._peek() != "?":
            return GROUPS["?:"]
        opening = self._take() + self._take()
        if opening not in GROUPS:
            raise NotRegular(f"a group that begins with {opening}")
        return GROUPS[opening]

    def _counted(self, piece: Piece) -> Piece:
        count = self._count()
        if count is None:
            return piece
        if self._peek() == "?":
            self.at += 1
        if self._peek() in ("*", "+", "{"):
            raise NotRegular("a count after a count")
        if max(count[0], count[1] or 0) > MOST_REPEATS or isinstance(piece, Where | Look):
            raise NotRegular("what is counted")
        return Times(piece, *count)

    def _count(self) -> tuple[int, int | None] | None:
        if self._peek() in SIMPLE_COUNTS:
            return SIMPLE_COUNTS[self._take()]
        found = COUNT.match(self.text, self.at)
        if found is None:
            return None
        self.at = found.end()
        least = int(found[1])
        if found[2] is None:
            return least, least
        return least, int(found[3]) if found[3] else None

    def _class(self) -> Ranges:
        is_other = self._peek() == "^"
        self.at += is_other
        ranges: list[tuple[int, int]] = []
        if self._peek() in ("]", "["):
            raise NotRegular("a class that readers take differently")
        while self._peek() != "]":
            ranges.extend(self._class_part())
        self.at += 1
        found = as_ranges(ranges)
        return others(found) if is_other else found

    def _class_part(self) -> Ranges:
        low = self._class_character()
        if self._peek() != "-" or self.text[self.at + 1 : self.at + 2] == "]":
            return low
        self.at += 1
        high = self._class_character()
        if not (_is_one(low) and _is_one(high)) or high[0][0] < low[0][0]:
            raise NotRegular("a range of classes")
        return ((low[0][0], high[0][0]),)

    def _class_character(self) -> Ranges:
        character = self._take()
        if character == "[" or self.text[self.at - 1 : self.at + 1] in ("&&", "--", "~~"):
            raise NotRegular("a class that readers take differently")
        return self._escaped() if character == "\\" else ((ord(character), ord(character)),)

    def _escaped(self) -> Ranges:
        if found := ESCAPED_CODES.match(self.text, self.at):
            self.at = found.end()
            return self._coded(int(found[1] or found[2] or found[3], 16))
        character = self._take()
        if character in CLASSES:
            return CLASSES[character]
        if character in CONTROLS:
            code = CONTROLS[character]
            return ((code, code),)
        if character not in PUNCTUATION and (character.isalnum() or character == "_"):
            raise NotRegular(f"\\{character}")
        return ((ord(character), ord(character)),)

    def _coded(self, code: int) -> Ranges:
        if code > LAST or SURROGATES[0] <= code <= SURROGATES[1]:
            raise NotRegular("a code that is no character")
        return ((code, code),)


def _is_one(ranges: Ranges) -> bool:
    return len(ranges) == 1 and ranges[0][0] == ranges[0][1]
