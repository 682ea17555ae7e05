"""What stands in the place of the mock's own functions: the original with one thing changed about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mock_server.core.records import Page, Query
from tests.faults.fault import Original

Make = Callable[[Any], Any]


def always(value: Any) -> Make:
    """The same value, whatever is asked."""
    return lambda original: lambda *args, **kwargs: value


def ends_with(change: Callable[[Any], Any]) -> Make:
    """Does what it should, and then changes what it returns."""
    return lambda original: lambda *args, **kwargs: change(original(*args, **kwargs))


def changed(**values: Any) -> Make:
    """Returns what it should, with other members."""
    return ends_with(lambda result: replace(result, **values))


def lets(action: str, state: str = "") -> Make:
    """An action that the lifecycle of invoices does not stop, in one state or in any."""

    def made(original: Original) -> Any:
        def check_allowed(services: Any, asked: str, invoice: Any) -> None:
            if asked != action or (state and invoice.status.label != state):
                original(services, asked, invoice)

        return check_allowed

    return made


def lets_upload(action: str) -> Make:
    """An action that the lifecycle of uploads does not stop."""
    return lambda original: lambda services, asked, upload: asked == action or original(services, asked, upload)


def listing(change: Callable[[Query], Query]) -> Make:
    """A list that looks for something else."""
    return lambda original: lambda services, merchant_id, query: original(services, merchant_id, change(query))


def listed(change: Callable[[Page[Any], Query], Page[Any]]) -> Make:
    """A list that finds what it should, and shows something else."""
    return lambda original: lambda services, merchant_id, query: change(original(services, merchant_id, query), query)


def without_conditions(column: str, operator: str = "") -> Callable[[Query], Query]:
    """A query that looks at a column in no way, or not in this one."""
    return lambda query: replace(
        query,
        where=[each for each in query.where if each.column != column or (operator and each.operator != operator)],
    )
