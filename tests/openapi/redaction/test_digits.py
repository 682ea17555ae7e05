"""Card numbers are told from other numbers, and cut to their last four digits."""

from __future__ import annotations

import pytest

from openapi.redaction.digits import LONGEST_RUN, has_card, is_card, last_four, without_cards

TWELVE, NINETEEN = "411111111117", "4111111111111111110"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4111111111111111", "************1111"),
        ("card 4111-1111-1111-1111.", "card ****-****-****-1111."),
        ("4111  1111+1111\u00a01111", "****  ****+****\u00a01111"),
        ("3714 496353 98431", "**** ****** *8431"),
        ("x4111111111111111y", "x************1111y"),
        ("4111111111111111, 5500000000000004", "************1111, ************0004"),
        ("2026 4111111111111111 12", "2026 ************1111 12"),
        (TWELVE, "********1117"),
        (NINETEEN, "***************1110"),
        ("4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", "* * * * * * * * * * * * 1 1 1 1"),
        ("12345678901234567890", "****************7890"),
        ("12345678901234567890 77", "****************7890 77"),
    ],
)
def test_a_card_number_keeps_its_last_four_digits_and_its_shape(text: str, expected: str) -> None:
    assert without_cards(text) == expected
    assert has_card(text)


@pytest.mark.parametrize(
    "text",
    [
        "4111111111111112",
        "41111111116",
        "4111.1111.1111.1111",
        "4111, 1111, 1111, 1111",
        "4111    1111 1111 1111",
        "+1 555 010 0199",
        "2026-11-02T09:30:00.000Z",
        "12345678-1234-4234-8234-123456789012",
        "00000000-0000-0000-0000-000000000000",
        "id=00000000-0000-0000-0000-000000000000;",
        "a4111111111111111" + "0" * 15,
        "a4111111111111111" + "0" * 47,
    ],
)
def test_any_other_number_is_left_alone(text: str) -> None:
    assert without_cards(text) == text
    assert not has_card(text)


def test_of_an_endless_run_of_digits_only_the_last_are_kept() -> None:
    assert without_cards("1 " * LONGEST_RUN + "9876") == "****9876"
    assert without_cards("1" * (LONGEST_RUN + 1)) == "****1111"


def test_a_number_with_a_point_may_be_a_card_number_with_an_exponent() -> None:
    assert has_card("4.111111111111111e15")
    assert not has_card("4.1111111111e15")


@pytest.mark.parametrize(
    ("digits", "is_one"),
    [(TWELVE, True), (NINETEEN, True), (TWELVE[:-1], False), (TWELVE[:-1] + "8", False), ("0" * 20, False)],
)
def test_length_and_check_digit_make_a_card_number(digits: str, is_one: bool) -> None:
    assert is_card(digits) is is_one


@pytest.mark.parametrize(
    ("text", "shown"), [("12345678", "****5678"), ("1234567", "****"), ("", "****"), ("12-34 56.78", "****5678")]
)
def test_four_digits_of_a_secret_number_are_never_more_than_half_of_it(text: str, shown: str) -> None:
    assert last_four(text) == shown
