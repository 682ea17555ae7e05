"""The figures of an invoice as rule INV-AMOUNTS has them, written down once more and independently of any server.

Everything is an exact fraction until the marked steps, at which it is rounded half up to cents.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

HUNDRED = 100
CENTS = 100

Json = Mapping[str, Any]


def rounded(value: Fraction) -> Fraction:
    """Half up to cents; amounts are never negative."""
    return Fraction((2 * value * CENTS + 1) // 2, CENTS)


def fraction(value: Any, default: int = 0) -> Fraction:
    """A number of a request or an answer, exactly; what is absent or null counts as the default."""
    return Fraction(default) if value is None else Fraction(Decimal(str(value)))


def line_amount(line: Json) -> Fraction:
    """What one line amounts to."""
    share = 1 - fraction(line.get("discountPercentage")) / HUNDRED
    return rounded(fraction(line.get("unitPrice")) * fraction(line.get("quantity"), default=1) * share)


@dataclass(frozen=True)
class Figures:
    """By their names in the answer of getInvoiceCalculations."""

    subTotalAmount: Fraction  # noqa: N815  # the wire's name
    discountAmount: Fraction  # noqa: N815
    taxAmount: Fraction  # noqa: N815
    feesAmount: Fraction  # noqa: N815
    shippingAmount: Fraction  # noqa: N815
    surchargeAmount: Fraction  # noqa: N815
    totalAmount: Fraction  # noqa: N815


def figures(body: Json, surcharge_percentage: Fraction = Fraction(0)) -> Figures:
    """The figures of an invoice that was made of this request."""
    lines: Sequence[Json] = body.get("lineItems") or ()
    sub_total = sum((line_amount(line) for line in lines), Fraction(0))
    discount = rounded(sub_total * fraction(body.get("discountPercentage")) / HUNDRED)
    base = sub_total - discount
    tax = rounded(base * fraction(body.get("taxPercentage")) / HUNDRED)
    fees = rounded(base * fraction(body.get("feesPercentage")) / HUNDRED)
    shipping = rounded(fraction(body.get("shippingAmount")))
    before = base + tax + fees + shipping
    surcharge = rounded(before * surcharge_percentage / HUNDRED)
    return Figures(sub_total, discount, tax, fees, shipping, surcharge, before + surcharge)
