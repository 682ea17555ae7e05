"""The reference model of invoices says what the contract says, told by hand-made cases."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from contract_tests.models import listing
from contract_tests.models.comparing import deviations
from contract_tests.models.invoice import NEW, Known, ask, created, declined, published_at_once
from contract_tests.models.serial import Call, ends
from openapi import Refusal, contract_file, read_contract

CONTRACT = read_contract(contract_file("invoices"))
LIFECYCLE = CONTRACT.lifecycles["invoice"]
BODY: dict[str, Any] = {
    "additionalNotes": "Thanks",
    "taxPercentage": 10,
    "lineItems": [{"name": "Rope", "quantity": 3, "unitPrice": Decimal("19.99")}],
    "customer": {"firstName": "Ada", "lastName": "Byron"},
}
TOTAL = Decimal("65.97")
PROCESSOR = "04650d97-03bd-4070-9c56-275cd21b885b"
WAYS = {
    "Draft": [],
    "Published": ["publishInvoice"],
    "Paid": ["publishInvoice", "markInvoiceAsPaid"],
    "Expired": ["publishInvoice", "expire"],
    "Canceled": ["publishInvoice", "cancelInvoice"],
    "ProcessingPayment": ["publishInvoice", "submitInvoiceAch"],
    "Refunded": ["publishInvoice", "markInvoiceAsPaid", "refund"],
}


def money(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)


def after(*actions: str, start: Known | None = None) -> Known:
    known = start or created(BODY)
    for action in actions:
        known = happened(known, action)
    return known


def happened(known: Known, action: str) -> Known:
    body = {"totalAmount": money(max(known.totals))} if action == "submitInvoice" else {}
    outcome = ask(CONTRACT, known, action, body)
    assert not outcome.rules
    assert outcome.known is not None
    return outcome.known


@pytest.mark.parametrize("cell", list(LIFECYCLE.cells()), ids=lambda cell: f"{cell.action}-{cell.pointer}")
def test_every_cell_of_the_lifecycle_is_followed(cell: Any) -> None:
    state = cell.state if isinstance(cell, Refusal) else cell.source
    known = after(*WAYS[state])
    outcome = ask(CONTRACT, known, cell.action, {**BODY, "totalAmount": TOTAL})
    if isinstance(cell, Refusal):
        assert (outcome.known, outcome.rules) == (known, (cell.rule,))
    else:
        assert outcome.rules == ()
        assert (outcome.known.state if outcome.known else "absent") in cell.targets


def test_an_invoice_that_is_not_there_is_unknown() -> None:
    assert ask(CONTRACT, None, "cancelInvoice").rules == (LIFECYCLE.absent_rule,)


def test_a_history_grows_by_one_entry_for_each_event() -> None:
    known = after("publishInvoice", "sendInvoiceSms", "submitInvoiceAch", "return", "cancelInvoice")
    assert [(each.event, each.state) for each in known.history] == [
        ("created", "Draft"),
        ("published", "Published"),
        ("smsSent", "Published"),
        ("achPaymentSubmitted", "ProcessingPayment"),
        ("achPaymentReturned", "Published"),
        ("canceled", "Canceled"),
    ]


def test_a_decline_changes_the_history_alone() -> None:
    known = after("publishInvoice")
    refused = declined(known)
    assert refused.history[-1].event == "cardPaymentDeclined"
    assert (refused.state, refused.method, refused.has) == (known.state, None, known.has)


@pytest.mark.parametrize("amount", [TOTAL + Decimal("0.01"), TOTAL - Decimal("0.01"), None])
def test_a_card_pays_exactly_the_total(amount: Decimal | None) -> None:
    known = after("publishInvoice")
    assert ask(CONTRACT, known, "submitInvoice", {"totalAmount": amount}).rules == ("INV-CARD-AMOUNT",)
    assert ask(CONTRACT, known, "submitInvoice", {"totalAmount": TOTAL}).rules == ()


@pytest.mark.parametrize(
    ("changes", "rules"),
    [
        ({"lineItems": []}, ("INV-PUBLISH-LINES", "INV-PUBLISH-TOTAL")),
        ({"lineItems": [], "shippingAmount": 1}, ("INV-PUBLISH-LINES",)),
        ({"discountPercentage": 100}, ("INV-PUBLISH-TOTAL",)),
        ({"shippingAmount": Decimal("999999999.99")}, ("INV-TOTAL-RANGE",)),
        ({"lineItems": [{"unitPrice": Decimal("0.01")}]}, ()),
    ],
)
def test_publishing_judges_what_is_merged(changes: dict[str, Any], rules: tuple[str, ...]) -> None:
    assert ask(CONTRACT, created(BODY), "publishInvoice", changes).rules == rules


def test_publishing_merges_and_updating_replaces() -> None:
    draft = created(BODY)
    merged = ask(CONTRACT, draft, "publishInvoice", {"shippingAmount": 5, "customer": {"lastName": "King"}}).known
    replaced = ask(CONTRACT, draft, "updateInvoice", {"shippingAmount": 5}).known
    assert merged is not None
    assert replaced is not None
    assert (merged.terms["taxPercentage"], merged.terms["shippingAmount"]) == (10, 5)
    assert merged.customer == {"firstName": "Ada", "lastName": "King"}
    assert replaced.terms == {"shippingAmount": 5}
    assert (replaced.customer, replaced.customer_id) == ({}, None)


def test_another_customer_brings_none_of_the_fields_of_the_one_before() -> None:
    other = {"customerId": PROCESSOR.upper(), "customer": {"email": "x@example.com"}}
    changed = ask(CONTRACT, created(BODY), "updateInvoice", {**BODY, **other}).known
    assert changed is not None
    assert (changed.customer, changed.customer_id) == ({"email": "x@example.com"}, PROCESSOR)
    assert created(BODY).customer_id == NEW


@pytest.mark.parametrize(
    ("actions", "body", "percentages"),
    [
        (["publishInvoice"], {}, {3}),
        (["publishInvoice", "submitInvoice"], {}, {3}),
        (["publishInvoice", "submitInvoiceAch"], {}, {0, 3}),
        (["publishInvoice", "submitInvoiceAch", "settle"], {}, {0}),
        (["publishInvoice", "submitInvoiceAch", "return"], {}, {3}),
        (["publishInvoice", "cancelInvoice"], {}, {3}),
        (["publishInvoice", "markInvoiceAsPaid"], {}, {0}),
    ],
)
def test_the_surcharge_goes_with_the_way_of_paying(actions: list[str], body: Any, percentages: set[int]) -> None:
    start = created({**BODY, "cardPaymentProcessorId": PROCESSOR}, {PROCESSOR: Fraction(3)})
    known = after(*actions, start=start)
    surcharge = Fraction(198, 100)  # 3 % of 65.97, rounded
    assert {each.surchargeAmount for each in known.figures} == {surcharge if each else 0 for each in percentages}


def read(known: Known) -> dict[str, Any]:
    """The invoice as an API would show it."""
    events = [
        {
            "id": str(number),
            "event": each.event,
            "status": LIFECYCLE.states[each.state],
            "amount": money(max(each.totals)),
            "dateTime": f"2026-03-02T09:30:{number:02d}Z",
        }
        for number, each in enumerate(known.history)
    ]
    figures = known.figures[0]
    given = {name: "2026-03-02T09:30:01Z" if name.endswith("Date") else name for name in known.has}
    lines = [{**line, "id": str(number), "amount": Decimal("59.97")} for number, line in enumerate(BODY["lineItems"])]
    return {
        **BODY,
        **given,
        "lineItems": lines,
        "status": LIFECYCLE.states[known.state],
        "markedAsPaid": known.is_marked,
        "paymentMethodTypeId": known.method,
        "customerId": PROCESSOR,
        "customer": {**known.customer, "id": PROCESSOR},
        "merchantId": "m",
        "history": events,
        **{name: money(getattr(figures, name)) for name in ("subTotalAmount", "surchargeAmount", "totalAmount")},
    }


CHANGED = [
    ("status", 5, "/status"),
    ("totalAmount", Decimal("65.98"), "/totalAmount"),
    ("number", None, "/number"),
    ("transactionId", "x", "/transactionId"),
    ("issueDate", "2026-03-01T09:30:01Z", "/issueDate"),
    ("markedAsPaid", True, "/markedAsPaid"),
    ("paymentMethodTypeId", 1, "/paymentMethodTypeId"),
    ("taxPercentage", 11, "/taxPercentage"),
    ("additionalNotes", "Thank", "/additionalNotes"),
    ("dueDate", "2026-03-02T09:30:01Z", "/dueDate"),
    ("customerId", None, "/customerId"),
    ("customer", {"id": PROCESSOR, "firstName": "Eva", "lastName": "Byron"}, "/customer/firstName"),
    ("lineItems", [], "/lineItems"),
    ("history", [], "/history/*/event"),
]


def test_an_invoice_as_it_should_be_has_no_deviations() -> None:
    known = after("publishInvoice")
    assert list(deviations(known, read(known), LIFECYCLE, read(known))) == []


@pytest.mark.parametrize(("name", "value", "pointer"), CHANGED)
def test_each_deviation_is_told(name: str, value: Any, pointer: str) -> None:
    known = after("publishInvoice")
    found = [each.pointer for each in deviations(known, {**read(known), name: value}, LIFECYCLE)]
    assert pointer in found


def test_what_was_given_once_must_stay() -> None:
    known = after("publishInvoice")
    before = {**read(known), "token": "another"}
    assert [each.pointer for each in deviations(known, read(known), LIFECYCLE, before)] == ["/token"]


def test_publishing_at_once_may_leave_out_the_draft() -> None:
    known = published_at_once(BODY)
    whole = read(known)
    assert list(deviations(known, whole, LIFECYCLE)) == []
    assert list(deviations(known, {**whole, "history": whole["history"][1:]}, LIFECYCLE)) == []


def call(action: str, is_done: bool = True) -> Call:
    return Call(action, {}, is_done)


@pytest.mark.parametrize(
    ("calls", "states"),
    [
        ([call("cancelInvoice"), call("cancelInvoice", False)], {"Canceled"}),
        ([call("cancelInvoice"), call("cancelInvoice")], set()),
        ([call("cancelInvoice"), call("markInvoiceAsPaid", False)], {"Canceled"}),
        ([call("cancelInvoice"), call("markInvoiceAsPaid")], set()),
        ([call("cancelInvoice", False), call("markInvoiceAsPaid", False)], set()),
        ([call("sendInvoiceSms"), call("cancelInvoice")], {"Canceled"}),
    ],
)
def test_parallel_calls_end_as_in_some_order(calls: list[Call], states: set[str]) -> None:
    found = list(ends(CONTRACT, after("publishInvoice"), calls))
    assert {each.state for each in found if each} == states


INVOICES: list[dict[str, Any]] = [
    {"id": "b", "status": 1, "totalAmount": 5, "dueDate": "2026-01-02T00:00:00Z", "customer": {"companyName": "Zulu"},
     "history": [{"dateTime": "2026-01-01T00:00:00Z"}]},
    {"id": "a", "status": 2, "totalAmount": 5, "dueDate": None, "customer": None, "number": "INV-1",
     "history": [{"dateTime": "2026-01-02T00:00:00Z"}]},
    {"id": "c", "status": 2, "totalAmount": 4, "dueDate": "2026-01-01T00:00:00Z", "customer": {"firstName": "Ñandú"},
     "history": [{"dateTime": "2026-01-03T00:00:00Z"}]},
]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "orders"),
    [
        ({}, ["bac"]),
        ({"asc": False}, ["cab"]),
        ({"orderBy": "totalAmount"}, ["cab"]),
        ({"orderBy": "totalAmount", "asc": False}, ["abc", "bac"]),
        ({"orderBy": "dueDate"}, ["cba"]),
        ({"orderBy": "dueDate", "asc": False}, ["abc"]),
        ({"orderBy": "customerName"}, ["bca"]),
    ],
)
def test_orders(query: dict[str, Any], orders: list[str]) -> None:
    found = {"".join(each) for each in listing.orders(INVOICES, query)}
    assert found == set(orders)


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ({}, "bac"),
        ({"status": 2}, "ac"),
        ({"dueDateFrom": "2026-01-02T00:00:00Z"}, "b"),
        ({"dueDateFrom": "2026-01-02T00:00:01Z"}, ""),
        ({"dueDateTo": "2026-01-01T00:00:00Z"}, "c"),
        ({"dueDateTo": "2026-01-01T01:00:00+02:00"}, ""),
    ],
)
def test_filters_include_both_ends(query: dict[str, Any], ids: str) -> None:
    assert "".join(each["id"] for each in INVOICES if listing.fits(each, query)) == ids


@pytest.mark.parametrize(("text", "ids"), [("ñANDÚ", "c"), ("zul", "b"), ("inv-1", "a"), ("x", "")])
def test_search_ignores_case(text: str, ids: str) -> None:
    assert "".join(each["id"] for each in INVOICES if listing.is_found(each, text)) == ids


@pytest.mark.parametrize(
    ("query", "ids"), [({"pageSize": 2}, "ba"), ({"pageSize": 2, "page": 2}, "c"), ({"page": 9}, "")]
)
def test_pages(query: dict[str, Any], ids: str) -> None:
    assert "".join(listing.page_of(["b", "a", "c"], query)) == ids
