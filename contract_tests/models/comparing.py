"""Where an invoice that was read differs from what it should be, and which rule each difference breaks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from contract_tests.broken import Difference
from contract_tests.models.amounts import Figures, fraction, line_amount
from contract_tests.models.invoice import GIVEN_BY_SERVER, NEW, PUBLISHED_FIELDS, Entry, Known
from openapi import Lifecycle

Json = Mapping[str, Any]

TEXTS = ("additionalNotes", "cardPaymentProcessorId", "achPaymentProcessorId", "merchantContactInfoId")
PERCENTAGES = ("taxPercentage", "feesPercentage", "discountPercentage")
LINE_TEXTS = ("name", "description", "code", "measurementUnit")
LINE_NUMBERS = {"quantity": 1, "unitPrice": 0, "discountPercentage": 0}
FIGURES_OF_INVOICE = ("subTotalAmount", "surchargeAmount", "totalAmount")
SAME_TIME = timedelta(seconds=60)
"""How far apart the time of an event and of its entry in the history may be."""

PAYING_EVENTS = frozenset({"markedAsPaid", "cardPaymentApproved", "achPaymentSettled"})


def deviations(known: Known, invoice: Json, lifecycle: Lifecycle, before: Json | None = None) -> Iterator[Difference]:
    """Every difference; `before`: the invoice as it was read the last time, whose given fields must stay."""
    number = lifecycle.states[known.state]
    if invoice["status"] != number:
        yield Difference("/status", number, invoice["status"])
    yield from _term_deviations(known, invoice)
    yield from _line_deviations(known, invoice)
    yield from _given_deviations(known, invoice, before)
    yield from _history_deviations(known, invoice, lifecycle)
    yield from _payer_deviations(known, invoice)
    found = chosen(known, fraction(invoice["totalAmount"]))
    yield from figure_deviations(found, invoice, FIGURES_OF_INVOICE)


def chosen(known: Known, total: Any) -> Figures:
    """Of the figures an invoice may have, those with this total, or the first."""
    return next((each for each in known.figures if each.totalAmount == total), known.figures[0])


def figure_deviations(expected: Figures, received: Json, names: tuple[str, ...] = ()) -> Iterator[Difference]:
    for name, value in asdict(expected).items():
        if (not names or name in names) and fraction(received.get(name)) != value:
            yield Difference(f"/{name}", shown(value), shown(fraction(received.get(name))))


def shown(value: Any) -> str:
    """An amount as people write it."""
    return f"{float(value):.3f}".rstrip("0").rstrip(".")


def instant(text: Any) -> datetime | None:
    """The instant of a date or a date and time; `None` for none."""
    if text is None:
        return None
    found = datetime.fromisoformat(str(text).upper())
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _term_deviations(known: Known, invoice: Json) -> Iterator[Difference]:
    terms = known.terms
    for name in TEXTS:
        if (terms.get(name) or None) != (invoice.get(name) or None):
            yield Difference(f"/{name}", terms.get(name), invoice.get(name))
    for name in (*PERCENTAGES, "shippingAmount"):
        if fraction(terms.get(name)) != fraction(invoice.get(name)):
            yield Difference(f"/{name}", terms.get(name), invoice.get(name))
    if instant(terms.get("dueDate")) != instant(invoice.get("dueDate")):
        yield Difference("/dueDate", terms.get("dueDate"), invoice.get("dueDate"))
    faster = "achAllowFasterProcessing"
    if bool(terms.get(faster)) != bool(invoice.get(faster)):
        yield Difference(f"/{faster}", terms.get(faster), invoice.get(faster))


def _line_deviations(known: Known, invoice: Json) -> Iterator[Difference]:
    expected, received = known.terms.get("lineItems") or [], invoice["lineItems"]
    if len(expected) != len(received):
        yield Difference("/lineItems", f"{len(expected)} lines", f"{len(received)} lines")
        return
    if len({line["id"] for line in received}) != len(received):
        yield Difference("/lineItems/*/id", "ids of their own", [line["id"] for line in received])
    for index, (line, other) in enumerate(zip(expected, received, strict=True)):
        place = f"/lineItems/{index}"
        for name in LINE_TEXTS:
            if line.get(name) != other.get(name):
                yield Difference(f"{place}/{name}", line.get(name), other.get(name))
        for name, default in LINE_NUMBERS.items():
            if fraction(line.get(name), default) != fraction(other.get(name), default):
                yield Difference(f"{place}/{name}", line.get(name, default), other.get(name))
        if line.get("id") and str(line["id"]).lower() != str(other["id"]).lower():
            yield Difference(f"{place}/id", line["id"], other["id"])
        if line_amount(line) != fraction(other["amount"]):
            yield Difference(f"{place}/amount", shown(line_amount(line)), shown(fraction(other["amount"])))


def _given_deviations(known: Known, invoice: Json, before: Json | None) -> Iterator[Difference]:
    for name in sorted(GIVEN_BY_SERVER):
        value, earlier = invoice.get(name), (before or {}).get(name)
        if name not in known.has:
            if value is not None:
                yield Difference(f"/{name}", None, value)
        elif value is None or value == "":
            yield Difference(f"/{name}", earlier or "a value", value)
        elif earlier is not None and value != earlier:
            yield Difference(f"/{name}", earlier, value)
    if (invoice.get("paymentMethodTypeId") or None) != known.method:
        yield Difference("/paymentMethodTypeId", known.method, invoice.get("paymentMethodTypeId"))
    if invoice["markedAsPaid"] != known.is_marked:
        yield Difference("/markedAsPaid", known.is_marked, invoice["markedAsPaid"])
    if before is not None and invoice["merchantId"] != before["merchantId"]:
        yield Difference("/merchantId", before["merchantId"], invoice["merchantId"])


def _history_deviations(known: Known, invoice: Json, lifecycle: Lifecycle) -> Iterator[Difference]:
    received = invoice["history"]
    expected = known.history
    if known.is_one_step and len(received) == len(expected) - 1:
        expected = expected[1:]
    events = [entry.event for entry in expected]
    if [each["event"] for each in received] != events:
        yield Difference("/history/*/event", events, [each["event"] for each in received])
        return
    yield from (each for pair in zip(expected, received, strict=True) for each in _entry_deviations(*pair, lifecycle))
    times = [instant(each["dateTime"]) or datetime.max for each in received]
    if times != sorted(times):
        yield Difference("/history/*/dateTime", "oldest first", [each["dateTime"] for each in received])
    if len({each["id"] for each in received}) != len(received):
        yield Difference("/history/*/id", "ids of their own", [each["id"] for each in received])
    yield from _time_deviations(known, invoice)


def _entry_deviations(entry: Entry, received: Json, lifecycle: Lifecycle) -> Iterator[Difference]:
    if received["status"] != lifecycle.states[entry.state]:
        yield Difference(f"/history/{entry.event}/status", lifecycle.states[entry.state], received["status"])
    if fraction(received["amount"]) not in entry.totals:
        totals = " or ".join(shown(each) for each in sorted(entry.totals))
        yield Difference(f"/history/{entry.event}/amount", totals, shown(fraction(received["amount"])))


def _time_deviations(known: Known, invoice: Json) -> Iterator[Difference]:
    """What is dated must have happened then, as the history tells."""
    for name, events in (("issueDate", {"published"}), ("paymentDate", PAYING_EVENTS)):
        told = [each["dateTime"] for each in invoice["history"] if each["event"] in events]
        value = instant(invoice.get(name))
        if name not in known.has or value is None or not told:
            continue
        then = instant(told[-1])
        if then is not None and abs(value - then) > SAME_TIME:
            yield Difference(f"/{name}", told[-1], invoice.get(name))


def _payer_deviations(known: Known, invoice: Json) -> Iterator[Difference]:
    """Whose invoice it is. What nobody has said of a customer is not known, and may be anything."""
    received = invoice.get("customerId")
    customer = invoice.get("customer") or {}
    is_right = received is not None if known.customer_id == NEW else received == known.customer_id
    if not is_right:
        yield Difference("/customerId", known.customer_id, received)
    if customer.get("id") != received:
        yield Difference("/customer/id", received, customer.get("id"))
    yield from _customer_deviations("/customer", known.customer, customer)


def _customer_deviations(place: str, expected: Json, received: Json) -> Iterator[Difference]:
    for name, value in expected.items():
        if isinstance(value, Mapping):
            yield from _customer_deviations(f"{place}/{name}", value, received.get(name) or {})
        elif value != received.get(name):
            yield Difference(f"{place}/{name}", value, received.get(name))


_BY_SCHEMA = frozenset((*TEXTS, *PERCENTAGES, "shippingAmount", "dueDate", "lineItems", "customer", "customerId"))
"""What requests say."""

_PUBLISH = "INV-PUBLISH-FIELDS"
_FIELD_RULES: Mapping[str, Mapping[str, str]] = {
    "publishInvoice": dict.fromkeys(PUBLISHED_FIELDS, _PUBLISH),
    "markInvoiceAsPaid": dict.fromkeys(("markedAsPaid", "paymentDate", "paymentMethodTypeId"), "INV-MARK-PAID-FIELDS"),
    "submitInvoice": dict.fromkeys(("transactionId", "paymentDate", "paymentMethodTypeId"), "INV-CARD-FIELDS"),
    "submitInvoiceAch": dict.fromkeys(("transactionId", "paymentDate", "paymentMethodTypeId"), "INV-ACH-FIELDS"),
    "settle": {"paymentDate": "INV-ACH-FIELDS", "": "INV-ACH-SETTLES"},
    "return": {"": "INV-ACH-RETURNS"},
    "refund": {"": "INV-REFUND"},
    "expire": {"": "INV-EXPIRES"},
    "decline": {"": "INV-CARD-DECLINE"},
}
"""For each action the rules about fields; under "" that of all others."""


def rule_of(place: str, action: str, lifecycle_rule: str | None) -> str:
    """The rule that a difference at a place breaks, after an action that the lifecycle allows by a rule."""
    name = place.split("/")[1] if place.startswith("/") else place
    if name == "status" and lifecycle_rule:
        return lifecycle_rule
    if name == "history":
        return "INV-HISTORY"
    if name.startswith("surcharge"):
        return "INV-SURCHARGE"
    if (name.endswith("Amount") and name != "shippingAmount") or place.endswith("/amount"):
        return "INV-AMOUNTS"
    if name.startswith("customer") and action == "createInvoice":
        return "INV-CUSTOMER-CREATED"
    if name in _BY_SCHEMA and action == "publishInvoice":
        return "INV-PUBLISH-MERGE"
    rules = _FIELD_RULES.get(action, {})
    return rules.get(name) or rules.get("") or f"SCHEMA:{action}:{name}"
