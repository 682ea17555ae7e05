"""Searches in the list of invoices, and invoices that hold what is looked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from contract_tests import bodies
from contract_tests.broken import Broken, Difference
from contract_tests.examiner import Examiner
from contract_tests.suites.shelf import LIST
from contract_tests.suites.tracked import Tracked
from contract_tests.workshop import must_succeed

SPECIAL = [
    *("a%b", "a_b", "aXb", "a'b", 'a"b', "a\\b", "a*b", "a?b", "a[x]b", "a.b", "a  b", "a+b", "a&b=c", "a#b", "a;--b"),
    *("aéb", "aÑb", "aЖb", "aΩb", "a東京b", "a😀b", "<b>a</b>", "%", "_", "ab"),
]


def searched(examiner: Examiner, text: str) -> list[str]:
    answer = must_succeed(examiner.invoices.call(LIST, query={"search": text, "pageSize": 100}), LIST)
    return [str(each["id"]) for each in answer.json["items"]]


def require_found(examiner: Examiner, text: str, expected: Sequence[str], what: str) -> None:
    found = searched(examiner, text)
    if sorted(found) != sorted(expected):
        difference = Difference("/items/*/id", sorted(expected), sorted(found))
        raise Broken("INV-LIST-SEARCH", f"search finds {what}", [difference], operation_id=LIST)


def require_number_found(examiner: Examiner, invoice: Tracked) -> None:
    number = str((invoice.seen or {})["number"])
    for part in (number, number.lower(), number[1:]):
        if invoice.id not in searched(examiner, part):
            difference = Difference("/items/*/id", invoice.id, "not there")
            raise Broken("INV-LIST-SEARCH", "search finds the number", [difference], operation_id=LIST)


def holding(name: str, word: str, tag: str) -> dict[str, Any]:
    """What gives an invoice this word in a field."""
    special: dict[str, dict[str, Any]] = {
        "number": {},
        "additionalNotes": {"mark": f"{tag}: note {word}."},
        "email": {"customer": {"email": f"{word}@example.com"}},
        "line name": {"lineItems": [bodies.line(word)]},
        "line code": {"lineItems": [bodies.line(code=word)]},
        "city": {"customer": {"firstName": "Ada", "billingAddress": {"city": word}}},
    }
    return special.get(name, {"customer": {name: f"A{word}B"}})
