"""How a value of a record becomes a value of a column, and how a condition on it is asked of that column.

Every kind but text is kept as a whole number: money in cents, instants in microseconds since 1970. So both databases
compare and order alike, and exactly.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import ROUND_FLOOR, Context, Decimal
from typing import Any
from zlib import crc32

from sqlalchemy import BigInteger, Text
from sqlalchemy.types import TypeEngine

from mock_server.core.errors import StoreError
from mock_server.core.records import ColumnValue

# PostgreSQL orders by the database's locale unless told otherwise; "C" is the order of code points, SQLite's own.
CODE_POINT_TEXT: TypeEngine[str] = Text().with_variant(Text(collation="C"), "postgresql")

# No column holds a number this large, so a condition may: it is clamped to it and still answered rightly.
BEYOND = 2**63 - 1
MONEY_LIMIT = Decimal(10**12)
CENT = Decimal("0.01")
WIDE = Context(prec=40)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

# A number between two units asks the same as the unit below it, with these operators; it equals none.
BETWEEN_UNITS = {">=": ">", ">": ">", "<=": "<=", "<": "<="}


@dataclass(frozen=True)
class Kind:
    """How one kind of column is kept.

    `stored`: from a record's value to the column's; raises `StoreError` for what the kind can't hold.
    `asked`: from operator and value to what is asked of the column.
    """

    sql_type: TypeEngine[Any]
    stored: Callable[[Any], str | int]
    asked: Callable[[str, Any], tuple[str, str | int]]


def asked_value(kind: type, operator: str, value: ColumnValue) -> tuple[str, str | int]:
    """The operator and the value that ask the column what was asked of the record."""
    if not isinstance(value, kind):
        raise of_another_kind(kind, value)
    return KINDS[kind].asked(operator, value)


def of_another_kind(kind: type, value: ColumnValue) -> StoreError:
    return StoreError(f"a column of {kind.__name__} cannot hold or be compared with {type(value).__name__}")


def text(value: str) -> str:
    """The text as both databases can hold it: without NUL, which PostgreSQL refuses."""
    if not (value.isascii() or is_unicode(value)):
        raise StoreError("text with half a surrogate pair cannot be stored or searched")
    return value.replace("\0", "")


def is_unicode(value: str) -> bool:
    """Whether the text can be written as UTF-8; Python's strings can also hold halves of surrogate pairs.

    Most texts are ASCII, which can be told in less time than it takes to call this.
    """
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def asked_text(operator: str, value: str) -> tuple[str, str]:
    return operator, text(value)


def stored_int(value: int) -> int:
    if not -BEYOND < value < BEYOND:
        raise StoreError("a column of int holds 63 bits and a sign")
    return int(value)


def asked_int(operator: str, value: int) -> tuple[str, int]:
    return operator, clamped(value)


def stored_cents(value: Decimal) -> int:
    cents, is_exact = cents_below(value)
    if not is_exact or abs(value) >= MONEY_LIMIT:
        raise StoreError("a column of Decimal holds money: up to 12 digits before and 2 after the point")
    return cents


def asked_cents(operator: str, value: Decimal) -> tuple[str, int]:
    cents, is_exact = cents_below(value)
    if is_exact:
        return operator, cents
    return (BETWEEN_UNITS[operator], cents) if operator in BETWEEN_UNITS else (operator, BEYOND)


def cents_below(value: Decimal) -> tuple[int, bool]:
    """The cents in the value, rounded down, and whether that is all of it; clamped where it is out of reach."""
    if value.is_nan():
        raise StoreError("not a number is no amount of money")
    if abs(value) > MONEY_LIMIT:  # before any arithmetic: 1E+999999 would be a million digits
        return (BEYOND if value > 0 else -BEYOND), True
    rounded = value.quantize(CENT, ROUND_FLOOR, WIDE)
    return int(rounded.scaleb(2, WIDE)), rounded == value


def stored_instant(value: datetime) -> int:
    if value.tzinfo is None:
        raise StoreError("an instant without a time zone cannot be stored or compared")
    return (value - EPOCH) // MICROSECOND


def asked_instant(operator: str, value: datetime) -> tuple[str, int]:
    return operator, stored_instant(value)


def abridged(value: str) -> int:
    """A number by which a text is found; others may have it too."""
    return crc32(value.encode())


def clamped(value: int) -> int:
    return max(-BEYOND, min(BEYOND, int(value)))


KINDS: dict[type, Kind] = {
    str: Kind(CODE_POINT_TEXT, text, asked_text),
    int: Kind(BigInteger(), stored_int, asked_int),
    Decimal: Kind(BigInteger(), stored_cents, asked_cents),
    datetime: Kind(BigInteger(), stored_instant, asked_instant),
}
