"""Texts by length, patterns and formats."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from contract_tests.gate.schemas.solving.outcome import EMPTY, Case, Finder, Outcome
from contract_tests.gate.schemas.terms.holding import holds
from contract_tests.gate.schemas.terms.term import Term, Word
from contract_tests.gate.schemas.terms.values import STRING
from contract_tests.gate.schemas.texts.formats import FORMATS, HINTS
from contract_tests.gate.schemas.texts.languages import Language, chain, characters, either, other_than
from contract_tests.gate.schemas.texts.patterns import NotRegular, found_in
from contract_tests.gate.schemas.texts.shortest import GivenUp, texts

MOST_TRIED = 60
PLAIN_WRONG = ("", " ", "{", "(", "a b@", "1.")
"""Each known format refuses one of these."""

LONGEST = 100_000
LONGEST_OF_ANY = 20_000_000
"""A longer text is not made to decide anything; the second is for texts of which only the length counts."""


@dataclass
class Texts:
    """What is asked of a text. `unclear`: why not all of it is told by the languages."""

    least: int = 0
    most: int | None = None
    languages: list[Language] = field(default_factory=list)
    formats: set[str] = field(default_factory=set)
    no_formats: set[str] = field(default_factory=set)
    excluded: set[str] = field(default_factory=set)
    unclear: list[str] = field(default_factory=list)

    @property
    def is_about_more_than_length(self) -> bool:
        return bool(self.languages or self.formats or self.no_formats or self.unclear)


def solve(finder: Finder, case: Case) -> Outcome:
    """A text as the case wants it."""
    asked = Texts()
    for term, is_wanted in case.items():
        _ask(asked, term, is_wanted)
    if (asked.most is not None and asked.least > asked.most) or _is_ruled_out(asked):
        return EMPTY
    if asked.least > (LONGEST if asked.is_about_more_than_length else LONGEST_OF_ANY):
        return Outcome(reason="a text would be very long")
    return _search(asked, case)


def _ask(asked: Texts, term: Term, is_wanted: bool) -> None:
    said = term.parts[0]
    match term.word, is_wanted:
        case (Word.MIN_LENGTH, True) | (Word.MAX_LENGTH, False):
            asked.least = max(asked.least, said if is_wanted else said + 1)
        case (Word.MAX_LENGTH, True) | (Word.MIN_LENGTH, False):
            limit = said if is_wanted else said - 1
            asked.most = limit if asked.most is None else min(asked.most, limit)
        case Word.PATTERN, _:
            _ask_pattern(asked, said, is_wanted)
        case Word.FORMAT, _:
            _ask_format(asked, said, is_wanted)
        case Word.VALUES, _:
            asked.excluded.update(text for kind, text in said if kind == STRING)
        case _:
            asked.unclear.append(f"what {said} means")


def _ask_pattern(asked: Texts, pattern: str, is_wanted: bool) -> None:
    try:
        language = found_in(pattern)
    except (NotRegular, RecursionError):
        asked.unclear.append(f"the pattern {pattern}")
    else:
        asked.languages.append(language if is_wanted else other_than(language))


def _ask_format(asked: Texts, name: str, is_wanted: bool) -> None:
    (asked.formats if is_wanted else asked.no_formats).add(name)
    known = FORMATS.get(name)
    if known is None:
        if name not in HINTS:
            asked.unclear.append(f"the format {name}")
        return
    if known.pattern and (is_wanted or known.is_exact):
        language = found_in(known.pattern)
        asked.languages.append(language if is_wanted else other_than(language))
    if not known.is_exact:
        asked.unclear.append(f"the format {name}")


def _is_ruled_out(asked: Texts) -> bool:
    """Whether formats say it all: none refuses what none refuses, and one within another is never without it."""
    implied = {wider for name in asked.formats if name in FORMATS for wider in FORMATS[name].within}
    return bool(asked.no_formats & (HINTS | implied | asked.formats))


def _search(asked: Texts, case: Case) -> Outcome:
    """The languages hold every text that is asked for, and more where something is unclear."""
    for text in _samples(asked):
        if _is_asked_for(case, text):
            return Outcome((STRING, text))
    try:
        is_any = False
        for text in islice(_candidates(asked), MOST_TRIED):
            is_any = True
            if _is_asked_for(case, text):
                return Outcome((STRING, text))
    except (GivenUp, RecursionError):
        return Outcome(reason="the patterns could not be compared")
    if not is_any:
        return EMPTY
    return Outcome(reason=" and ".join(asked.unclear) or "no text was found for the patterns")


def _samples(asked: Texts) -> Iterator[str]:
    """Texts that read well, tried before any is made."""
    for name in sorted(asked.formats & FORMATS.keys()):
        yield from FORMATS[name].samples
    for name in sorted(asked.no_formats & FORMATS.keys()):
        yield from FORMATS[name].near
    yield "a" * max(asked.least, 1)
    yield from ("b", *(PLAIN_WRONG if asked.no_formats else ()))


def _candidates(asked: Texts) -> Iterator[str]:
    excluded = other_than(either(*(_just(text) for text in sorted(asked.excluded))))
    yield from texts([excluded, *asked.languages], asked.least, asked.most)


def _just(text: str) -> Language:
    return chain(*(characters([(ord(each), ord(each))]) for each in text))


def _is_asked_for(case: Case, text: str) -> bool:
    return all(holds(term, (STRING, text)) is is_wanted for term, is_wanted in case.items())
