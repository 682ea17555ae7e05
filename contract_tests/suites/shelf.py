"""A fixed set of invoices to list: of many kinds, with ties and gaps, found by a mark that nothing else has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from contract_tests import bodies
from contract_tests.broken import Broken, Difference
from contract_tests.decimals import loads
from contract_tests.examiner import Examiner
from contract_tests.exchange import Exchange
from contract_tests.models import listing
from contract_tests.suites.listed import require_item
from contract_tests.suites.tracked import Tracked, new_mark
from contract_tests.workshop import Invoices, must_succeed

Json = dict[str, Any]
LIST = "listInvoices"

NAMES: Sequence[Mapping[str, str] | None] = [
    {"firstName": "Ada", "lastName": "Byron", "companyName": "Zulu Ropes"},
    {"firstName": "Ben", "lastName": "Okafor"},
    {"companyName": "Cedar Works"},
    None,
    {"firstName": "Ada", "lastName": "Byron"},
    {"firstName": "Dora"},
    {"lastName": "Engel"},
]
DUE = [
    "2031-03-01T00:00:00Z",
    "2031-03-01",
    "2031-03-02T09:30:00Z",
    None,
    "2031-02-28T23:59:59Z",
    "2032-01-01T00:00:00+02:00",
]
PRICES = [Decimal(each) for each in ("10", "9.99", "100", "10", "0.01", "2500.5")]
STATES = ["Draft", "Published", "Draft", "Paid", "Published", "Canceled", "Draft", "Expired", "Refunded"]
"""None that leads on by itself when a mock's clock is moved."""

COUNT = 26
"""More than a page has where nobody says how many."""

_KEPT: dict[str, Shelf] = {}


@dataclass
class Shelf:
    """`invoices`: as getInvoice shows them. `steps`: how they were made."""

    examiner: Examiner
    mark: str
    invoices: list[Json]
    steps: list[Exchange]

    def begin(self) -> None:
        """A new example begins: its steps are those that made the invoices."""
        self.examiner.recorder.steps = list(self.steps)

    def check(self, query: Json) -> None:
        """Ask for a page of the set and hold it to what it should be. Raises `Broken`."""
        received = self.ask(query)
        matching = [each for each in self.invoices if listing.fits(each, query)]
        ids = [str(each["id"]) for each in received["items"]]
        candidates = [listing.page_of(order, query) for order in listing.orders(matching, query)]
        if ids in candidates and received["total"] == len(matching):
            known = {str(each["id"]): each for each in matching}
            for item in received["items"]:
                require_item(known[str(item["id"])], item)
            return
        raise _broken(query, received, matching, candidates[0])

    def ask(self, query: Json) -> Json:
        api = self.examiner.invoices
        sent = {name: _text(value) for name, value in query.items()}
        answer = must_succeed(api.call(LIST, query={"search": self.mark, **sent}), LIST)
        found: Json = loads(answer.body)
        return found


def shelf(examiner: Examiner) -> Shelf:
    """The set, made once in each process."""
    found = _KEPT.get(examiner.tag)
    if found is None:
        invoices, mark = Invoices(examiner), new_mark(examiner)
        made = [_made(invoices, mark, number) for number in range(COUNT)]
        seen = [invoices.get(each.id) for each in made]
        found = _KEPT[examiner.tag] = Shelf(examiner, mark, seen, list(examiner.recorder.steps))
    found.begin()
    return found


def _made(invoices: Invoices, mark: str, number: int) -> Tracked:
    state = STATES[number % len(STATES)]
    made = Tracked.draft(
        invoices,
        mark,
        customer=NAMES[number % len(NAMES)],
        dueDate=DUE[number % len(DUE)],
        lineItems=[bodies.line("Rope", 1, PRICES[number % len(PRICES)])],
    )
    for action in _way(invoices, state):
        made.take(action)
    return made


def _way(invoices: Invoices, state: str) -> Sequence[str]:
    needs_events = state in {"Expired", "Refunded"}
    return invoices.way_to("Published" if needs_events and invoices.examiner.control is None else state)


def _text(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value


def _broken(query: Json, received: Json, matching: Sequence[Json], expected: Sequence[str]) -> Broken:
    """What is wrong with a page, by the first rule that explains it."""
    ids = [str(each["id"]) for each in received["items"]]
    rule, message, difference = next(_explanations(query, received["total"], ids, matching, expected))
    asked = ", ".join(f"{name}={value}" for name, value in query.items()) or "nothing else"
    return Broken(rule, f"{message} ({asked})", [difference], operation_id=LIST)


def _explanations(
    query: Json, total: int, ids: Sequence[str], matching: Sequence[Json], expected: Sequence[str]
) -> Iterator[tuple[str, str, Difference]]:
    allowed = {str(each["id"]) for each in matching}
    strangers = [each for each in ids if each not in allowed]
    if strangers:
        yield "INV-LIST-FILTER", "only what fits every filter is listed", Difference("/items", "none such", strangers)
    is_whole = len(allowed) <= query.get("pageSize", listing.DEFAULT_SIZE) and query.get("page", 1) == 1
    missing = sorted(allowed - set(ids))
    if is_whole and missing:
        yield "INV-LIST-FILTER", "all that fits the filters is listed", Difference("/items", missing, "not there")
    if total != len(allowed):
        yield "INV-LIST-TOTAL", "the total counts all that fits", Difference("/total", len(allowed), total)
    if len(ids) != len(expected) or len(set(ids)) != len(ids):
        yield "INV-LIST-PAGES", "a page holds its part, each once", Difference("/items", len(expected), len(ids))
    rule = "INV-LIST-ORDER" if is_whole or "orderBy" in query or "asc" in query else "INV-LIST-PAGES"
    yield rule, "the invoices come in their order", Difference("/items/*/id", list(expected), list(ids))
