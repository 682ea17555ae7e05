"""The list of invoices: pages, totals, filters, orders and search, by marks that only the run's own records have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract_tests.broken import Broken, Difference
from contract_tests.examiner import Examiner, contract
from contract_tests.models import listing
from contract_tests.models.comparing import instant
from contract_tests.properties import examples
from contract_tests.suites.cases import each_case
from contract_tests.suites.refusals import require_refused
from contract_tests.suites.searching import SPECIAL, holding, require_found, require_number_found
from contract_tests.suites.shelf import COUNT, LIST, shelf
from contract_tests.suites.tracked import Tracked, in_state, new_mark
from contract_tests.workshop import Invoices, must_succeed

LIFECYCLE = contract("invoices").lifecycles["invoice"]
pytestmark = [pytest.mark.about(LIST), pytest.mark.priority(20)]

Json = Mapping[str, Any]

# --- pages -----------------------------------------------------------------------------------------------------------


@pytest.mark.proves("INV-LIST-PAGES", "INV-LIST-TOTAL")
@pytest.mark.parametrize("size", [1, 3, 13, COUNT - 1, COUNT, COUNT + 1, 100])
def test_pages_are_a_partition(examiner: Examiner, size: int) -> None:
    whole = shelf(examiner)
    last = -(-COUNT // size)
    for page in range(1, last + 2):
        whole.check({"page": page, "pageSize": size})
    whole.check({"page": last + 100, "pageSize": size})


@pytest.mark.proves("INV-LIST-PAGES", "INV-LIST-TOTAL", "INV-LIST-ORDER")
def test_what_is_not_said_has_a_default(examiner: Examiner) -> None:
    whole = shelf(examiner)
    for query in ({}, {"page": 2}, {"pageSize": 5}, {"asc": False}, {"orderBy": "number"}, {"asc": True}):
        whole.begin()
        whole.check(dict(query))


LARGEST = max(
    int(each.schema["maximum"]) for each in contract("invoices").operations[LIST].parameters if each.name == "pageSize"
)


@pytest.mark.proves("INV-LIST-PAGES", "INV-LIST-TOTAL")
def test_the_largest_page_is_full(examiner: Examiner) -> None:
    """Of one more than fit, the second page has the last."""
    invoices, mark = Invoices(examiner), new_mark(examiner)
    made = [invoices.create(additionalNotes=mark, customer=None) for _ in range(LARGEST + 1)]
    found = []
    for page, count in ((1, LARGEST), (2, 1)):
        query = {"search": mark, "page": page, "pageSize": LARGEST}
        answer = must_succeed(examiner.invoices.call(LIST, query=query), LIST).json
        found += [each["id"] for each in answer["items"]]
        if (len(answer["items"]), answer["total"]) != (count, len(made)):
            difference = Difference("/items", f"{count} of {len(made)}", f"{len(answer['items'])} of {answer['total']}")
            raise Broken("INV-LIST-PAGES", f"page {page} of {LARGEST} is full", [difference], operation_id=LIST)
    if sorted(found) != sorted(made):
        difference = Difference("/items/*/id", len(made), len(set(found)))
        raise Broken("INV-LIST-PAGES", "the pages have each invoice once", [difference], operation_id=LIST)


WRONG: Sequence[tuple[Json, str]] = [
    ({"page": 0}, "Page"),
    ({"page": -1}, "Page"),
    ({"page": "one"}, "Page"),
    ({"pageSize": 0}, "PageSize"),
    ({"pageSize": 101}, "PageSize"),
    ({"pageSize": "1.5"}, "PageSize"),
    ({"orderBy": "color"}, "OrderBy"),
    ({"orderBy": "DueDate"}, "OrderBy"),
    ({"asc": "upwards"}, "Asc"),
    ({"status": 0}, "Status"),
    ({"status": 8}, "Status"),
    ({"dueDateFrom": "yesterday"}, "DueDateFrom"),
    ({"issueDateTo": "2026-02-30T00:00:00Z"}, "IssueDateTo"),
    ({"paymentDateFrom": "2026-13-01T00:00:00Z"}, "PaymentDateFrom"),
]


@pytest.mark.proves("INV-PARAMETER")
@pytest.mark.parametrize(("query", "field"), WRONG, ids=[str(query) for query, _ in WRONG])
def test_what_makes_no_sense_is_refused(examiner: Examiner, query: Json, field: str) -> None:
    require_refused(examiner.invoices.call(LIST, query=query), "INV-PARAMETER", LIST, fields=[field])


# --- orders ----------------------------------------------------------------------------------------------------------


@pytest.mark.proves("INV-LIST-ORDER")
@pytest.mark.parametrize("is_ascending", [True, False], ids=["ascending", "descending"])
@pytest.mark.parametrize("name", [None, *listing.ORDERS])
def test_orders(examiner: Examiner, name: str | None, is_ascending: bool) -> None:
    """Ties by id; what lacks the value last when ascending, first when descending; the same on pages as in one."""
    whole = shelf(examiner)
    query = {**({"orderBy": name} if name else {}), "asc": is_ascending}
    whole.check({**query, "pageSize": 100})
    seen = [one["id"] for page in range(1, 5) for one in whole.ask({**query, "page": page, "pageSize": 7})["items"]]
    expected = listing.orders(whole.invoices, query)
    if seen not in expected:
        difference = Difference("/items/*/id", expected[0], seen)
        raise Broken(
            "INV-LIST-PAGES", "the pages together have the whole in its order", [difference], operation_id=LIST
        )


# --- filters ---------------------------------------------------------------------------------------------------------


@pytest.mark.proves("INV-LIST-FILTER")
@pytest.mark.parametrize("name", list(listing.RANGES))
def test_ranges_include_both_ends(examiner: Examiner, name: str) -> None:
    whole = shelf(examiner)
    values = sorted({found for found in (instant(each.get(name)) for each in whole.invoices) if found})
    chosen = [values[0], values[len(values) // 2], values[-1]]
    second = timedelta(seconds=1)
    for value in chosen:
        edges = [(value, value), (value, None), (None, value), (value + second, None), (None, value - second)]
        for start, end in [*edges, (value - second, value + second), (value + second, value - second)]:
            query = {f"{name}From": start, f"{name}To": end}
            whole.begin()
            whole.check({"pageSize": 100, **{key: text(each) for key, each in query.items() if each}})


@pytest.mark.proves("INV-LIST-FILTER")
def test_an_instant_is_one_in_every_zone(examiner: Examiner) -> None:
    whole = shelf(examiner)
    for written in ("2031-03-01T00:00:00Z", "2031-03-01T02:00:00+02:00", "2031-02-28T19:30:00-04:30"):
        whole.begin()
        whole.check({"dueDateFrom": written, "pageSize": 100})
        whole.check({"dueDateTo": written, "pageSize": 100})


@pytest.mark.proves("INV-LIST-FILTER", "INV-LIST-TOTAL")
@pytest.mark.parametrize("status", LIFECYCLE.states.values(), ids=list(LIFECYCLE.states))
def test_a_status_lists_those_in_it(examiner: Examiner, status: int) -> None:
    shelf(examiner).check({"status": status, "pageSize": 100})


@pytest.mark.proves("INV-LIST-FILTER")
@pytest.mark.about("submitInvoiceAch")
def test_a_payment_in_process_is_listed_as_such(examiner: Examiner) -> None:
    """Wherever an invoice goes, the list with that status has it and the others don't."""
    invoice = in_state(Invoices(examiner), "Published")
    for action in ("submitInvoiceAch", *(("settle", "refund") if examiner.control else ())):
        invoice.take(action)
        for name, status in LIFECYCLE.states.items():
            answer = examiner.invoices.call(LIST, query={"search": invoice.mark, "status": status})
            found = [each["id"] for each in must_succeed(answer, LIST).json["items"]]
            expected = [invoice.id] if name == invoice.state else []
            if found != expected:
                message = f"an invoice in {invoice.state} is asked for as {name}"
                raise Broken("INV-LIST-FILTER", message, [Difference("/items", expected, found)], operation_id=LIST)


def text(value: Any) -> str:
    return str(value.isoformat()).replace("+00:00", "Z")


# --- search ----------------------------------------------------------------------------------------------------------


FIELDS = ["firstName", "lastName", "companyName", "email", "additionalNotes", "number"]
NOT_SEARCHED = ["mobileNumber", "line name", "line code", "city"]


@pytest.mark.proves("INV-LIST-SEARCH")
@pytest.mark.parametrize("name", FIELDS)
def test_search_looks_in_every_field(examiner: Examiner, name: str) -> None:
    word = "Q" + new_mark(examiner).rpartition("-")[2].replace(".", "z") + "q"
    invoices = Invoices(examiner)
    invoice, _ = in_state(invoices, "Published", **holding(name, word, examiner.tag)), in_state(invoices, "Published")
    if name == "number":
        require_number_found(examiner, invoice)
        return
    for part in (word, word.upper(), word.lower(), word.swapcase(), word[1:-1], word[2:]):
        require_found(examiner, part, [invoice.id], f"a text in {name}, case ignored")
    require_found(examiner, word + "x", [], "nothing that is not there")


@pytest.mark.proves("INV-LIST-SEARCH")
def test_search_finds_first_and_last_name_together(examiner: Examiner) -> None:
    mark = new_mark(examiner)
    invoice = in_state(Invoices(examiner), "Draft", customer={"firstName": "Ada", "lastName": mark})
    require_found(examiner, f"ada {mark}", [invoice.id], "a name over the space in it")


@pytest.mark.proves("INV-LIST-SEARCH")
@pytest.mark.parametrize("name", NOT_SEARCHED)
def test_search_looks_nowhere_else(examiner: Examiner, name: str) -> None:
    word = new_mark(examiner)
    in_state(Invoices(examiner), "Draft", **holding(name, word, examiner.tag))
    require_found(examiner, word, [], "nothing in other fields")


@pytest.mark.proves("INV-LIST-SEARCH")
def test_search_takes_every_character_as_itself(examiner: Examiner) -> None:
    invoices, mark = Invoices(examiner), new_mark(examiner)
    notes = {each: Tracked.draft(invoices, f"{mark}{each}|").id for each in SPECIAL}
    for each in each_case(examiner, SPECIAL):
        require_found(examiner, f"{mark}{each}|", [notes[each]], "a text as it is written")
        for other in (each.upper(), each.lower()):
            expected = [found for word, found in notes.items() if word.casefold() == other.casefold()]
            require_found(examiner, f"{mark}{other}|", expected, "a text, case ignored")
    require_found(examiner, mark, list(notes.values()), "a text in all that have it")


@pytest.mark.proves("INV-LIST-SEARCH")
def test_blanks_are_characters(examiner: Examiner) -> None:
    """Those at the ends of a search, too."""
    invoices, mark = Invoices(examiner), new_mark(examiner)
    apart, joined = (Tracked.draft(invoices, f"{mark}{each}").id for each in ("one two", "onetwo"))
    require_found(examiner, f"{mark}one", [apart, joined], "a text without blanks")
    for text in (f"{mark}one ", f"{mark}one t"):
        require_found(examiner, text, [apart], "a text with the blank in it")
    require_found(examiner, f" {mark}one", [], "nothing before which there is no blank")


# --- all of it together ----------------------------------------------------------------------------------------------


CHOICES: Mapping[str, Sequence[Any]] = {
    "status": list(LIFECYCLE.states.values()),
    "orderBy": list(listing.ORDERS),
    "asc": [True, False],
    "page": [1, 2, 3],
    "pageSize": [1, 2, 5, 20, 100],
}


@st.composite
def queries(draw: st.DrawFn, invoices: Sequence[Json]) -> dict[str, Any]:
    """Filters at and around the values that there are, in every combination, with orders and pages."""
    query: dict[str, Any] = {}
    for name in listing.RANGES:
        values = sorted({found for found in (instant(each.get(name)) for each in invoices) if found})
        for end in ("From", "To"):
            if values and draw(st.integers(0, 3)) == 3:
                offset = timedelta(seconds=draw(st.sampled_from([0, 1, -1])))
                query[name + end] = text(draw(st.sampled_from(values)) + offset)
    for name, choices in CHOICES.items():
        if draw(st.booleans()):
            query[name] = draw(st.sampled_from(choices))
    return query


@pytest.mark.priority(30)
@pytest.mark.proves("INV-LIST-FILTER", "INV-LIST-ORDER", "INV-LIST-PAGES", "INV-LIST-TOTAL")
@examples(150)
@given(data=st.data())
def test_combinations(examiner: Examiner, data: st.DataObject) -> None:
    whole = shelf(examiner)
    whole.check(data.draw(queries(whole.invoices), label="query"))
