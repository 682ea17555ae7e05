"""What the steps of a finding are to be judged by: found among the answers from what the check has said of them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from contract_tests.answers import KIND
from contract_tests.broken import Broken, Difference
from contract_tests.exchange import Exchange
from contract_tests.redaction import plain
from contract_tests.reproduction.steps import Expected
from openapi import ABSENT, Contract, Lifecycle
from openapi.documents import pointer_parts

NOTHING = object()
_STATUS = re.compile(r"\b[1-5]\d\d\b")
_ANSWER = frozenset({"status", "body", "media-type", "json"})
"""What `answers` says of an answer as a whole."""


def expected_of(broken: Broken, exchanges: Sequence[Exchange], contracts: Mapping[str, Contract]) -> list[Expected]:
    """What holds at the end of the steps where the fault is mended; never empty where there are steps."""
    if not exchanges:
        return []
    about = _about(broken, exchanges)
    if broken.rule.startswith(KIND + ":") and broken.rule.rpartition(":")[2] not in {"accepted", "state"}:
        return [Expected("documented", about)]
    found = [one for each in broken.differences for one in _of_difference(each, broken, exchanges, contracts)]
    if not found and not broken.differences and not exchanges[about].is_success:
        return [Expected("status", about, values=["2xx"])]
    return found or [Expected("told", about)]


def _about(broken: Broken, exchanges: Sequence[Exchange]) -> int:
    """The call a finding is about: the last of its operation that shows what was received."""
    last = len(exchanges) - 1
    statuses = [each.received for each in broken.differences if each.pointer == "status"]
    numbers = [number for number, each in enumerate(exchanges) if each.operation_id == broken.operation_id]
    showing = [number for number in numbers or range(last + 1) if exchanges[number].status in statuses]
    if not numbers and not showing:
        named = [number for number, each in enumerate(exchanges) if each.operation_id]
        return named[-1] if named else last
    return (showing or numbers)[-1]


def _of_difference(
    each: Difference, broken: Broken, exchanges: Sequence[Exchange], contracts: Mapping[str, Contract]
) -> Iterator[Expected]:
    if each.pointer == "status":
        values = _statuses(each.expected)
        call = _about(broken, exchanges)
        yield Expected("status", call, values=values) if values else Expected("told", call)
    elif each.pointer == "state":
        yield from _of_state(each, exchanges, contracts)
    elif each.pointer.startswith("/"):
        one = _one_of(each, exchanges) if "*" in each.pointer else each
        if plain(one.pointer) == one.pointer:  # another place can't be written into a script
            yield from _of_value(one, broken, exchanges)


def _one_of(each: Difference, exchanges: Sequence[Exchange]) -> Difference:
    """The difference at the place in a list that shows it last; `*` stands for any place."""
    for exchange in reversed(exchanges):
        for pointer in _places(exchange.json, each.pointer):
            if is_same(value_at(exchange.json, pointer), each.received):
                return Difference(pointer, each.expected, each.received)
    return each


def _places(value: Any, pointer: str) -> Iterator[str]:
    """The places of a value that a pointer with `*` in it may mean."""
    before, star, after = pointer.partition("/*")
    items = value_at(value, before) if star else None
    if not star:
        yield pointer
    elif isinstance(items, list):
        for number, item in enumerate(items):
            yield from (f"{before}/{number}{inner}" for inner in _places(item, after))


def _statuses(expected: Any) -> list[Any]:
    if isinstance(expected, int):
        return [expected]
    if isinstance(expected, list | tuple | set | frozenset):
        return [one for each in expected for one in _statuses(each)]
    text = str(expected).lower()
    return ["2xx"] if text.startswith(("2xx", "success")) else [int(each) for each in _STATUS.findall(text)]


def _of_state(each: Difference, exchanges: Sequence[Exchange], contracts: Mapping[str, Contract]) -> Iterator[Expected]:
    """The state of a record as its own answer shows it, or that it is gone."""
    for lifecycle in (one for contract in contracts.values() for one in contract.lifecycles.values()):
        states = [state for state in re.split(r" or |, ", str(each.expected)) if state in {*lifecycle.states, ABSENT}]
        call = _showing(lifecycle, str(each.received), exchanges)
        if not states or call is None:
            continue
        if ABSENT in states:
            yield Expected("status", call, values=[404])
        elif exchanges[call].status == 404:
            yield Expected("status", call, values=["2xx"])
        else:
            yield Expected("value", call, f"/{lifecycle.property}", [lifecycle.states[state] for state in states])
        return


def _showing(lifecycle: Lifecycle, state: str, exchanges: Sequence[Exchange]) -> int | None:
    """The last call whose answer shows the state."""
    if lifecycle.property is None:
        return None
    for number in reversed(range(len(exchanges))):
        each = exchanges[number]
        if state == ABSENT and each.status == 404:
            return number
        shown = value_at(each.json, f"/{lifecycle.property}")
        if shown is not NOTHING and shown == lifecycle.states.get(state, NOTHING):
            return number
    return None


def _of_value(each: Difference, broken: Broken, exchanges: Sequence[Exchange]) -> Iterator[Expected]:
    call = _with_value(each, broken, exchanges)
    if call is None:
        return
    other = _as_before(each, call, exchanges)
    if other is not None and not _is_figure(each.expected):
        yield Expected("same", call, each.pointer, other=other)
    elif _is_told(each):
        yield Expected("changed", call, each.pointer, [value_at(exchanges[call].json, each.pointer)])
    else:
        yield Expected("value", call, each.pointer, [each.expected])


def _with_value(each: Difference, broken: Broken, exchanges: Sequence[Exchange]) -> int | None:
    """The last call whose answer has what was received at the place; those of the finding's operation first."""
    numbers = [number for number in reversed(range(len(exchanges))) if _shows(exchanges[number], each)]
    own = [number for number in numbers if exchanges[number].operation_id == broken.operation_id]
    return next(iter(own or numbers), None)


def _shows(exchange: Exchange, each: Difference) -> bool:
    value = value_at(exchange.json, each.pointer)
    if value is NOTHING:  # `dict.get` of a check finds None where there is no member
        return each.received is None and isinstance(exchange.json, dict) and each.pointer.count("/") == 1
    return is_same(value, each.received)


def _as_before(each: Difference, call: int, exchanges: Sequence[Exchange]) -> int | None:
    """An earlier answer to the same request that had what was expected: then the two are to be alike."""
    for number in reversed(range(call)):
        other = exchanges[number]
        same_request = (other.sent.method, other.sent.url) == (exchanges[call].sent.method, exchanges[call].sent.url)
        if same_request and _shows(other, Difference(each.pointer, None, each.expected)):
            return number
    return None


def _is_figure(value: Any) -> bool:
    return value is None or isinstance(value, bool | int | float | Decimal) or _number(value) is not None


def _is_told(each: Difference) -> bool:
    """Whether what is expected is told in words, not as a value."""
    if not isinstance(each.expected, str) or _number(each.expected) is not None:
        return False
    return " " in each.expected or (each.received is not NOTHING and not isinstance(each.received, str))


def is_same(one: Any, other: Any) -> bool:
    """Whether two values are the same in JSON; a figure may stand as a text."""
    if one is NOTHING or other is NOTHING:
        return False
    if _number(one) is not None and _number(one) == _number(other):
        return True
    return canonical(one) == canonical(other)


def canonical(value: Any) -> str:
    """The value as JSON text that is the same for the same value."""
    return json.dumps(value, sort_keys=True, default=str)


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def value_at(value: Any, pointer: str) -> Any:
    """The value at a JSON pointer; `NOTHING` where there is none."""
    for part in pointer_parts(pointer):
        try:
            value = value[int(part)] if isinstance(value, list) else value[part]
        except (KeyError, IndexError, TypeError, ValueError):
            return NOTHING
    return value
