"""What a bank does with a payment as the days go by, and what must never be shown of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from contract_tests.broken import Broken, Difference
from contract_tests.examiner import Examiner, contract
from contract_tests.models.invoice import ask
from contract_tests.suites.cases import business_days_later, server_time
from contract_tests.suites.listed import require_item
from contract_tests.suites.payment_cases import Changes
from contract_tests.suites.tracked import Tracked

INVOICES = contract("invoices")
FRIDAY = 4
FEWEST_HIDDEN = 8
"""Shorter numbers may stand in a text by chance."""

SHOWN_DIGITS = 4
_RANDOM = frozenset({"id", "token", "shortUrl", "fullUrl", "transactionId"})
"""Members whose values may have any digits by chance."""


def until_friday(examiner: Examiner, invoice: Tracked) -> None:
    """Move the clock to a Friday, so that the days to come are no business days."""
    now = server_time(invoice).astimezone(UTC)
    advance(examiner, now, now + timedelta(days=(FRIDAY - now.weekday()) % 7))


def wait(examiner: Examiner, invoice: Tracked, business_days: int, rule: str) -> None:
    """Let the days pass; on the day before the payment must still be in process."""
    submitted = server_time(invoice)
    day = business_days_later(submitted.astimezone(UTC), business_days).replace(hour=0, minute=0, second=0)
    spare = timedelta(minutes=10)
    if day - spare > submitted:
        advance(examiner, submitted, day - spare)
        invoice.require_unchanged("settle", rule)
        submitted = day - spare
    advance(examiner, submitted, day + timedelta(days=1) + spare)


def advance(examiner: Examiner, start: datetime, end: datetime) -> None:
    examiner.advance(f"PT{int((end - start).total_seconds())}S", "what happens with time")


def happens(invoice: Tracked, event: str) -> None:
    """It must have happened by itself."""
    outcome = ask(INVOICES, invoice.known, event)
    cell = invoice.invoices.lifecycle.cell(event, invoice.state)
    invoice.known = outcome.known
    listed = invoice.listed()  # before anybody has asked for the invoice itself
    invoice.look(event, cell.rule)
    for item in listed:
        require_item(invoice.seen or {}, item)


def require_unsaid(shown: Any, body: Changes, operation_id: str) -> None:
    """What is never kept or shown of a card or an account: more than the last four digits. Raises `Broken`."""
    number = str(body.get("accountNumber") or "")
    if len(number) < FEWEST_HIDDEN or not number.isascii():
        return
    for place, text in _texts(shown, ""):
        if any(len(each) > SHOWN_DIGITS and each in number for each in re.findall(r"[0-9]+", text)):
            difference = Difference(place, "at most the last four digits", "more of the number")
            message = "the number of a card or an account is never kept or shown"
            raise Broken(f"SCHEMA:{operation_id}:secrets", message, [difference], operation_id=operation_id)


def _texts(value: Any, place: str) -> Iterator[tuple[str, str]]:
    """Every text in a JSON value that somebody has written, and where it stands."""
    if isinstance(value, dict):
        for name, each in value.items():
            if name not in _RANDOM and not name.endswith("Id"):
                yield from _texts(each, f"{place}/{name}")
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from _texts(each, f"{place}/{index}")
    elif isinstance(value, str):
        yield place, value
