"""Lists of invoices that lack some, have others, or have them in another order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import groupby
from typing import Any

from mock_server.apis.invoices import service, wire
from mock_server.core.records import Condition, Page, Query
from tests.faults.fault import Fault, Kind, Original, replaced, together
from tests.faults.replacing import ends_with, listed, listing, without_conditions

lists = partial(Fault, Kind.LISTING)
FIND = (service, "find")
PAGES = "test_listing.py::test_pages_are_a_partition"


def pages(size: int) -> str:
    return f"{PAGES}[{size}]"


def ranges(name: str) -> str:
    return f"test_listing.py::test_ranges_include_both_ends[{name}]"


def orders(name: str, direction: str) -> str:
    return f"test_listing.py::test_orders[{name}-{direction}]"


def finding(make: Callable[[Original], Any]) -> Any:
    return replaced(*FIND, make)


def open_ends(query: Query) -> Query:
    return replace(query, where=[replace(each, operator=each.operator.rstrip("=") or "=") for each in query.where])


def open_end_of(column: str, operator: str) -> Callable[[Query], Query]:
    """One end of one range excludes its value."""

    def change(each: Condition) -> Condition:
        is_meant = each.column == column and each.operator == operator
        return replace(each, operator=operator[0]) if is_meant else each

    return lambda query: replace(query, where=[change(each) for each in query.where])


def whole_days(query: Query) -> Query:
    """A range of due dates begins at midnight."""

    def change(each: Condition) -> Condition:
        if each.column != "due_date" or each.operator != ">=" or not isinstance(each.value, datetime):
            return each
        return replace(each, value=each.value.replace(hour=0, minute=0, second=0))

    return replace(query, where=[change(each) for each in query.where])


def counted_without_search(original: Original) -> Any:
    """The total was counted before the text was looked for."""

    def find(services: Any, merchant_id: str, query: Query) -> Page[Any]:
        found = original(services, merchant_id, query)
        return Page(found.items, original(services, merchant_id, replace(query, search=None)).total)

    return find


def ties_turned(page: Page[Any], query: Query) -> Page[Any]:
    """Invoices of one status come in whatever order."""
    if query.order_by != "status":
        return page
    groups = [list(group) for _, group in groupby(page.items, key=lambda each: each.status)]
    return Page([each for group in groups for each in reversed(group)], page.total)


def missing_first(page: Page[Any], query: Query) -> Page[Any]:
    """What has no due date comes first, also when ascending."""
    if query.order_by != "due_date":
        return page
    return Page(sorted(page.items, key=lambda each: each.terms.due_date is not None), page.total)


def full_page_cut(page: Page[Any], query: Query) -> Page[Any]:
    """The last page lacks its last invoice, where it is a full one."""
    is_last = (query.offset or 0) + len(page.items) == page.total and len(page.items) == query.limit
    return Page(page.items[:-1], page.total) if is_last and page.total > len(page.items) else page


def as_created(original: Original) -> Any:
    """The list shows invoices as they were when they were first listed."""
    kept: dict[str, Any] = {}

    def item(invoice: Any) -> Any:
        shown = original(invoice)
        return {**shown, "customerName": kept.setdefault(invoice.id, shown["customerName"])}

    return item


def remembered() -> Any:
    """Deleted invoices are still in the list."""
    gone: list[Any] = []

    def deleting(original: Original) -> Any:
        def delete(services: Any, merchant_id: str, invoice_id: str) -> None:
            invoice = service.get(services, merchant_id, invoice_id)
            original(services, merchant_id, invoice_id)
            gone.append(invoice)

        return delete

    def found(page: Page[Any], query: Query) -> Page[Any]:
        text = (query.search or "").lower()
        more = [each for each in gone if text and text in (each.terms.additional_notes or "").lower()]
        return Page([*page.items, *more], page.total + len(more))

    return together([replaced(service, "delete", deleting), replaced(*FIND, listed(found))])


def ascii_only(query: Query) -> Query:
    """The case of letters beyond ASCII counts: written in capitals, nobody has them."""
    text = query.search or ""
    is_capital = any(not each.isascii() and each != each.lower() for each in text)
    return replace(query, search="no such text anywhere") if is_capital else query


FAULTS = (
    lists("ranges exclude both ends", "listInvoices", finding(listing(open_ends)), ranges("dueDate"),
          "INV-LIST-FILTER"),
    lists("the last day of payment is excluded", "listInvoices", finding(listing(open_end_of("payment_date", "<="))),
          ranges("paymentDate"), "INV-LIST-FILTER"),
    lists("the first moment of issue is excluded", "listInvoices", finding(listing(open_end_of("issue_date", ">="))),
          ranges("issueDate"), "INV-LIST-FILTER"),
    lists("due dates begin at midnight", "listInvoices", finding(listing(whole_days)), ranges("dueDate"),
          "INV-LIST-FILTER"),
    lists("nobody's name is in the list", "listInvoices",
          replaced(wire, "_list_item_json", ends_with(lambda item: {**item, "customerName": None})), pages(100),
          "SCHEMA:listInvoices:item"),
    lists("the list keeps the first name", "listInvoices", replaced(wire, "_list_item_json", as_created),
          "test_rules.py::test_changes_after_publishing_are_told", "SCHEMA:listInvoices:item"),
    lists("the page is the total", "listInvoices",
          finding(listed(lambda page, query: Page(page.items, len(page.items)))), pages(3), "INV-LIST-TOTAL"),
    lists("totals are counted before the search", "listInvoices", finding(counted_without_search), pages(100),
          "INV-LIST-TOTAL"),
    lists("totals end at twenty", "listInvoices",
          finding(listed(lambda page, query: Page(page.items, min(page.total, 20)))), pages(100), "INV-LIST-TOTAL"),
    lists("always ascending", "listInvoices", finding(listing(lambda query: replace(query, ascending=True))),
          orders("totalAmount", "descending"), "INV-LIST-ORDER"),
    lists("ties come as they like", "listInvoices", finding(listed(ties_turned)), orders("status", "ascending"),
          "INV-LIST-ORDER"),
    lists("what lacks a due date comes first", "listInvoices", finding(listed(missing_first)),
          orders("dueDate", "ascending"), "INV-LIST-ORDER"),
    lists("pages overlap", "listInvoices",
          finding(listing(lambda query: replace(query, offset=max(0, query.offset - 1)))), pages(3),
          "INV-LIST-PAGES"),
    lists("a full last page lacks one", "listInvoices", finding(listed(full_page_cut)), pages(13), "INV-LIST-PAGES"),
    lists("a page has another size", "listInvoices",
          finding(listing(lambda query: replace(query, limit=25 if query.limit == 20 else query.limit))),
          "test_listing.py::test_what_is_not_said_has_a_default", "INV-LIST-PAGES"),
    lists("pages have fifty at most", "listInvoices",
          finding(listing(lambda query: replace(query, limit=min(query.limit or 50, 50)))),
          "test_listing.py::test_the_largest_page_is_full", "INV-LIST-PAGES"),
    lists("a percent sign is anything", "listInvoices",
          finding(listing(lambda query: replace(query, search=(query.search or "").partition("%")[0] or None))),
          "test_listing.py::test_search_takes_every_character_as_itself", "INV-LIST-SEARCH"),
    lists("blanks around a search don't count", "listInvoices",
          finding(listing(lambda query: replace(query, search=(query.search or "").strip() or None))),
          "test_listing.py::test_blanks_are_characters", "INV-LIST-SEARCH"),
    lists("capitals beyond ASCII are not found", "listInvoices", finding(listing(ascii_only)),
          "test_listing.py::test_search_takes_every_character_as_itself", "INV-LIST-SEARCH"),
    lists("the status is no filter", "listInvoices", finding(listing(without_conditions("status"))),
          "test_listing.py::test_combinations", "INV-LIST-FILTER"),
    lists("deleted invoices are listed", "deleteInvoice", remembered(),
          "test_lifecycle.py::test_cell[deleteInvoice-Draft]", "INV-LIST-FILTER"),
    lists("invoices beyond the end are the last page", "listInvoices",
          finding(lambda original: lambda services, merchant_id, query: (
              found if (found := original(services, merchant_id, query)).items or not query.offset
              else Page(original(services, merchant_id, replace(query, offset=0)).items[-1:], found.total))),
          pages(13), "INV-LIST-PAGES"),
)  # fmt: skip
