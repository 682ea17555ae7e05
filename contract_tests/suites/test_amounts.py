"""The figures of invoices: against an oracle of their own, and by relations that need none."""

from __future__ import annotations

from dataclasses import asdict
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract_tests import bodies
from contract_tests.broken import Broken, Difference
from contract_tests.decimals import loads
from contract_tests.examiner import Examiner, contract
from contract_tests.models.amounts import figures, fraction, line_amount
from contract_tests.properties import examples
from contract_tests.suites.requests import AMOUNTS, decimals
from contract_tests.workshop import Invoices

RULE = "INV-AMOUNTS"
MAXIMUM = fraction(contract("invoices").limit("INV-TOTAL-RANGE", "maximum"))
pytestmark = [
    pytest.mark.proves(RULE),
    pytest.mark.about("getInvoiceCalculations", "getInvoice", "listInvoices"),
    pytest.mark.priority(30),
]

Json = dict[str, Any]


@examples(60)
@given(request=AMOUNTS)
def test_figures(examiner: Examiner, request: Json) -> None:
    """Every figure of the calculations, the invoice and its lines is the oracle's."""
    examiner.begin()
    invoices = Invoices(examiner)
    invoice_id = invoices.create(**request)
    require_figures(invoices, invoice_id, request)


HALVES: list[Json] = [
    {"lineItems": [bodies.line("Half", 1, Decimal("1.005"))]},
    {"lineItems": [bodies.line("Half", Decimal("0.5"), Decimal("0.05")), bodies.line("Half", 1, Decimal("2.665"))]},
    {"lineItems": [bodies.line("Half", 1, Decimal("0.25"), discountPercentage=50)]},
    {"lineItems": [bodies.line("Half", 3, Decimal("0.115")), bodies.line("Half", 3, Decimal("0.115"))]},
    {"lineItems": [bodies.line("Half", 1, Decimal("0.50"))], "discountPercentage": 5},
    {"lineItems": [bodies.line("Half", 1, Decimal("0.50"))], "taxPercentage": 5},
    {"lineItems": [bodies.line("Half", 1, Decimal("0.50"))], "feesPercentage": 5},
    {"lineItems": [bodies.line("Half", 1, Decimal("100.10"))], "taxPercentage": Decimal("2.5"), "feesPercentage": 2.5},
    {"lineItems": [bodies.line("Less", 1, Decimal("1.0049"))], "taxPercentage": Decimal("0.49")},
]
"""Where half up and half even part, and sums of what was rounded from what was not."""


MIXED: list[Json] = [
    {
        "lineItems": [
            bodies.line("Rope", Decimal("2.345"), Decimal("19.995"), discountPercentage=Decimal("12.5")),
            bodies.line("Sail", 3, Decimal("0.335"), discountPercentage=Decimal("33.333")),
            bodies.line("Anchor", 1, Decimal("1234.56")),
            bodies.line("Chain", Decimal("0.125"), Decimal("80.2")),
            bodies.line("Nothing", 0, 5),
            {"name": "One of it", "unitPrice": Decimal("7.77")},
            {"name": "Free", "quantity": 3},
        ],
        "discountPercentage": Decimal("7.125"),
        "taxPercentage": Decimal("8.875"),
        "feesPercentage": Decimal("1.995"),
        "shippingAmount": Decimal("17.35"),
    },
    {"lineItems": [bodies.line(f"Line {each}", each, Decimal("0.1")) for each in range(1, 12)], "feesPercentage": 3},
    {"lineItems": [bodies.line("Boat", 1, 100)], "discountPercentage": 10, "taxPercentage": 20, "shippingAmount": 5},
]
"""All that there is to say of amounts, and where the figures part that are taken from one another."""


@pytest.mark.priority(20)
@pytest.mark.parametrize("number", range(len(MIXED)))
def test_figures_of_everything_at_once(examiner: Examiner, number: int) -> None:
    invoices = Invoices(examiner)
    require_figures(invoices, invoices.create(**MIXED[number]), MIXED[number])


@pytest.mark.priority(20)
@pytest.mark.parametrize("number", range(len(HALVES)))
def test_halves_are_rounded_up(examiner: Examiner, number: int) -> None:
    invoices = Invoices(examiner)
    require_figures(invoices, invoices.create(**HALVES[number]), HALVES[number])


@pytest.mark.about("publishInvoice")
@examples(10)
@given(request=AMOUNTS)
def test_figures_in_the_list(examiner: Examiner, request: Json) -> None:
    """The list shows the total, and publishing changes no figure."""
    examiner.begin()
    invoices = Invoices(examiner)
    mark = f"{examiner.tag}-{fresh(examiner)}"
    request = {**request, "lineItems": [bodies.line(), *request["lineItems"]]}
    invoice_id = invoices.create(**request, additionalNotes=mark)
    if figures(request).totalAmount > 0:
        invoices.take("publishInvoice", invoice_id)
    require_figures(invoices, invoice_id, request)
    listed = loads(invoices.api.call("listInvoices", query={"search": mark}).body)["items"]
    totals = [fraction(each["totalAmount"]) for each in listed if each["id"] == invoice_id]
    expected = figures(request).totalAmount
    if totals != [expected]:
        raise Broken(RULE, "the list shows another total", [Difference("/totalAmount", shown(expected), totals)])


@pytest.mark.about("updateInvoice")
@examples(15)
@given(before=AMOUNTS, after=AMOUNTS)
def test_an_update_equals_a_new_invoice(examiner: Examiner, before: Json, after: Json) -> None:
    examiner.begin()
    invoices = Invoices(examiner)
    invoice_id = invoices.create(**before)
    body = bodies.invoice(examiner.tag, **after)
    invoices.expected(invoices.api.call("updateInvoice", {"invoiceId": invoice_id}, body), "updateInvoice")
    require_figures(invoices, invoice_id, body)


@pytest.mark.priority(20)
@examples(10)
@given(request=AMOUNTS, data=st.data())
def test_the_order_of_the_lines_changes_nothing(examiner: Examiner, request: Json, data: st.DataObject) -> None:
    examiner.begin()
    mixed = data.draw(st.permutations(request["lineItems"]))
    require_same(examiner, request, {**request, "lineItems": mixed}, "the lines in another order")


@pytest.mark.priority(20)
@examples(10)
@given(request=AMOUNTS)
def test_zero_percent_is_no_percentage(examiner: Examiner, request: Json) -> None:
    examiner.begin()
    names = ("discountPercentage", "taxPercentage", "feesPercentage")
    plain = {name: value for name, value in request.items() if name not in names}
    require_same(examiner, plain, {**plain, **dict.fromkeys(names, 0)}, "percentages of zero")


@pytest.mark.priority(20)
@examples(10)
@given(price=decimals("999.99", 2), first=st.integers(1, 20), second=st.integers(1, 20))
def test_a_line_may_be_split(examiner: Examiner, price: Decimal, first: int, second: int) -> None:
    """Whole quantities of a price in cents: no rounding is in the way."""
    examiner.begin()
    whole = [{"name": "Line", "unitPrice": price, "quantity": first + second}]
    parts = [{"name": "Line", "unitPrice": price, "quantity": each} for each in (first, second)]
    require_same(examiner, {"lineItems": whole}, {"lineItems": parts}, "one line in two parts")


@pytest.mark.priority(20)
@examples(10)
@given(
    lines=st.lists(st.tuples(decimals("999.99", 2), st.integers(0, 9)), min_size=1, max_size=3),
    factor=st.integers(2, 9),
)
def test_figures_grow_with_the_quantities(examiner: Examiner, lines: list[tuple[Decimal, int]], factor: int) -> None:
    examiner.begin()
    invoices = Invoices(examiner)
    once, more = (
        calculated(
            invoices,
            {"lineItems": [{"name": "L", "unitPrice": price, "quantity": count * times} for price, count in lines]},
        )
        for times in (1, factor)
    )
    if more["totalAmount"] != factor * once["totalAmount"]:
        difference = Difference("/totalAmount", shown(factor * once["totalAmount"]), shown(more["totalAmount"]))
        raise Broken(RULE, f"{factor} times the quantities is not {factor} times the total", [difference])


def require_figures(invoices: Invoices, invoice_id: str, request: Json) -> None:
    expected = asdict(figures(request))
    received = calculated_of(invoices, invoice_id)
    invoice = invoices.get(invoice_id)
    differences = [
        Difference(f"/{name}", shown(value), shown(received[name]))
        for name, value in expected.items()
        if received[name] != value
    ]
    differences += [
        Difference(f"/{name}", shown(expected[name]), shown(fraction(invoice[name])))
        for name in ("subTotalAmount", "shippingAmount", "surchargeAmount", "totalAmount")
        if fraction(invoice.get(name)) != expected[name]
    ]
    amounts = [line_amount(line) for line in request["lineItems"]]
    shown_amounts = [fraction(line["amount"]) for line in invoice["lineItems"]]
    if amounts != shown_amounts:
        differences.append(
            Difference("/lineItems/*/amount", list(map(shown, amounts)), list(map(shown, shown_amounts)))
        )
    if differences:
        raise Broken(
            RULE, "the figures are not those of the formula", differences, operation_id="getInvoiceCalculations"
        )


def require_same(examiner: Examiner, one: Json, other: Json, what: str) -> None:
    invoices = Invoices(examiner)
    first, second = calculated(invoices, one), calculated(invoices, other)
    differences = [
        Difference(f"/{name}", shown(first[name]), shown(second[name])) for name in first if first[name] != second[name]
    ]
    if differences:
        raise Broken(RULE, f"{what} must change no figure", differences, operation_id="getInvoiceCalculations")


def calculated(invoices: Invoices, request: Json) -> dict[str, Fraction]:
    return calculated_of(invoices, invoices.create(**request))


def calculated_of(invoices: Invoices, invoice_id: str) -> dict[str, Fraction]:
    answer = invoices.act("getInvoiceCalculations", invoice_id)
    value = loads(invoices.expected(answer, "getInvoiceCalculations").body)
    return {name: fraction(value[name]) for name in value if name.endswith("Amount")}


def shown(value: Fraction) -> str:
    """An amount as people write it."""
    return f"{float(value):.3f}".rstrip("0").rstrip(".")


def fresh(examiner: Examiner) -> int:
    """A number for something of this example alone."""
    return examiner.transport.pace.count
