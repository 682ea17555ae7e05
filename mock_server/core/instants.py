"""Instants as RFC 3339 texts, both ways."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from mock_server.core.clock import LAST, whole_milliseconds

_RFC_3339 = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2}))?")


def to_text(instant: datetime) -> str:
    """The instant in UTC: `2026-01-31T08:15:00Z`, with milliseconds where there are any."""
    in_utc = instant.astimezone(UTC)
    precision = "milliseconds" if in_utc.microsecond else "seconds"
    return in_utc.isoformat(timespec=precision).replace("+00:00", "Z")


def from_text(text: str) -> datetime:
    """The instant an RFC 3339 date-time or full-date names; a date alone is its midnight in UTC.

    A leap second counts as the last second of its minute, digits below milliseconds are cut.
    Raises `ValueError` where no calendar has that instant, or Python's doesn't reach that far.
    """
    upper = text.upper().replace(" ", "T")
    if not _RFC_3339.fullmatch(upper):
        raise ValueError(f"{text!r} is neither a date-time nor a full-date of RFC 3339")
    is_leap_second = upper[16:19] == ":60"
    parsed = datetime.fromisoformat(upper[:17] + "59" + upper[19:] if is_leap_second else upper)
    aware = parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    try:
        return whole_milliseconds(aware)
    except OverflowError as error:
        raise ValueError(f"{text!r} lies outside the years 1 to 9999") from error


_DURATION = re.compile(
    r"P(?!$)(?:(?P<weeks>[0-9]{1,6})W)?(?:(?P<days>[0-9]{1,6})D)?"
    r"(?:T(?!$)(?:(?P<hours>[0-9]{1,8})H)?(?:(?P<minutes>[0-9]{1,8})M)?(?:(?P<seconds>[0-9]{1,10}(?:\.[0-9]{1,3})?)S)?)?"
)


def duration(text: str) -> timedelta:
    """The span an ISO 8601 duration names: `P3DT1H30M`; years and months have no fixed length and are not taken.

    Raises `ValueError` for anything else.
    """
    found = _DURATION.fullmatch(text)
    if not found:
        raise ValueError(f"{text!r} is not a duration of weeks, days, hours, minutes and seconds, such as P3DT1H30M")
    parts = {unit: number or "0" for unit, number in found.groupdict().items()}
    seconds, _, fraction = parts.pop("seconds").partition(".")  # a float would lose milliseconds of long ones
    whole = {unit: int(number) for unit, number in parts.items()}
    return timedelta(**whole, seconds=int(seconds), milliseconds=int(f"{fraction:0<3}"))


def add_clamped(instant: datetime, span: timedelta) -> datetime:
    """The instant moved by a span, or the last one there is."""
    try:
        return instant + span
    except OverflowError:
        return LAST
