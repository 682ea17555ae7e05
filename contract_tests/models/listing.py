"""Which invoices a list shows, and in which order, worked out from the invoices themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from contract_tests.models.amounts import fraction
from contract_tests.models.comparing import instant

Json = Mapping[str, Any]
Key = Callable[[Json], Any]

RANGES = {"issueDate": "issueDate", "dueDate": "dueDate", "paymentDate": "paymentDate"}
DEFAULT_PAGE, DEFAULT_SIZE = 1, 20


def customer_name(customer: Json | None) -> str | None:
    """First and last name, or else the company's, as the list shows it."""
    known = customer or {}
    name = " ".join(part for part in (known.get("firstName"), known.get("lastName")) if part)
    return name or known.get("companyName")


ORDERS: Mapping[str, Key] = {
    "number": lambda invoice: invoice.get("number"),
    "status": lambda invoice: invoice["status"],
    "issueDate": lambda invoice: instant(invoice.get("issueDate")),
    "dueDate": lambda invoice: instant(invoice.get("dueDate")),
    "paymentDate": lambda invoice: instant(invoice.get("paymentDate")),
    "totalAmount": lambda invoice: fraction(invoice["totalAmount"]),
    "customerName": lambda invoice: customer_name(invoice.get("customer")),
}
"""By what invoices are ordered; the value that is compared."""


def created_at(invoice: Json) -> Any:
    """When it was made: its history begins with that."""
    return instant(invoice["history"][0]["dateTime"])


def fits(invoice: Json, query: Json) -> bool:
    """Whether an invoice is in every range and the status that is asked for; ranges include both ends."""
    if query.get("status") is not None and invoice["status"] != query["status"]:
        return False
    return all(_is_within(instant(invoice.get(name)), query, name) for name in RANGES)


def _is_within(value: Any, query: Json, name: str) -> bool:
    start, end = instant(query.get(f"{name}From")), instant(query.get(f"{name}To"))
    if start is None and end is None:
        return True
    return value is not None and (start is None or start <= value) and (end is None or value <= end)


def is_found(invoice: Json, text: str) -> bool:
    """Whether a text stands in one of the fields that are searched, case ignored."""
    customer = invoice.get("customer") or {}
    places = [invoice.get("number"), customer_name(customer), customer.get("companyName")]
    places += [customer.get("email"), invoice.get("additionalNotes")]
    return any(text.casefold() in str(each).casefold() for each in places if each)


def orders(invoices: Sequence[Json], query: Json) -> list[list[str]]:
    """The ids in the order asked for. Of descending orders the contract leaves open which way ties are broken."""
    key = ORDERS.get(str(query.get("orderBy")), created_at)
    is_ascending = query.get("asc", True)
    by_id = sorted(invoices, key=lambda each: str(each["id"]))
    present = [each for each in by_id if key(each) is not None]
    absent = [str(each["id"]) for each in by_id if key(each) is None]
    if is_ascending:
        return [[*(str(each["id"]) for each in sorted(present, key=key)), *absent]]
    ties_kept = [str(each["id"]) for each in sorted(present, key=key, reverse=True)]
    ties_turned = [str(each["id"]) for each in sorted(present, key=key)[::-1]]
    return [[*absent, *ties_kept], [*reversed(absent), *ties_turned]]


def page_of(ids: Sequence[str], query: Json) -> list[str]:
    """The part of a list that a page shows."""
    size = query.get("pageSize", DEFAULT_SIZE)
    start = (query.get("page", DEFAULT_PAGE) - 1) * size
    return list(ids[start : start + size])
