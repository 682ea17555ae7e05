"""Surcharges of card processors, and the largest figures an invoice may have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given

from contract_tests import bodies
from contract_tests.examiner import Examiner, contract
from contract_tests.models.amounts import fraction
from contract_tests.properties import examples
from contract_tests.suites.cases import each_case, fixture
from contract_tests.suites.refusals import CHANGES_NOTHING, require_refused
from contract_tests.suites.requests import AMOUNTS
from contract_tests.suites.tracked import Tracked, in_state, new_mark
from contract_tests.workshop import Invoices

CREATE, UPDATE, PUBLISH = "createInvoice", "updateInvoice", "publishInvoice"
SURCHARGE, RANGE = "INV-SURCHARGE", "INV-TOTAL-RANGE"
READ = ("getInvoice", "getInvoiceCalculations", "listInvoices")
MAXIMUM = Decimal(str(contract("invoices").limit(RANGE, "maximum")))
CENT = Decimal("0.01")

Changes = Mapping[str, Any]


_KEPT: dict[str, dict[str, Fraction]] = {}


def processors(examiner: Examiner) -> dict[str, Fraction]:
    """The merchant's card processors in the demo seed of a mock, with their surcharges; asked for once."""
    examiner.require_control("a processor with a surcharge")
    if examiner.tag not in _KEPT:
        invoices = Invoices(examiner)
        merchant = invoices.get(Tracked.draft(invoices).id)["merchantId"]
        _KEPT[examiner.tag] = _of_merchant(merchant)
        examiner.begin()
    return _KEPT[examiner.tag]


def _of_merchant(merchant: str) -> dict[str, Fraction]:
    return {
        each["id"]: fraction(each["surchargePercentage"])
        for each in fixture("seeds/demo.yaml")["processors"]
        if each["kind"] == "card" and each["merchantId"] == merchant
    }


def dearest(known: Mapping[str, Fraction]) -> str:
    return max(known, key=lambda each: known[each])


@pytest.mark.priority(30)
@pytest.mark.proves(SURCHARGE, "INV-AMOUNTS")
@pytest.mark.about(*READ)
@examples(25)
@given(request=AMOUNTS)
def test_the_surcharge_is_taken_from_everything_before_it(examiner: Examiner, request: Changes) -> None:
    examiner.begin()
    known = processors(examiner)
    for processor in known:
        made = Tracked.draft(Invoices(examiner), surcharges=known, **request, cardPaymentProcessorId=processor)
        made.look("getInvoiceCalculations")


CHARGED: Changes = {
    "discountPercentage": 5,
    "taxPercentage": Decimal("8.25"),
    "feesPercentage": 2,
    "shippingAmount": Decimal("17.35"),
}
"""All that a surcharge is taken from."""

WAYS: Mapping[str, Sequence[tuple[str, Changes | None]]] = {
    "published": [],
    "paid by card": [("submitInvoice", None)],
    "marked as paid by card": [("markInvoiceAsPaid", {"paymentMethodTypeId": 1})],
    "marked as paid by check": [("markInvoiceAsPaid", {"paymentMethodTypeId": 2})],
    "marked as paid": [("markInvoiceAsPaid", {"paymentMethodTypeId": None})],
    "settled": [("submitInvoiceAch", None), ("settle", None)],
    "refunded": [("submitInvoiceAch", None), ("settle", None), ("refund", None)],
    "returned": [("submitInvoiceAch", None), ("return", None)],
    "returned and paid by card": [("submitInvoiceAch", None), ("return", None), ("submitInvoice", None)],
    "canceled": [("cancelInvoice", None)],
    "expired": [("expire", None)],
    "told": [("sendInvoiceSms", None)],
}


@pytest.mark.priority(20)
@pytest.mark.proves(SURCHARGE)
@pytest.mark.about(*READ)
@pytest.mark.parametrize("way", [pytest.param(way, id=name) for name, way in WAYS.items()])
def test_the_surcharge_goes_with_the_way_of_paying(
    examiner: Examiner, way: Sequence[tuple[str, Changes | None]]
) -> None:
    known = processors(examiner)
    made = Tracked.draft(Invoices(examiner), surcharges=known, cardPaymentProcessorId=dearest(known), **CHARGED)
    made.act(PUBLISH)
    for action, body in way:
        made.act(action, body)


@pytest.mark.priority(20)
@pytest.mark.proves(SURCHARGE, "INV-PUBLISH-MERGE")
@pytest.mark.about(UPDATE, PUBLISH)
def test_the_surcharge_goes_with_the_processor(examiner: Examiner) -> None:
    known = processors(examiner)
    named = {"cardPaymentProcessorId": dearest(known)}
    made = Tracked.draft(Invoices(examiner), surcharges=known)
    made.act(UPDATE, bodies.invoice(made.mark, **named))
    made.act(UPDATE, bodies.invoice(made.mark))
    made.act(PUBLISH, {"id": made.id, **named})
    made.refused("submitInvoice", bodies.card(Decimal("59.97")), "INV-CARD-AMOUNT", ["TotalAmount"])
    made.act(UPDATE, bodies.invoice(made.mark, cardPaymentProcessorId=min(known, key=lambda each: known[each])))
    made.act("submitInvoice")


def lines(total: Decimal) -> list[Any]:
    """Lines that add up to this; none alone may be as much."""
    most = Decimal("99999999.99")
    return [bodies.line("Ship", 10, most), bodies.line("Boat", 1, total - 10 * most)]


TOO_MUCH: Sequence[Changes] = [
    {"lineItems": lines(MAXIMUM + CENT)},
    {"lineItems": lines(MAXIMUM), "shippingAmount": CENT},
    {"lineItems": lines(MAXIMUM + CENT), "discountPercentage": 50},
    {"lineItems": lines(MAXIMUM), "taxPercentage": Decimal("0.01")},
    {"lineItems": lines(MAXIMUM), "feesPercentage": 100},
    {"lineItems": [bodies.line("Pin", 1, CENT)], "shippingAmount": MAXIMUM},
    {"lineItems": [bodies.line("Fleet", 1000000, Decimal("99999999.99"))]},
]
JUST_ENOUGH: Sequence[Changes] = [
    {"lineItems": lines(MAXIMUM)},
    {"lineItems": lines(MAXIMUM - CENT), "shippingAmount": CENT},
    {"lineItems": lines(MAXIMUM), "discountPercentage": 10, "taxPercentage": 5},
    {"lineItems": [bodies.line("Gift", 1, 0)], "shippingAmount": MAXIMUM},
]


@pytest.mark.priority(20)
@pytest.mark.proves(RANGE, CHANGES_NOTHING)
@pytest.mark.about(CREATE, UPDATE, PUBLISH)
def test_nothing_amounts_to_more_than_a_number_keeps(examiner: Examiner) -> None:
    invoices, mark = Invoices(examiner), new_mark(examiner)
    draft, published = in_state(invoices, "Draft"), in_state(invoices, "Published")
    for changes in each_case(examiner, TOO_MUCH):
        body = bodies.invoice(mark, **changes)
        for operation_id in (CREATE, PUBLISH):
            require_refused(invoices.api.call(operation_id, body=body), RANGE, operation_id)
        draft.refused(UPDATE, body, RANGE)
        published.refused(UPDATE, body, RANGE)
        draft.refused(PUBLISH, {"id": draft.id, **changes}, RANGE)


@pytest.mark.priority(20)
@pytest.mark.proves(RANGE, "INV-AMOUNTS")
@pytest.mark.about(CREATE, UPDATE, PUBLISH)
def test_as_much_as_a_number_keeps_is_fine(examiner: Examiner) -> None:
    invoices = Invoices(examiner)
    for changes in each_case(examiner, JUST_ENOUGH):
        draft = in_state(invoices, "Draft")
        draft.act(UPDATE, bodies.invoice(draft.mark, **changes))
        draft.act(PUBLISH)
        in_state(invoices, "Draft", **changes)
        Tracked.published(invoices, **changes).look(PUBLISH)


@pytest.mark.priority(20)
@pytest.mark.proves(RANGE)
@pytest.mark.about(CREATE)
def test_the_surcharge_counts_too(examiner: Examiner) -> None:
    known = processors(examiner)
    body = bodies.invoice(new_mark(examiner), lineItems=lines(MAXIMUM), cardPaymentProcessorId=dearest(known))
    require_refused(examiner.invoices.call(CREATE, body=body), RANGE, CREATE)
