"""Strategies for requests about invoices: what merchants write, and the edges of it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import strategies as st


def decimals(most: str, places: int) -> st.SearchStrategy[Decimal]:
    """Decimals from zero; simple ones first, and those at which rounding is decided."""
    return st.decimals(min_value=0, max_value=Decimal(most), places=places, allow_nan=False, allow_infinity=False)


PERCENTAGES = st.one_of(
    st.sampled_from([Decimal(each) for each in ("0", "10", "8.875", "33.33", "0.5", "99.99", "100", "7.5", "50")]),
    decimals("100", 3),
)
PRICES = st.one_of(
    st.sampled_from([Decimal(each) for each in ("0.01", "19.99", "0.05", "1.005", "100", "0.1", "33.335", "2.675")]),
    decimals("9999.99", 2),
    decimals("99.999", 3),
)
QUANTITIES = st.one_of(st.integers(0, 50).map(Decimal), decimals("20", 3))
LINES = st.builds(
    lambda price, quantity, discount: {
        "name": "Line",
        "unitPrice": price,
        "quantity": quantity,
        **({} if discount is None else {"discountPercentage": discount}),
    },
    PRICES,
    QUANTITIES,
    st.one_of(st.none(), PERCENTAGES),
)
FIGURES: dict[str, st.SearchStrategy[Any]] = {
    "discountPercentage": PERCENTAGES,
    "taxPercentage": PERCENTAGES,
    "feesPercentage": PERCENTAGES,
    "shippingAmount": decimals("500", 2),
}
AMOUNTS = st.fixed_dictionaries({"lineItems": st.lists(LINES, min_size=0, max_size=4)}, optional=FIGURES)
"""Requests that say how much an invoice amounts to."""

NAMES = st.sampled_from(["Ada", "José", "太郎", "O'Brien", "Анна", "Zoë-Marie"])
CUSTOMERS = st.fixed_dictionaries(
    {},
    optional={
        "firstName": NAMES,
        "lastName": NAMES,
        "companyName": st.sampled_from(["Café Corazón", "Byron & Daughters, Ltd."]),
        "email": st.sampled_from(["ada@example.com", "a.b+c@example.org"]),
        "mobileNumber": st.sampled_from(["+15550100199", "+1 (555) 010-0123"]),
        "smsNotification": st.booleans(),
        "billingAddress": st.fixed_dictionaries(
            {"city": st.sampled_from(["Portland", "東京都"])}, optional={"postalCode": st.just("97209")}
        ),
    },
).filter(bool)
SOME_LINES = st.lists(
    st.one_of(LINES, st.fixed_dictionaries({"name": NAMES, "code": st.just("R-10"), "unitPrice": PRICES})),
    min_size=1,
    max_size=3,
)
CHANGES = st.fixed_dictionaries(
    {},
    optional={
        **FIGURES,
        "dueDate": st.sampled_from(["2031-03-01", "2031-03-01T12:30:00Z", "2020-01-01T00:00:00+05:30"]),
        "achAllowFasterProcessing": st.booleans(),
        "customer": CUSTOMERS,
        "lineItems": st.one_of(SOME_LINES, st.just([])),
    },
)
"""What may be said of an invoice beside its notes; any of it may be left out."""
