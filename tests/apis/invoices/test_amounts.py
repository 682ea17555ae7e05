"""The figures of an invoice, against a calculation of their own made from the sentence of rule INV-AMOUNTS."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.apis.invoices.bodies import ACH_PROCESSOR, CARD_PROCESSOR, SURCHARGING
from tests.apis.invoices.steps import accepted, everything, exact, publish, refused
from tests.mock import HARBOR, Caller, Invoices, Mock

SURCHARGES = {None: Decimal(0), CARD_PROCESSOR: Decimal(0), SURCHARGING: Decimal(3)}
WIDE = Context(prec=400, rounding=ROUND_HALF_UP)
MAXIMUM = Decimal("999999999.99")


# The oracle


def cents(amount: Decimal) -> Decimal:
    return WIDE.quantize(amount, Decimal("0.01"))


def percent(amount: Decimal, percentage: Decimal) -> Decimal:
    return cents(WIDE.divide(WIDE.multiply(amount, percentage), Decimal(100)))


def line_amount(line: Mapping[str, Any]) -> Decimal:
    price, quantity = number(line, "unitPrice", 0), number(line, "quantity", 1)
    share = WIDE.subtract(Decimal(1), WIDE.divide(number(line, "discountPercentage", 0), Decimal(100)))
    return cents(WIDE.multiply(WIDE.multiply(price, quantity), share))


def figures(body: Mapping[str, Any]) -> dict[str, Decimal]:
    """What `getInvoiceCalculations` must answer for an unpaid invoice of this body."""
    sub_total = sum((line_amount(line) for line in body.get("lineItems") or []), Decimal(0))
    discount = percent(sub_total, number(body, "discountPercentage", 0))
    base = sub_total - discount
    tax, fees = (percent(base, number(body, name, 0)) for name in ("taxPercentage", "feesPercentage"))
    shipping = number(body, "shippingAmount", 0)
    before = base + tax + fees + shipping
    surcharge_percentage = SURCHARGES[body.get("cardPaymentProcessorId")]
    surcharge = percent(before, surcharge_percentage)
    return {
        "subTotalAmount": sub_total,
        "discountPercentage": number(body, "discountPercentage", 0),
        "discountAmount": discount,
        "taxPercentage": number(body, "taxPercentage", 0),
        "taxAmount": tax,
        "feesPercentage": number(body, "feesPercentage", 0),
        "feesAmount": fees,
        "shippingAmount": shipping,
        "surchargePercentage": surcharge_percentage,
        "surchargeAmount": surcharge,
        "totalAmount": before + surcharge,
    }


def number(members: Mapping[str, Any], name: str, default: int) -> Decimal:
    value = members.get(name)
    return Decimal(default) if value is None else Decimal(str(value))


# What is calculated. Floats of few digits: their texts in JSON are the decimals meant.


def decimals(maximum: str, places: int) -> st.SearchStrategy[float]:
    return st.decimals(0, Decimal(maximum), places=places).map(float)


PERCENTAGES = st.none() | st.sampled_from([0, 0.5, 1, 8.25, 12.5, 33.33, 50, 100]) | decimals("100", 3)
LINES = st.fixed_dictionaries(
    {},
    optional={
        "unitPrice": st.sampled_from([0, 0.01, 0.005, 0.1, 19.99]) | decimals("9999.9999", 4),
        "quantity": st.sampled_from([0, 0.5, 1, 3]) | decimals("999.999", 3),
        "discountPercentage": PERCENTAGES,
    },
)
BODIES = st.fixed_dictionaries(
    {"lineItems": st.lists(LINES, max_size=5)},
    optional={
        "discountPercentage": PERCENTAGES,
        "taxPercentage": PERCENTAGES,
        "feesPercentage": PERCENTAGES,
        "shippingAmount": st.none() | decimals("1000", 2),
        "cardPaymentProcessorId": st.sampled_from(list(SURCHARGES)),
    },
)
FULL = {
    "lineItems": [
        {"unitPrice": 95, "quantity": 10},
        {"unitPrice": 49.9, "quantity": 1, "discountPercentage": 10},
    ],
    "discountPercentage": 5,
    "taxPercentage": 8.25,
    "feesPercentage": 1,
    "shippingAmount": 12.5,
    "cardPaymentProcessorId": SURCHARGING,
}
"""The contract's own example."""


@pytest.fixture(scope="module")
def call(shared_mock: Mock) -> Caller:
    """Harbor calls: it has processors."""
    return shared_mock.caller("invoices", HARBOR)


def create(call: Caller, body: Mapping[str, Any]) -> str:
    return str(accepted(call("POST", "/invoices", body))["id"])


def calculated(call: Caller, body: Mapping[str, Any]) -> dict[str, Any]:
    """The figures of a new draft."""
    return figures_of(call, create(call, body))


def figures_of(call: Caller, invoice_id: str) -> dict[str, Any]:
    found: dict[str, Any] = exact(call("GET", f"/invoices/{invoice_id}/calculations"))
    assert found.pop("id") == invoice_id
    return found


@settings(max_examples=100, deadline=None)
@given(body=BODIES)
@example(body=FULL)
def test_the_figures_are_those_of_the_rule(body: dict[str, Any], call: Caller) -> None:
    assert calculated(call, body) == figures(body)


def test_the_figures_of_the_contracts_example_come_out(call: Caller) -> None:
    examples = call.mock.server.contracts["invoices"].operations["getInvoiceCalculations"].answers["200"].contents
    told = {**examples[0].examples["full"]}
    del told["id"]

    assert calculated(call, FULL) == {name: Decimal(str(value)) for name, value in told.items()}


@settings(max_examples=25, deadline=None)
@given(body=BODIES)
def test_the_invoice_shows_the_figures_of_its_calculations(body: dict[str, Any], call: Caller) -> None:
    invoice_id = create(call, body)

    calculations = exact(call("GET", f"/invoices/{invoice_id}/calculations"))
    invoice = exact(call("GET", f"/invoices/{invoice_id}"))

    assert {name: invoice[name] or 0 for name in calculations.keys() & invoice.keys()} == {
        name: value for name, value in calculations.items() if name in invoice
    }
    assert [line["amount"] for line in invoice["lineItems"]] == [line_amount(each) for each in body["lineItems"]]
    assert invoice["history"][0]["amount"] == calculations["totalAmount"]


@settings(max_examples=25, deadline=None)
@given(body=BODIES)
def test_amounts_have_at_most_two_decimals(body: dict[str, Any], call: Caller) -> None:
    invoice_id = create(call, body)

    for path in (f"/invoices/{invoice_id}", f"/invoices/{invoice_id}/calculations"):
        for name, amount in amounts_in(exact(call("GET", path))):
            assert amount.as_tuple().exponent >= -2, name  # type: ignore[operator]


def amounts_in(value: Any) -> list[tuple[str, Decimal]]:
    if isinstance(value, list):
        return [found for each in value for found in amounts_in(each)]
    if not isinstance(value, dict):
        return []
    here = [(name, each) for name, each in value.items() if name.lower().endswith("amount") and each is not None]
    return here + [found for each in value.values() for found in amounts_in(each)]


@settings(max_examples=25, deadline=None)
@given(before=BODIES, body=BODIES)
def test_updating_amounts_to_what_creating_does(before: dict[str, Any], body: dict[str, Any], call: Caller) -> None:
    invoice_id = create(call, before)

    accepted(call("PUT", f"/invoices/{invoice_id}", body))

    assert figures_of(call, invoice_id) == calculated(call, body)


@settings(max_examples=25, deadline=None)
@given(body=BODIES, data=st.data())
def test_the_order_of_the_lines_does_not_matter(body: dict[str, Any], data: st.DataObject, call: Caller) -> None:
    shuffled = data.draw(st.permutations(body["lineItems"]))

    assert calculated(call, {**body, "lineItems": shuffled}) == calculated(call, body)


@settings(max_examples=25, deadline=None)
@given(body=BODIES, price=decimals("999.99", 2), quantities=st.lists(st.integers(0, 50), min_size=2, max_size=4))
def test_a_line_may_be_split_into_lines_of_equal_price(
    body: dict[str, Any], price: float, quantities: list[int], call: Caller
) -> None:
    split = [{"unitPrice": price, "quantity": each} for each in quantities]
    whole = [{"unitPrice": price, "quantity": sum(quantities)}]

    assert calculated(call, {**body, "lineItems": split}) == calculated(call, {**body, "lineItems": whole})


@pytest.mark.parametrize("member", ["discountPercentage", "taxPercentage", "feesPercentage", "shippingAmount"])
def test_zero_null_and_nothing_amount_to_the_same(member: str, call: Caller) -> None:
    absent = {name: value for name, value in FULL.items() if name != member}

    assert calculated(call, {**FULL, member: 0}) == calculated(call, absent) == calculated(call, {**FULL, member: None})


def test_a_line_without_figures_is_one_of_nothing(call: Caller) -> None:
    invoice = exact(call("GET", f"/invoices/{create(call, {'lineItems': [{}, {'unitPrice': 2}]})}"))

    lines = [(each["quantity"], each["unitPrice"], each["amount"]) for each in invoice["lineItems"]]
    assert lines == [(1, 0, 0), (1, 2, 2)]


def test_an_amount_that_is_sent_with_a_line_is_ignored(call: Caller) -> None:
    assert calculated(call, {"lineItems": [{"unitPrice": 2, "amount": 7}]})["totalAmount"] == 2


# Rounding: half up, at each step


@pytest.mark.parametrize(
    ("line", "amount"),
    [
        ({"unitPrice": 0.0049}, "0.00"),
        ({"unitPrice": 0.005}, "0.01"),
        ({"unitPrice": 0.0149}, "0.01"),
        ({"unitPrice": 0.015}, "0.02"),
        ({"unitPrice": 0.025}, "0.03"),
        ({"unitPrice": 1.005}, "1.01"),
        ({"unitPrice": 2.675}, "2.68"),
        ({"unitPrice": 1.115, "quantity": 3}, "3.35"),
        ({"unitPrice": 0.01, "quantity": 0.5}, "0.01"),
        ({"unitPrice": 0.01, "quantity": 0.49}, "0.00"),
        ({"unitPrice": 0.01, "discountPercentage": 50}, "0.01"),
        ({"unitPrice": 0.01, "discountPercentage": 50.1}, "0.00"),
        ({"unitPrice": 0.03, "discountPercentage": 50}, "0.02"),
        ({"unitPrice": 99999999.99, "discountPercentage": 99.9999999}, "0.10"),
    ],
)
def test_a_line_is_rounded_half_up(line: dict[str, Any], amount: str, call: Caller) -> None:
    assert calculated(call, {"lineItems": [line]})["subTotalAmount"] == Decimal(amount)


@pytest.mark.parametrize(
    ("terms", "figure", "amount"),
    [
        ({"discountPercentage": 0.99}, "discountAmount", "0.00"),
        ({"discountPercentage": 1}, "discountAmount", "0.01"),
        ({"taxPercentage": 0.99}, "taxAmount", "0.00"),
        ({"taxPercentage": 1}, "taxAmount", "0.01"),
        ({"taxPercentage": 5}, "taxAmount", "0.03"),
        ({"feesPercentage": 0.99}, "feesAmount", "0.00"),
        ({"feesPercentage": 1}, "feesAmount", "0.01"),
        ({"cardPaymentProcessorId": SURCHARGING}, "surchargeAmount", "0.02"),
        ({"cardPaymentProcessorId": SURCHARGING, "discountPercentage": 68}, "surchargeAmount", "0.00"),
        ({"cardPaymentProcessorId": SURCHARGING, "discountPercentage": 66}, "surchargeAmount", "0.01"),
    ],
)
def test_each_step_is_rounded_half_up(terms: dict[str, Any], figure: str, amount: str, call: Caller) -> None:
    assert calculated(call, {"lineItems": [{"unitPrice": 0.5}], **terms})[figure] == Decimal(amount)


def test_lines_are_rounded_before_they_are_added(call: Caller) -> None:
    assert calculated(call, {"lineItems": [{"unitPrice": 0.005}] * 4})["subTotalAmount"] == Decimal("0.04")
    assert calculated(call, {"lineItems": [{"unitPrice": 0.004}] * 4})["subTotalAmount"] == Decimal("0.00")


def test_tax_and_fees_are_both_taken_from_what_the_discount_leaves(call: Caller) -> None:
    body = {"lineItems": [{"unitPrice": 100}], "discountPercentage": 20, "taxPercentage": 10, "feesPercentage": 10}

    found = calculated(call, {**body, "shippingAmount": 50})

    assert [found[name] for name in ("taxAmount", "feesAmount", "totalAmount")] == [8, 8, 146]


def test_the_surcharge_is_taken_from_everything_else(call: Caller) -> None:
    found = calculated(call, FULL)

    before = found["totalAmount"] - found["surchargeAmount"]
    assert found["surchargeAmount"] == cents(before * Decimal("0.03"))


def test_shipping_is_rounded_half_up_where_it_is_given(call: Caller) -> None:
    assert [calculated(call, {"shippingAmount": each})["totalAmount"] for each in (0.0049, 0.005, 1.005)] == [
        Decimal(0), Decimal("0.01"), Decimal("1.01"),
    ]  # fmt: skip


# The surcharge goes when the invoice is paid another way


@pytest.mark.parametrize(
    ("actions", "is_borne"),
    [
        ([], True),
        (["cancelInvoice"], True),
        (["expire"], True),
        (["submitInvoice"], True),
        (["submitInvoice", "refund"], True),
        (["submitInvoiceAch"], False),
        (["submitInvoiceAch", "settle"], False),
        (["submitInvoiceAch", "settle", "refund"], False),
        (["submitInvoiceAch", "return"], True),
        (["submitInvoiceAch", "return", "submitInvoice"], True),
        (["markInvoiceAsPaid"], False),
        (["markInvoiceAsPaid", "refund"], False),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, list) else "",
)
def test_the_surcharge_is_borne_until_the_invoice_is_paid_another_way(
    actions: list[str], is_borne: bool, harbor: Invoices
) -> None:
    body = {"lineItems": [{"unitPrice": 200}], "cardPaymentProcessorId": SURCHARGING}
    invoice_id = publish(harbor.call, **body, achPaymentProcessorId=ACH_PROCESSOR)

    for action in actions:
        if action in {"expire", "settle", "return", "refund"}:
            harbor.mock.let_happen(invoice_id, action)
        else:
            accepted(harbor.act(action, invoice_id))

    assert shown(harbor, invoice_id) == [(3, 6, 206) if is_borne else (0, 0, 200)] * 2
    assert harbor.get(invoice_id)["history"][-1]["amount"] == (206 if is_borne else 200)


@pytest.mark.parametrize(("method", "figures"), [(1, (3, 6, 206)), (2, (0, 0, 200)), (None, (0, 0, 200))])
def test_an_invoice_marked_as_paid_bears_the_surcharge_if_a_card_paid_it(
    method: int | None, figures: tuple[int, int, int], harbor: Invoices
) -> None:
    invoice_id = publish(harbor.call, lineItems=[{"unitPrice": 200}], cardPaymentProcessorId=SURCHARGING)

    accepted(harbor.ask("markInvoiceAsPaid", invoice_id, paymentMethodTypeId=method))

    assert shown(harbor, invoice_id) == [figures] * 2


def test_the_surcharge_goes_with_its_processor(harbor: Invoices) -> None:
    lines = [{"unitPrice": 200}]
    invoice_id = publish(harbor.call, lineItems=lines, cardPaymentProcessorId=SURCHARGING)

    accepted(harbor.call("PUT", f"/invoices/{invoice_id}", {"lineItems": lines}))

    assert shown(harbor, invoice_id) == [(0, 0, 200)] * 2


def test_the_list_shows_the_total_with_the_surcharge(harbor: Invoices) -> None:
    note = "only this one: b61c0d0e"
    publish(harbor.call, lineItems=[{"unitPrice": 200}], cardPaymentProcessorId=SURCHARGING, additionalNotes=note)

    listed = accepted(harbor.call("GET", "/invoices", params={"search": note}))["items"]

    assert [each["totalAmount"] for each in listed] == [206]


def shown(invoices: Invoices, invoice_id: str) -> list[Any]:
    """Surcharge in percent, surcharge and total, as the invoice and as its calculations have them."""
    answers = [exact(invoices.call("GET", f"/invoices/{invoice_id}{more}")) for more in ("", "/calculations")]
    names = ("surchargePercentage", "surchargeAmount", "totalAmount")
    return [tuple(answer[name] for name in names) for answer in answers]


# The largest figures


EDGES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "lines": (
        {"lineItems": [{"unitPrice": 99999999.99, "quantity": 10}, {"unitPrice": 0.09}]},
        {"lineItems": [{"unitPrice": 99999999.99, "quantity": 10}, {"unitPrice": 0.10}]},
    ),
    "shipping": (
        {"shippingAmount": 999999999.98, "lineItems": [{"unitPrice": 0.01}]},
        {"shippingAmount": 999999999.99, "lineItems": [{"unitPrice": 0.01}]},
    ),
    "tax": (
        {"shippingAmount": 999999997.99, "lineItems": [{"unitPrice": 1}], "taxPercentage": 100},
        {"shippingAmount": 999999998, "lineItems": [{"unitPrice": 1}], "taxPercentage": 100},
    ),
}
OPERATIONS = ["createInvoice", "updateInvoice", "publishInvoice", "publishInvoice of a draft"]


def ask(invoices: Invoices, operation: str, draft: str, body: Mapping[str, Any]) -> Any:
    method, path, more = {
        "createInvoice": ("POST", "/invoices", {}),
        "updateInvoice": ("PUT", f"/invoices/{draft}", {}),
        "publishInvoice": ("POST", "/invoices/publish", {}),
        "publishInvoice of a draft": ("POST", "/invoices/publish", {"id": draft}),
    }[operation]
    return invoices.call(method, path, {**body, **more})


@pytest.mark.parametrize("edge", EDGES)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_total_may_be_the_maximum_and_not_a_cent_more(operation: str, edge: str, invoices: Invoices) -> None:
    within, beyond = EDGES[edge]
    draft = invoices.create()
    before = everything(invoices)

    assert "LineItems" in refused(ask(invoices, operation, draft, beyond), "INV-TOTAL-RANGE")["errors"]
    assert everything(invoices) == before
    accepted(ask(invoices, operation, draft, within))
    assert MAXIMUM in [each["totalAmount"] for each in exact(invoices.call("GET", "/invoices"))["items"]]


def test_the_surcharge_counts_towards_the_maximum(call: Caller) -> None:
    largest = {"shippingAmount": 970873786.4, "cardPaymentProcessorId": SURCHARGING}

    assert calculated(call, largest)["totalAmount"] == MAXIMUM
    refused(call("POST", "/invoices", {**largest, "shippingAmount": 970873786.41}), "INV-TOTAL-RANGE")


def test_a_sub_total_may_be_the_maximum_and_not_a_cent_more_whatever_the_discount(call: Caller) -> None:
    lines = [{"unitPrice": 99999999.99, "quantity": 10}, {"unitPrice": 0.09}]

    found = calculated(call, {"lineItems": lines, "discountPercentage": 50})
    assert (found["subTotalAmount"], found["totalAmount"]) == (MAXIMUM, Decimal("499999999.99"))
    more = {"lineItems": [*lines, {"unitPrice": 0.01}], "discountPercentage": 50}
    refused(call("POST", "/invoices", more), "INV-TOTAL-RANGE")


@pytest.mark.parametrize("quantity", [9.5, 999.5, 99_999.5, 999_999.5, 1_000_000])
def test_figures_that_a_discount_takes_away_are_exact_too_or_refused(quantity: float, call: Caller) -> None:
    lines = [{"unitPrice": 99999999.99, "quantity": quantity}]
    body = {"lineItems": lines, "discountPercentage": 100, "shippingAmount": 0.01}

    answer = call("POST", "/invoices", body)

    if answer.status_code == 200:
        assert figures_of(call, answer.json()["id"]) == figures(body)
    else:
        refused(answer, "INV-TOTAL-RANGE")
