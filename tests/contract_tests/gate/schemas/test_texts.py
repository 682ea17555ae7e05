"""Patterns and formats as sets of texts: automata and validator agree."""

from __future__ import annotations

from itertools import product

import pytest

from contract_tests.gate.schemas.terms.holding import has_format, matches
from contract_tests.gate.schemas.texts.formats import FORMATS, HINTS
from contract_tests.gate.schemas.texts.languages import other_than
from contract_tests.gate.schemas.texts.patterns import NotRegular, found_in
from contract_tests.gate.schemas.texts.shortest import GivenUp, texts

SHORT = ["".join(each) for length in range(5) for each in product("ab-", repeat=length)]
PATTERNS = [
    *(
        "",
        "^",
        "$",
        "a",
        "^a",
        "a$",
        "^a$",
        "ab",
        "^(a|b)$",
        "^a|b$",
        "^(a|b$)",
        "(^a|b)",
        "(^|b)a",
        "a($|b)",
        "^[ab]+$",
    ),
    *("^[^a]*$", "^.$", "^a*$", "^a+b?$", "^(ab)*$", "^(ab|ba){2}$", "^a{2}$", "^a{1,2}b{0,}$", "^(a{2}){1,2}$"),
    *(
        "^(?!a)",
        "^(?=a)",
        "^(?!.*bb)",
        "(?!a)b",
        "a(?=b)",
        "a(?!b)",
        "^(?=.*a)(?=.*b).{3}$",
        "^\\w+$",
        "^\\W$",
        "^[\\w-]+$",
    ),
    *(
        "^[a-b]+$",
        "^[b-]+$",
        "^\\-$",
        "^(?:a|-)+$",
        "^(?<name>a)b$",
        "a??b",
        "^()$",
        "a|",
        "|",
        "^[\\s\\S]$",
        "^[^\\W]$",
    ),
]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_pattern_is_found_in_just_the_texts_of_its_language(pattern: str) -> None:
    language = found_in(pattern)
    by_automaton = {text for text in SHORT if _belongs(language, text)}
    assert by_automaton == {text for text in SHORT if matches(pattern, text)}


def _belongs(language: object, text: str) -> bool:
    from contract_tests.gate.schemas.texts.languages import Language, derived

    assert isinstance(language, Language)
    for each in text:
        language = derived(language, ord(each))
    return language.has_empty


@pytest.mark.parametrize(
    "pattern", ["(a)\\1", "\\bword\\b", "\\p{L}", "a**", "(?<=a)b", "[", "(", "a)", "[]a]", "\\A", "x{9999}"]
)
def test_what_is_no_regular_language_is_refused(pattern: str) -> None:
    with pytest.raises(NotRegular):
        found_in(pattern)


def test_a_search_that_is_too_large_is_given_up() -> None:
    with pytest.raises(GivenUp):
        next(texts([found_in("^(a|b)*a(a|b){15}$"), other_than(found_in("^(a|b)*b(a|b){14}$"))], 40, 41), None)


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_is_what_its_pattern_and_the_validator_say(name: str) -> None:
    known = FORMATS[name]
    language = found_in(known.pattern)
    assert all(has_format(name, text) and _belongs(language, text) for text in known.samples)
    assert all(has_format(name, text) is False and _belongs(language, text) for text in known.near)
    for other, each in FORMATS.items():
        for text in (*each.samples, *each.near):
            if has_format(name, text):
                assert _belongs(language, text), (other, text)
                assert all(has_format(wider, text) for wider in known.within)
            elif known.is_exact:
                assert not _belongs(language, text)


@pytest.mark.parametrize("name", sorted(HINTS))
def test_a_hint_refuses_nothing(name: str) -> None:
    assert has_format(name, "anything at all") is True


def test_nobody_knows_a_format_that_nobody_defines() -> None:
    assert has_format("iban", "DE00") is None
