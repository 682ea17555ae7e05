"""The steps of a finding without those that it does not take: what only read, and what was made for others to read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from contract_tests.broken import Broken
from contract_tests.exchange import Exchange
from contract_tests.permits import MAKES, SAFE_METHODS
from contract_tests.reproduction.expecting import expected_of
from contract_tests.reproduction.steps import Expected
from contract_tests.reproduction.variables import Found, found_in, is_in_request
from openapi import Contract

ALONE = frozenset({"status", "documented"})
"""What is judged by one answer: other records have no part in it, unless it is a list."""

LISTING = "listInvoices"


def essential(broken: Broken, exchanges: Sequence[Exchange], contracts: Mapping[str, Contract]) -> Sequence[Exchange]:
    """The exchanges that it takes to show a finding, in their order.

    Those stay that the finding is judged by, all before them that change something, and those whose answers are used
    later. Where nobody knows what to judge by, all stay.
    """
    expected = expected_of(broken, exchanges, contracts)
    if not expected or any(each.kind == "told" for each in expected):
        return exchanges
    judged = {number for each in expected for number in _calls(each)}
    may_drop = all(each.kind in ALONE for each in expected)
    may_drop = may_drop and not any(exchanges[number].operation_id == LISTING for number in judged)
    known, kept = found_in(exchanges), set[int]()
    for number in reversed(range(max(judged) + 1)):
        later = [exchanges[each] for each in sorted(kept)]
        if number in judged or _is_needed(exchanges[number], later, _given(known, number), may_drop=may_drop):
            kept.add(number)
    return [exchanges[number] for number in sorted(kept)]


def _calls(expected: Expected) -> tuple[int, ...]:
    return (expected.call, expected.other) if expected.kind == "same" else (expected.call,)


def _given(known: Sequence[Found], number: int) -> list[str]:
    """The values of an answer that later requests use."""
    return [each.value for each in known if each.call == number]


def _is_needed(exchange: Exchange, later: Sequence[Exchange], given: Sequence[str], *, may_drop: bool) -> bool:
    is_used = any(is_in_request(value, each) for value in given for each in later)
    if is_used or exchange.sent.method in SAFE_METHODS:
        return is_used
    return not (may_drop and _has_made_another(exchange))


def _has_made_another(exchange: Exchange) -> bool:
    """Whether a record has come of it that was not there before; nobody has named it later."""
    if exchange.operation_id not in MAKES or not exchange.is_success or not isinstance(exchange.json, dict):
        return False
    made = exchange.json.get(MAKES[exchange.operation_id][1])
    return isinstance(made, str) and not is_in_request(made, exchange)
