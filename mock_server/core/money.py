"""Amounts of money: `Decimal`s with two decimals, rounded half-up. Nothing here or elsewhere uses binary floats."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
HUNDRED = Decimal(100)


def to_cents(amount: Decimal) -> Decimal:
    """The amount rounded half-up to whole cents."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def percent_of(amount: Decimal, percentage: Decimal) -> Decimal:
    """So many percent of an amount, rounded half-up to whole cents."""
    return to_cents(amount * percentage / HUNDRED) if percentage else ZERO
