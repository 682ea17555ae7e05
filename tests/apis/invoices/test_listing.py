"""The list: each filter at its edges, each order both ways, the pages, and the search."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_server.core.instants import from_text, to_text
from tests.apis.invoices.steps import accepted, publish
from tests.mock import Caller, Invoices, Mock

INSTANT = timedelta(milliseconds=1)
DATES = ("issueDate", "dueDate", "paymentDate")
ORDERS = ("number", "status", *DATES, "totalAmount", "customerName")

PEOPLE: list[dict[str, Any] | None] = [
    {"firstName": "Zoë", "lastName": "Dvořák", "email": "zoe@example.com"},
    {"firstName": "ada", "lastName": "Byron"},
    {"companyName": "Straße & Söhne GmbH", "email": "post@strasse.example"},
    {"firstName": "太郎", "lastName": "山田", "companyName": "株式会社さくら商事"},
    {"firstName": "Ada", "lastName": "Byron", "companyName": "100%_Engines\\"},
    None,
]
NOTES = [None, "Net 30", "ΟΔΟΣ Ωδείου", "50% off_today", "C:\\temp", "l'été", "", "İstanbul"]


def invoices_of_all_kinds(mock: Mock) -> Invoices:
    """20 invoices, in every status, made over five weeks; several share due date, total, name and even all dates."""
    invoices = Invoices(mock)
    invoices.call = mock.caller("invoices", invoices.merchant, lifetime=timedelta(days=365))
    states = ["Draft", "Published", "Paid", "Canceled", "Expired", "Refunded", "ProcessingPayment"]
    for number in range(18):
        body: dict[str, Any] = {
            "dueDate": (None, "2026-12-01", "2026-11-20T08:30:00.250Z", "2027-01-01")[number % 4],
            "additionalNotes": NOTES[number % len(NOTES)],
            "lineItems": [{"unitPrice": (19.99, 5, 100)[number % 3]}],
        }
        person = PEOPLE[number % len(PEOPLE)]
        body["customer"] = person or {}
        invoices.in_status(states[number % len(states)], **body)
        mock.clock.advance(timedelta(days=2, hours=3) if number % 3 else timedelta())
    for _ in range(2):
        invoices.in_status("ProcessingPayment", dueDate=None)  # the earlier ones have settled meanwhile
    return invoices


@pytest.fixture(scope="module")
def kinds() -> Iterator[Invoices]:
    """Invoices of all kinds; tests may read them only."""
    with Mock.running() as mock:
        yield invoices_of_all_kinds(mock)


@pytest.fixture(scope="module")
def facts(kinds: Invoices) -> list[dict[str, Any]]:
    """Each of them in full, in the order of their creation, ties by id."""
    ids = [each["id"] for each in accepted(kinds.call("GET", "/invoices?pageSize=100"))["items"]]
    return sorted((kinds.get(each) for each in ids), key=lambda each: (created_at(each), each["id"]))


def created_at(invoice: dict[str, Any]) -> datetime:
    return from_text(invoice["history"][0]["dateTime"])


def listed(call: Caller, **query: Any) -> list[str]:
    """The ids on the page."""
    return [each["id"] for each in page(call, **query)["items"]]


def page(call: Caller, **query: Any) -> dict[str, Any]:
    found: dict[str, Any] = accepted(call("GET", "/invoices", params=query))
    return found


# What must come out: filtered, ordered and cut in Python


def expected(facts: list[dict[str, Any]], query: dict[str, Any]) -> tuple[list[str], int]:
    """The ids on the page, and how many match."""
    matches = [each for each in facts if fits(each, query)]
    name = query.get("orderBy")
    present = sorted(
        (each for each in matches if key(each, name) is not None), key=lambda each: (key(each, name), each["id"])
    )
    absent = sorted((each for each in matches if key(each, name) is None), key=lambda each: str(each["id"]))
    ordered = [each["id"] for each in [*present, *absent]]
    if query.get("asc", "true").lower() == "false":
        ordered.reverse()
    size = query.get("pageSize", 20)
    start = (query.get("page", 1) - 1) * size
    return ordered[start : start + size], len(matches)


def key(invoice: dict[str, Any], name: str | None) -> Any:
    if name is None:
        return created_at(invoice)
    if name == "customerName":
        return customer_name(invoice)
    value = invoice[name]
    return from_text(value) if name in DATES and value else value


def customer_name(invoice: dict[str, Any]) -> str | None:
    customer = invoice["customer"] or {}
    person = " ".join(each for each in (customer.get("firstName"), customer.get("lastName")) if each)
    return person or customer.get("companyName")


def fits(invoice: dict[str, Any], query: dict[str, Any]) -> bool:
    return (
        query.get("status", invoice["status"]) == invoice["status"]
        and all(in_range(invoice[name], query.get(f"{name}From"), query.get(f"{name}To")) for name in DATES)
        and (not query.get("search") or is_found(invoice, query["search"]))
    )


def in_range(value: str | None, start: str | None, end: str | None) -> bool:
    if start is None and end is None:
        return True
    if value is None:
        return False
    return (start is None or from_text(start) <= from_text(value)) and (
        end is None or from_text(value) <= from_text(end)
    )


def is_found(invoice: dict[str, Any], text: str) -> bool:
    customer = invoice["customer"] or {}
    said = [customer.get("companyName"), customer.get("email"), invoice["additionalNotes"]]
    fields = [invoice["number"], customer_name(invoice), *said]
    return any(text.casefold() in each.casefold() for each in fields if each)


def edges(invoices: list[dict[str, Any]], name: str) -> list[str]:
    """All instants of this member, and those just before and after."""
    instants = {from_text(each[name]) for each in invoices if each[name]}
    return [to_text(each + step) for each in sorted(instants) for step in (-INSTANT, timedelta(), INSTANT)]


# All of it at once


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_any_query_finds_what_it_says_in_the_order_it_says(
    data: st.DataObject, kinds: Invoices, facts: list[dict[str, Any]]
) -> None:
    ranges = {f"{name}{end}": st.sampled_from(edges(facts, name)) for name in DATES for end in ("From", "To")}
    texts = st.sampled_from(["ada", "INV-0010", "STRASSE", "%", "_", "\\", "山", "οδός", "@example.com", "nowhere", ""])
    query = data.draw(
        st.fixed_dictionaries(
            {},
            optional={
                **ranges,
                "status": st.integers(1, 7),
                "search": texts,
                "orderBy": st.sampled_from(ORDERS),
                "asc": st.sampled_from(["true", "false"]),
                "page": st.integers(1, 4),
                "pageSize": st.integers(1, 20),
            },
        )
    )

    found = page(kinds.call, **query)

    assert ([each["id"] for each in found["items"]], found["total"]) == expected(facts, query)


# Ranges


@pytest.mark.parametrize("name", DATES)
def test_a_range_includes_both_its_ends_and_nothing_beyond(
    name: str, kinds: Invoices, facts: list[dict[str, Any]]
) -> None:
    for value in {each[name] for each in facts if each[name]}:
        these = {each["id"] for each in facts if each[name] == value}
        before, after = (to_text(from_text(value) + step) for step in (-INSTANT, INSTANT))

        assert these == {*listed(kinds.call, **{f"{name}From": value, f"{name}To": value})}
        assert these.isdisjoint(listed(kinds.call, **{f"{name}From": after}))
        assert these.isdisjoint(listed(kinds.call, **{f"{name}To": before}))
        assert these <= {*listed(kinds.call, **{f"{name}From": before, f"{name}To": after})}


@pytest.mark.parametrize("name", DATES)
@pytest.mark.parametrize("end", ["From", "To"])
def test_an_invoice_without_the_date_is_in_no_range(
    end: str, name: str, kinds: Invoices, facts: list[dict[str, Any]]
) -> None:
    dated = {each["id"] for each in facts if each[name]}
    widest = "0001-01-01T00:00:00Z" if end == "From" else "9999-12-31T23:59:59Z"

    assert len(dated) < len(facts)
    assert {*listed(kinds.call, **{f"{name}{end}": widest})} == dated


def test_a_range_whose_end_is_before_its_beginning_is_empty(kinds: Invoices) -> None:
    turned = {"dueDateFrom": "2026-12-02T00:00:00Z", "dueDateTo": "2026-11-30T00:00:00Z"}

    assert page(kinds.call, **turned) == {"items": [], "total": 0}


def test_the_ends_of_a_range_may_be_told_in_any_time_zone(kinds: Invoices, facts: list[dict[str, Any]]) -> None:
    here = {"dueDateFrom": "2026-12-01T05:30:00+05:30", "dueDateTo": "2026-11-30T16:00:00-08:00"}

    assert {*listed(kinds.call, **here)} == {each["id"] for each in facts if each["dueDate"] == "2026-12-01T00:00:00Z"}


@pytest.mark.parametrize("status", range(1, 8))
def test_a_status_lists_what_is_in_it(status: int, kinds: Invoices, facts: list[dict[str, Any]]) -> None:
    found = page(kinds.call, status=status)

    assert {each["status"] for each in found["items"]} == {status}
    assert found["total"] == len([each for each in facts if each["status"] == status]) > 0


def test_all_filters_must_hold(kinds: Invoices, facts: list[dict[str, Any]]) -> None:
    one = next(each for each in facts if each["status"] == 3 and each["dueDate"] and customer_name(each))
    query = {
        "status": 3,
        "search": customer_name(one),
        **{f"{name}{end}": one[name] for name in DATES for end in ("From", "To")},
    }

    assert listed(kinds.call, **query) == [one["id"]]
    assert listed(kinds.call, **{**query, "status": 7}) == []
    assert listed(kinds.call, **{**query, "search": "nobody"}) == []


# Orders


@pytest.mark.parametrize("order", ORDERS)
def test_an_order_is_ascending_with_what_lacks_the_value_last(
    order: str, kinds: Invoices, facts: list[dict[str, Any]]
) -> None:
    ordered, total = expected(facts, {"orderBy": order, "pageSize": 100})

    assert listed(kinds.call, orderBy=order, pageSize=100) == ordered
    assert len(ordered) == total == len(facts)


@pytest.mark.parametrize("order", [None, *ORDERS])
def test_descending_is_ascending_turned_round(order: str | None, kinds: Invoices) -> None:
    by = {"orderBy": order} if order else {}

    ascending, descending = (listed(kinds.call, **by, asc=asc, pageSize=100) for asc in ("true", "false"))

    assert descending == ascending[::-1]


def test_without_an_order_the_list_is_that_of_creation(kinds: Invoices, facts: list[dict[str, Any]]) -> None:
    found = listed(kinds.call, pageSize=100)

    assert found == [each["id"] for each in facts]
    assert len({created_at(each) for each in facts}) < len(facts)


@pytest.mark.parametrize(("asc", "is_ascending"), [("true", True), ("True", True), ("FALSE", False), ("false", False)])
def test_whether_an_order_is_ascending_is_told_in_any_case(
    asc: str, is_ascending: bool, kinds: Invoices, facts: list[dict[str, Any]]
) -> None:
    ordered = [each["id"] for each in facts]

    assert listed(kinds.call, asc=asc) == (ordered if is_ascending else ordered[::-1])


# Pages


@settings(max_examples=25, deadline=None)
@given(size=st.integers(1, 25), order=st.sampled_from([None, *ORDERS]), asc=st.sampled_from(["true", "false"]))
def test_the_pages_have_each_match_once(
    size: int, order: str | None, asc: str, kinds: Invoices, facts: list[dict[str, Any]]
) -> None:
    by = {"asc": asc, **({"orderBy": order} if order else {})}
    whole = listed(kinds.call, **by, pageSize=100)

    pages = [page(kinds.call, **by, page=number, pageSize=size) for number in range(1, len(facts) // size + 2)]

    assert [each["id"] for part in pages for each in part["items"]] == whole
    assert {part["total"] for part in pages} == {len(facts)}
    assert all(len(part["items"]) == size for part in pages[:-1])


@pytest.mark.parametrize("number", [2, 3, 1000, 2**31 - 1])
def test_beyond_the_last_page_there_is_nothing(number: int, kinds: Invoices, facts: list[dict[str, Any]]) -> None:
    assert page(kinds.call, page=number, pageSize=100) == {"items": [], "total": len(facts)}


def test_a_page_has_twenty_invoices_where_nothing_is_said(invoices: Invoices) -> None:
    ids = [invoices.create() for _ in range(21)]

    first, second = (page(invoices.call, page=number) for number in (1, 2))

    assert (len(first["items"]), len(second["items"]), first["total"]) == (20, 1, 21)
    assert {each["id"] for each in first["items"] + second["items"]} == {*ids}


def test_the_total_counts_the_matches_of_all_pages(kinds: Invoices, facts: list[dict[str, Any]]) -> None:
    found = page(kinds.call, status=2, pageSize=1)

    assert len(found["items"]) == 1
    assert found["total"] == len([each for each in facts if each["status"] == 2]) > 1


# Search

SEARCHED: dict[str, dict[str, Any]] = {
    "first name": {"customer": {"firstName": "needle"}},
    "last name": {"customer": {"firstName": "Ada", "lastName": "needle"}},
    "first and last name": {"customer": {"firstName": "nee", "lastName": "dle"}},
    "company": {"customer": {"firstName": "Ada", "companyName": "Needle & Co"}},
    "company alone": {"customer": {"companyName": "needle"}},
    "email": {"customer": {"email": "needle@example.com"}},
    "notes": {"additionalNotes": "in a haystack a NEEDLE"},
}
NOT_SEARCHED: dict[str, dict[str, Any]] = {
    "line": {"lineItems": [{"name": "needle", "description": "needle", "code": "needle"}]},
    "phone": {"customer": {"mobileNumber": "needle"}},
    "address": {"customer": {"billingAddress": {"city": "needle"}}},
}


@pytest.mark.parametrize("where", SEARCHED)
def test_a_search_looks_in(where: str, invoices: Invoices) -> None:
    for body in (SEARCHED[where], {"additionalNotes": "hay"}, {}):
        accepted(invoices.call("POST", "/invoices", body))
    text = "nee dle" if where == "first and last name" else "needle"

    assert page(invoices.call, search=text)["total"] == 1


@pytest.mark.parametrize("where", NOT_SEARCHED)
def test_a_search_does_not_look_in(where: str, invoices: Invoices) -> None:
    accepted(invoices.call("POST", "/invoices", NOT_SEARCHED[where]))

    assert page(invoices.call, search="needle")["total"] == 0


def test_a_search_looks_in_the_number(invoices: Invoices) -> None:
    first, second = (publish(invoices.call, lineItems=[{"unitPrice": 1}]) for _ in range(2))

    assert listed(invoices.call, search="inv-001002") == [second]
    assert listed(invoices.call, search="1001") == [first]
    assert {*listed(invoices.call, search="INV-00100")} == {first, second}


@pytest.mark.parametrize(
    ("written", "searched"),
    [
        ("needle", "NEEDLE"),
        ("NEEDLE", "needle"),
        ("École Été", "ÉCOLE éTÉ"),
        ("Straße", "STRASSE"),
        ("STRASSE", "straße"),
        ("ΟΔΟΣ", "οδος"),
        ("οδός", "ΟΔΌΣ"),
        ("Анна Кузнецова", "АННА кузнецова"),
        ("株式会社さくら", "さくら"),
        ("مطعم الشرق", "الشرق"),
        ("İstanbul", "İSTANBUL"),
        ("a\U0001f600b", "A\U0001f600"),
        ("tabs\tand\nlines", "TABS\tand\nLINES"),
        ("  two  spaces ", "o  s"),
    ],
)
def test_a_search_ignores_the_case_of_any_script(written: str, searched: str, invoices: Invoices) -> None:
    found = invoices.create(additionalNotes=written)
    invoices.create(additionalNotes="else")

    assert listed(invoices.call, search=searched) == [found]


@pytest.mark.parametrize(
    "text", ["%", "_", "\\", "'", '"', "%%", "n_t", "n%t", "[a-z]", "*", "?", "'; DROP TABLE invoices; --", "&", "+"]
)
def test_a_search_takes_every_character_as_it_stands(text: str, invoices: Invoices) -> None:
    found = invoices.create(additionalNotes=f"is {text} in it")
    invoices.create(additionalNotes="not in that one: nut net")

    assert listed(invoices.call, search=text) == [found]


@pytest.mark.parametrize("text", ["Byron ada@", "Byronada", "lovelace engines", "first net", "AEngines", "\n"])
def test_nothing_is_found_across_two_members(text: str, invoices: Invoices) -> None:
    customer = {"firstName": "Ada", "lastName": "Byron", "email": "ada@lovelace", "companyName": "Engines First"}
    invoices.create(customer={**customer, "email": "ada@lovelace.example"}, additionalNotes="Net 30")

    assert listed(invoices.call, search=text) == []


def test_a_search_finds_what_the_invoice_says_now(invoices: Invoices) -> None:
    invoice_id = invoices.create(additionalNotes="before")

    accepted(invoices.ask("updateInvoice", invoice_id, additionalNotes="after"))

    assert listed(invoices.call, search="before") == []
    assert listed(invoices.call, search="after") == [invoice_id]


def test_an_empty_search_finds_everything(kinds: Invoices, facts: list[dict[str, Any]]) -> None:
    assert page(kinds.call, search="")["total"] == len(facts)


# Whose invoices


def test_other_merchants_invoices_are_not_listed_whatever_is_asked(kinds: Invoices) -> None:
    stranger = Invoices(kinds.mock)
    stranger.call = kinds.mock.caller("invoices", stranger.merchant)
    ranges = {f"{name}From": "0001-01-01T00:00:00Z" for name in DATES}
    queries: list[dict[str, Any]] = [
        {},
        {"search": "ada"},
        {"status": 2},
        ranges,
        {"orderBy": "number", "asc": "false"},
    ]

    assert [page(stranger.call, **query) for query in queries] == [{"items": [], "total": 0}] * len(queries)


def test_deleted_invoices_are_not_listed(invoices: Invoices) -> None:
    kept, deleted = invoices.create(), invoices.create()

    accepted(invoices.act("deleteInvoice", deleted))

    assert listed(invoices.call) == [kept]


def test_the_list_shows_of_each_invoice_what_the_invoice_shows(kinds: Invoices, facts: list[dict[str, Any]]) -> None:
    names = ("id", "number", "status", *DATES, "totalAmount", "customerId")

    found = page(kinds.call, pageSize=100)["items"]

    assert found == json.loads(
        json.dumps([{**{name: each[name] for name in names}, "customerName": customer_name(each)} for each in facts])
    )
