"""What happens to one request on its way through the server, noted by whoever does it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import NamedTuple

from mock_server.core.errors import Refused
from openapi.model import ABSENT


class CellUse(NamedTuple):
    """One cell of a lifecycle table that was asked: `action` on a record in `state`.

    `target`: the state the record was in afterwards; `None` where the action was refused, or nothing was stored.
    """

    lifecycle: str
    action: str
    state: str
    record_id: str
    is_allowed: bool
    target: str | None = None


@dataclass(slots=True)
class Trace:
    """`refused`: what the request was refused for, if it was. `cells`: lifecycle cells in the order they were asked.

    `steered`: by what the answer was steered, as the header says it; empty where the mock answered by itself.
    """

    refused: Refused | None = None
    cells: list[CellUse] = field(default_factory=list)
    steered: str = ""

    def arrived(self, lifecycle: str, record_id: str, state: str) -> None:
        """The record is now in this state, by the last action that was allowed on it."""
        for index in reversed(range(len(self.cells))):
            cell = self.cells[index]
            if (cell.lifecycle, cell.record_id) == (lifecycle, record_id) and cell.is_allowed:
                self.cells[index] = cell._replace(target=state)
                return


current_trace: ContextVar[Trace | None] = ContextVar("current_trace", default=None)
"""The trace of the request being served; `None` outside of requests."""


def note_cell(use: CellUse) -> None:
    """A lifecycle table was asked."""
    trace = current_trace.get()
    if trace is not None:
        trace.cells.append(use)


def note_arrival(lifecycle: str, record_id: str, state: str) -> None:
    """A record was stored in a state."""
    trace = current_trace.get()
    if trace is not None:
        trace.arrived(lifecycle, record_id, state)


def note_creation(lifecycle: str, action: str, record_id: str, state: str) -> None:
    """A record has come into being."""
    note_cell(CellUse(lifecycle, action, ABSENT, record_id, is_allowed=True, target=state))


@contextmanager
def apart() -> Iterator[Trace]:
    """A trace for what happens now but belongs to no request, such as what has fallen due."""
    trace = Trace()
    token = current_trace.set(trace)
    try:
        yield trace
    finally:
        current_trace.reset(token)
