"""Card numbers in running text: found by their check digit, kept by their last four digits alone."""

from __future__ import annotations

import re

SHORTEST, LONGEST = 12, 19
LONGEST_RUN = 400
"""Of more digits than that only the last are kept: no text that anybody reads has them."""

SHOWN = 4
HIDES = "*"
UUID = r"[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}"
"""The pattern of an id: with as many digits as a card it may be, and hides nothing."""

_GAP = r"[ +\-\u00a0\u2010-\u2015]{0,3}"
_RUN = rf"\d(?:{_GAP}\d){{{SHORTEST - 1},}}"
_WHOLE = r"(?<![0-9A-Za-z])(?:{})(?![0-9A-Za-z])"
_DIGEST = r"(?=[0-9]*[a-fA-F])(?:[0-9A-Fa-f]{32}|[0-9A-Fa-f]{40}|[0-9A-Fa-f]{64}|[0-9A-Fa-f]{128})"
# Ids and digests are taken first and left alone: many have twelve digits in a row by chance, and one in ten of those
# would pass for a card number. Nobody could find a record by an id with stars in it.
_ID_OR_RUN = re.compile(rf"({_WHOLE.format(f'{UUID}|{_DIGEST}')})|{_RUN}")
_WITH_POINT = re.compile(rf"\d\.\d{{{SHORTEST - 1},}}")
_GROUP = re.compile(r"\d+")


def without_cards(text: str) -> str:
    """The text with each card number in it, spaces and hyphens allowed, cut to its last four digits."""
    return _ID_OR_RUN.sub(lambda found: found[0] if found[1] else _masked(found[0]), text)


def has_card(text: str) -> bool:
    """Whether there may be a card number in the text, written with an exponent perhaps."""
    runs = (found[0] for found in _ID_OR_RUN.finditer(text) if not found[1])
    return any(_masked(run) != run for run in runs) or _WITH_POINT.search(text) is not None


def is_card(digits: str) -> bool:
    """Whether as many digits as a card number has pass the Luhn check."""
    return SHORTEST <= len(digits) <= LONGEST and _passes_luhn(digits)


def last_four(text: str) -> str:
    """A number that is known to be secret: its last four characters, if it is at least twice as long."""
    compact = re.sub(r"[^0-9A-Za-z]", "", text)
    return HIDES * 4 + (compact[-SHOWN:] if len(compact) >= 2 * SHOWN else "")


def _masked(run: str) -> str:
    """The run with stars over all that can be read as a card number: any neighbouring groups of digits in it."""
    groups = [found.span() for found in _GROUP.finditer(run)]
    if len(run) > LONGEST_RUN:
        return HIDES * 4 + run[-SHOWN:]
    hidden: set[int] = set()
    for first in range(len(groups)):
        places: list[int] = []
        for start, end in groups[first:]:
            places.extend(range(start, end))
            if len(places) > LONGEST:
                break
            if is_card("".join(run[place] for place in places)):
                hidden.update(places[:-SHOWN])
        start, end = groups[first]
        if end - start > LONGEST:  # too long for a card number, but one may stand anywhere in it
            hidden.update(range(start, end - SHOWN))
    return "".join(HIDES if place in hidden else each for place, each in enumerate(run))


def _passes_luhn(digits: str) -> bool:
    values = [int(each) for each in reversed(digits)]
    doubled = (sum(divmod(2 * value, 10)) for value in values[1::2])
    return (sum(values[::2]) + sum(doubled)) % 10 == 0
