"""Which steps of the lifecycles a run has taken, read from its traffic alone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from contract_tests.exchange import Exchange
from openapi import ABSENT, Contract, Lifecycle, Transition
from openapi.model import Operation, template_pattern

Walked = tuple[str, str, str, str]
"""Lifecycle, action, source, target."""

_TRIGGER = re.compile(r"/_mock/[a-z-]+/(?P<id>[^/]+)/events$")
_IDS = ("invoiceId", "uploadId", "id")
"""How paths call the record an operation is about; the first that is there."""
_BY_URL = {"PUT": "put", "GET": "fetch"}
"""What calling a presigned URL is called in a lifecycle."""


class Walk:
    """Follows each record from state to state; `taken` are the steps.

    Where the table leaves several ends open, the next answer that shows the state tells which it was. What nobody
    asked for and has happened all the same is the event that leads there, where there is but one.
    """

    def __init__(self, contracts: Mapping[str, Contract]) -> None:
        self.taken: set[Walked] = set()
        self._contracts = contracts.values()
        self._states: dict[str, str] = {}
        self._open: dict[str, Transition] = {}
        self._owners: dict[str, tuple[Lifecycle, str]] = {}

    def see(self, exchange: Exchange) -> None:
        """Take note of what an exchange did to a record, or shows of it."""
        found = self._asked(exchange)
        if found is None:
            return
        lifecycle, action, record_id = found
        if exchange.status == 404 and self._states.get(record_id, ABSENT) != ABSENT and action not in _BY_URL.values():
            self._shown(lifecycle, record_id, ABSENT)
        elif exchange.is_success:
            value = exchange.json
            record_id = record_id or str(_member(value, "id") or _member(value, "uploadId") or "")
            state = _state_in(lifecycle, value)
            if state:
                self._shown(lifecycle, record_id, state)
            self._take(lifecycle, action, record_id)
            self._owners.update(dict.fromkeys(_urls(value), (lifecycle, record_id)))

    def _asked(self, exchange: Exchange) -> tuple[Lifecycle, str, str] | None:
        """The action that was asked for, and of which record; "" for one that was yet to be made."""
        for contract in self._contracts:
            operation = contract.operations.get(exchange.operation_id)
            if operation is not None:
                lifecycle = _lifecycle_with(contract, operation.id)
                return (lifecycle, operation.id, _record(contract, operation, exchange)) if lifecycle else None
        if exchange.sent.url in self._owners:
            lifecycle, record_id = self._owners[exchange.sent.url]
            action = _BY_URL.get(exchange.sent.method, "")
            return (lifecycle, action, record_id) if action in lifecycle.actions() else None
        return self._triggered(exchange)

    def _triggered(self, exchange: Exchange) -> tuple[Lifecycle, str, str] | None:
        """An event that a mock was told to let happen."""
        found = _TRIGGER.search(_path(exchange.sent.url))
        event = str(_member(_json(exchange.sent.body), "event") or "")
        lifecycle = next((each for each in (_lifecycle_with(one, event) for one in self._contracts) if each), None)
        return (lifecycle, event, found["id"]) if found and lifecycle else None

    def _shown(self, lifecycle: Lifecycle, record_id: str, state: str) -> None:
        """The record was seen to be in a state."""
        cell = self._open.pop(record_id, None)
        before = self._states.get(record_id)
        if cell is not None and state in cell.targets:
            self._note(lifecycle, cell.action, cell.source, state)
        elif before is not None and before != state:
            events = [each for each in _events(lifecycle, before) if state in each.targets]
            if len(events) == 1:
                self._note(lifecycle, events[0].action, before, state)
        self._states[record_id] = state

    def _take(self, lifecycle: Lifecycle, action: str, record_id: str) -> None:
        """The record's action has succeeded."""
        source = self._states.get(record_id, ABSENT)
        cell = _cell(lifecycle, action, source) or self._after_event(lifecycle, action, record_id, source)
        self._open.pop(record_id, None)
        if cell is None:
            self._states.pop(record_id, None)
        elif len(cell.targets) == 1:
            self._note(lifecycle, action, cell.source, cell.targets[0])
            self._states[record_id] = cell.targets[0]
        else:
            self._open[record_id] = cell

    def _after_event(self, lifecycle: Lifecycle, action: str, record_id: str, source: str) -> Transition | None:
        """The cell of an action that is possible only after an event that nobody was told of."""
        ways = [(each, _cell(lifecycle, action, each.targets[0])) for each in _events(lifecycle, source)]
        ways = [(event, cell) for event, cell in ways if cell is not None and event.targets != (source,)]
        if len(ways) != 1:
            return None
        event, cell = ways[0]
        self._note(lifecycle, event.action, source, event.targets[0])
        self._states[record_id] = event.targets[0]
        return cell

    def _note(self, lifecycle: Lifecycle, action: str, source: str, target: str) -> None:
        self.taken.add((lifecycle.name, action, source, target))


def _lifecycle_with(contract: Contract, action: str) -> Lifecycle | None:
    lifecycles = contract.lifecycles.values()
    return next((each for each in lifecycles if any(cell.action == action for cell in each.transitions)), None)


def _cell(lifecycle: Lifecycle, action: str, source: str) -> Transition | None:
    return next((each for each in lifecycle.transitions if each.action == action and each.source == source), None)


def _events(lifecycle: Lifecycle, source: str) -> list[Transition]:
    return [each for each in lifecycle.transitions if each.is_event and each.source == source]


def _record(contract: Contract, operation: Operation, exchange: Exchange) -> str:
    if not operation.is_templated:
        return str(_member(_json(exchange.sent.body), "id") or "")
    template = contract.base_path + operation.path
    path = _path(exchange.sent.url)
    start = path.find(contract.base_path)  # a target may have more before it
    if start < 0 or not template_pattern(template).fullmatch(path[start:]):
        return "?"
    parts = dict(zip(template.split("/"), path[start:].split("/"), strict=True))
    name = next((each for each in _IDS if "{" + each + "}" in parts), "")
    return unquote(parts.get("{" + name + "}", "?"))


def _state_in(lifecycle: Lifecycle, value: Any) -> str:
    """The state that an answer shows of the record."""
    if lifecycle.property is None or not isinstance(value, dict) or lifecycle.property not in value:
        return ""
    shown = value[lifecycle.property]
    return next((name for name, wire in lifecycle.states.items() if wire == shown and wire is not None), "")


def _path(url: str) -> str:
    try:
        return urlsplit(url).path
    except ValueError:  # hostile, and none of ours
        return ""


def _urls(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from (each for each in value.values() if isinstance(each, str) and "X-Amz-Signature=" in each)


def _member(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None


def _json(body: bytes) -> Any:
    try:
        return json.loads(body) if body[:1] == b"{" else None
    except (ValueError, RecursionError):
        return None
