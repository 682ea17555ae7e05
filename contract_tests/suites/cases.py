"""Many cases on one preparation, each with steps of its own: a finding shows how it was prepared, and the one case."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, TypeVar

from contract_tests.examiner import Examiner
from contract_tests.models.comparing import instant
from contract_tests.suites.tracked import Tracked
from openapi import fixtures_folder
from openapi.documents import read_document

Case = TypeVar("Case")


def each_case(examiner: Examiner, cases: Iterable[Case]) -> Iterator[Case]:
    """The cases; at each, the steps are those up to the first one again."""
    prepared = list(examiner.recorder.steps)
    for case in cases:
        examiner.recorder.steps = list(prepared)
        yield case


@lru_cache(maxsize=8)
def fixture(name: str) -> Any:
    """A file of the fixtures: what a mock starts with, and the vendor's test cards."""
    return read_document(fixtures_folder() / name).data


def server_time(invoice: Tracked) -> datetime:
    """What time it was on the target when something happened to the invoice the last time."""
    seen = invoice.invoices.get(invoice.id)
    found = instant(seen["history"][-1]["dateTime"])
    assert found is not None, "the schema requires it"
    return found


def business_days_later(start: datetime, days: int) -> datetime:
    """The same time of day so many business days later; Saturdays and Sundays don't count."""
    while days > 0:
        start += timedelta(days=1)
        days -= start.weekday() < 5
    return start


def with_luhn(digits: str) -> str:
    """The digits with the check digit of a card number behind them."""
    total = sum(
        sum(divmod(int(each) * (2 if place % 2 == 0 else 1), 10)) for place, each in enumerate(reversed(digits))
    )
    return digits + str(-total % 10)


def off_by_one(number: str) -> str:
    """The number with a wrong check digit."""
    return number[:-1] + str((int(number[-1]) + 1) % 10)
