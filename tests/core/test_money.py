"""Money: two decimals, rounded half-up, away from zero on either side; never a binary float."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_server.core.money import CENT, HUNDRED, ZERO, percent_of, to_cents

amounts = st.decimals(-(10**10), 10**10, places=6)
cents = st.decimals(0, 10**10, places=2)
percentages = st.decimals(0, 100, places=4)


@pytest.mark.parametrize(
    ("amount", "rounded"),
    [
        ("0", "0.00"), ("0.004", "0.00"), ("0.0049999999", "0.00"), ("0.005", "0.01"), ("0.0050000001", "0.01"),
        ("0.014", "0.01"), ("0.015", "0.02"), ("0.025", "0.03"), ("0.035", "0.04"), ("1.005", "1.01"),
        ("2.675", "2.68"), ("0.994", "0.99"), ("0.995", "1.00"), ("9.999", "10.00"), ("-0.004", "0.00"),
        ("-0.005", "-0.01"), ("-2.675", "-2.68"), ("1", "1.00"), ("1E+3", "1000.00"),
        ("9999999999.995", "10000000000.00"),
    ],
)  # fmt: skip
def test_half_a_cent_is_rounded_up(amount: str, rounded: str) -> None:
    assert to_cents(Decimal(amount)) == Decimal(rounded)
    assert to_cents(Decimal(amount)).as_tuple().exponent == -2


@given(amounts)
def test_rounding_moves_by_half_a_cent_at_most_and_once(amount: Decimal) -> None:
    rounded = to_cents(amount)

    assert abs(rounded - amount) <= CENT / 2
    assert rounded.as_tuple().exponent == -2
    assert to_cents(rounded) == rounded


@given(amounts)
def test_both_sides_of_zero_are_rounded_alike(amount: Decimal) -> None:
    assert to_cents(-amount) == -to_cents(amount)


@given(amounts, amounts)
def test_rounding_keeps_the_order(one: Decimal, other: Decimal) -> None:
    lower, higher = sorted((one, other))

    assert to_cents(lower) <= to_cents(higher)


@pytest.mark.parametrize(
    ("amount", "percentage", "expected"),
    [
        ("100.00", "7.25", "7.25"),
        ("19.99", "8.875", "1.77"),
        ("0.50", "1", "0.01"),
        ("0.49", "1", "0.00"),
        ("33.30", "3.5", "1.17"),
        ("1.00", "0.5", "0.01"),
        ("1.00", "0.4999", "0.00"),
        ("59.97", "0", "0.00"),
        ("59.97", "100", "59.97"),
        ("9999999999.99", "33.3333", "3333330000.00"),
    ],
)
def test_a_percentage_is_rounded_half_up(amount: str, percentage: str, expected: str) -> None:
    assert percent_of(Decimal(amount), Decimal(percentage)) == Decimal(expected)


@given(cents, percentages)
def test_a_part_is_never_more_than_the_whole(amount: Decimal, percentage: Decimal) -> None:
    part = percent_of(amount, percentage)

    assert ZERO <= part <= amount
    assert part.as_tuple().exponent == -2


@given(cents)
def test_nothing_and_all_are_exact(amount: Decimal) -> None:
    assert percent_of(amount, ZERO) == ZERO
    assert percent_of(amount, HUNDRED) == amount
