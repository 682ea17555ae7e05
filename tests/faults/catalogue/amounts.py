"""Figures that are not those of the formula."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import ROUND_DOWN, ROUND_HALF_DOWN, ROUND_HALF_EVEN, Decimal
from functools import partial
from typing import Any

from mock_server.apis.invoices import model, wire
from mock_server.core.money import HUNDRED, ZERO, percent_of, to_cents
from tests.faults.fault import Fault, Kind, Original, replaced
from tests.faults.replacing import ends_with

amounts = partial(Fault, Kind.AMOUNTS)
CENT = Decimal("0.01")
FIGURES = "test_amounts.py::test_figures"


def rounded(how: str) -> Callable[[Original], Any]:
    return lambda original: lambda amount: amount.quantize(CENT, rounding=how)


def three_lines(original: Any) -> Any:
    """The figures of the first three lines alone."""

    def of(invoice: Any) -> Any:
        terms = replace(invoice.terms, line_items=invoice.terms.line_items[:3])
        return original.fget(replace(invoice, terms=terms))

    return property(of)


def recomputed(**figures: Callable[[Any, Any], Decimal]) -> Callable[[Any], Any]:
    """Some figures by other formulas, and the total from all. Each is given the terms and the right figures."""

    def made(original: Any) -> Any:
        def of(invoice: Any) -> Any:
            right = original.fget(invoice)
            found = replace(right, **{name: figure(invoice, right) for name, figure in figures.items()})
            before = found.sub_total - found.discount + found.tax + found.fees + found.shipping
            return replace(found, total=before + found.surcharge)

        return property(of)

    return made


def surcharged(invoice: Any) -> Any:
    return invoice.card_surcharge_percentage


def line(amount: Callable[[Any], Decimal]) -> Callable[[Any], Any]:
    return lambda original: property(amount)


def in_floats(each: Any) -> Decimal:
    price, quantity, discount = (float(value) for value in (each.unit_price, each.quantity, each.discount_percentage))
    return Decimal(str(round(price * quantity * (1 - discount / 100), 2))).quantize(CENT)


def discounted_first(each: Any) -> Decimal:
    """The discounted price is rounded before it is multiplied."""
    return to_cents(to_cents(each.unit_price * (HUNDRED - each.discount_percentage) / HUNDRED) * each.quantity)


def cut_quantity(each: Any) -> Decimal:
    return to_cents(each.unit_price * each.quantity.quantize(CENT) * (HUNDRED - each.discount_percentage) / HUNDRED)


def rate(name: str) -> Callable[[Any], Decimal]:
    return lambda invoice: getattr(invoice.terms, name) or ZERO


def unsaid_is_nothing(original: Original) -> Any:
    """A line that does not say how many is about none."""

    def lines(value: Any) -> Any:
        pairs = zip(value or (), original(value), strict=True)
        return tuple(made if "quantity" in said else replace(made, quantity=ZERO) for said, made in pairs)

    return lines


def of_the_first_time(original: Original) -> Any:
    """The calculations are made once."""
    kept: dict[str, Any] = {}
    return lambda invoice: kept.setdefault(invoice.id, original(invoice))


def listed_of_the_first_time(original: Original) -> Any:
    """The list does not hear of other totals."""
    kept: dict[str, Any] = {}
    return lambda invoice: {**original(invoice), "totalAmount": kept.setdefault(invoice.id, invoice.amounts.total)}


OF_INVOICE = (model.Invoice, "amounts")
FAULTS = (
    amounts("only three lines count", "getInvoiceCalculations", replaced(*OF_INVOICE, three_lines), FIGURES,
            "INV-AMOUNTS"),
    amounts("everybody pays the surcharge", "getInvoice",
            replaced(model.Invoice, "surcharge_percentage", lambda original: property(surcharged)),
            "test_surcharges.py::test_the_surcharge_goes_with_the_way_of_paying[settled]", "INV-SURCHARGE"),
    amounts("halves are rounded to even", "getInvoiceCalculations",
            replaced(model, "to_cents", rounded(ROUND_HALF_EVEN)),
            "test_amounts.py::test_halves_are_rounded_up[0]", "INV-AMOUNTS"),
    amounts("percentages are rounded half down", "getInvoiceCalculations",
            replaced(*OF_INVOICE, recomputed(tax=lambda invoice, right: (
                (right.sub_total - right.discount) * rate("tax_percentage")(invoice) / HUNDRED
            ).quantize(CENT, rounding=ROUND_HALF_DOWN))),
            "test_amounts.py::test_halves_are_rounded_up[5]", "INV-AMOUNTS"),
    amounts("fees are cut, not rounded", "getInvoiceCalculations",
            replaced(*OF_INVOICE, recomputed(fees=lambda invoice, right: (
                (right.sub_total - right.discount) * rate("fees_percentage")(invoice) / HUNDRED
            ).quantize(CENT, rounding=ROUND_DOWN))), FIGURES, "INV-AMOUNTS"),
    amounts("the discount is taken after the tax", "getInvoiceCalculations",
            replaced(*OF_INVOICE, recomputed(
                tax=lambda invoice, right: percent_of(right.sub_total, rate("tax_percentage")(invoice)))),
            FIGURES, "INV-AMOUNTS"),
    amounts("fees are taken from the tax, too", "getInvoiceCalculations",
            replaced(*OF_INVOICE, recomputed(fees=lambda invoice, right: percent_of(
                right.sub_total - right.discount + right.tax, rate("fees_percentage")(invoice)))),
            FIGURES, "INV-AMOUNTS"),
    amounts("shipping bears no surcharge", "getInvoiceCalculations",
            replaced(*OF_INVOICE, recomputed(surcharge=lambda invoice, right: percent_of(
                right.total - right.surcharge - right.shipping, invoice.surcharge_percentage))),
            "test_surcharges.py::test_the_surcharge_is_taken_from_everything_before_it", "INV-HISTORY"),
    amounts("lines are multiplied in binary floats", "getInvoice", replaced(model.LineItem, "amount", line(in_floats)),
            "test_amounts.py::test_halves_are_rounded_up[0]", "INV-AMOUNTS"),
    amounts("prices are rounded before they are multiplied", "getInvoice",
            replaced(model.LineItem, "amount", line(discounted_first)), FIGURES, "INV-AMOUNTS"),
    amounts("thousandths of a quantity don't count", "getInvoice",
            replaced(model.LineItem, "amount", line(cut_quantity)), FIGURES, "INV-AMOUNTS"),
    amounts("lines without a quantity are nothing", "createInvoice",
            replaced(wire, "_TERMS", lambda known: {
                **known, "lineItems": ("line_items", unsaid_is_nothing(known["lineItems"][1]))}),
            "test_amounts.py::test_figures_of_everything_at_once[0]",
            "INV-AMOUNTS"),
    amounts("percentages have two decimals", "createInvoice",
            replaced(wire, "_TERMS", lambda known: {
                **known, "taxPercentage": ("tax_percentage", lambda value: value and to_cents(Decimal(value)))}),
            FIGURES, "INV-AMOUNTS"),
    amounts("calculations are made once", "getInvoiceCalculations",
            replaced(wire, "calculations_json", of_the_first_time),
            "test_lifecycle.py::test_cell[updateInvoice-Draft]", "INV-AMOUNTS"),
    amounts("the list keeps the first total", "listInvoices",
            replaced(wire, "_list_item_json", listed_of_the_first_time),
            "test_lifecycle.py::test_cell[updateInvoice-Draft]", "INV-AMOUNTS"),
    amounts("shipping is not shown where there is none", "getInvoiceCalculations",
            replaced(wire, "calculations_json",
                     ends_with(lambda shown: {**shown, "shippingAmount": shown["shippingAmount"] or CENT})),
            FIGURES, "INV-AMOUNTS"),
)  # fmt: skip
