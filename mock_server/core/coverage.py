"""What the callers of one namespace have exercised: counted with every exchange, reported against the contracts."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from mock_server.core.coverage_report import Tally, report
from mock_server.core.trace import CellUse
from openapi.diagrams import Step
from openapi.model import Contract, Lifecycle


class Coverage:
    """Counts exchanges. Noting one takes a few dictionary entries; all that costs more is left to the reports."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tally = Tally()

    def note(
        self,
        group: str | None,
        operation_id: str | None,
        status: int,
        rules: Sequence[str] = (),
        cells: Sequence[CellUse] = (),
    ) -> None:
        """An exchange has been answered.

        `group`, `operation_id`: `None` for paths of no group or operation. `rules`: those that refused it. `cells`:
        the lifecycle cells it asked; where it was refused, the allowed ones led nowhere, for nothing was kept.
        """
        with self._lock:
            tally = self._tally
            tally.answers[group, operation_id, status] += 1
            for rule in rules:
                tally.rules[rule] += 1
            for cell in cells:
                if not cell.is_allowed:
                    tally.refusals[cell.lifecycle, cell.action, cell.state] += 1
                elif status < 400:
                    tally.transitions[cell.lifecycle, cell.action, cell.state, cell.target] += 1

    def clear(self) -> None:
        """Begin anew."""
        with self._lock:
            self._tally = Tally()

    def report(self, contracts: Mapping[str, Contract]) -> dict[str, Any]:
        """All groups that stand in for something, with what has been exercised and what has not, as a JSON value."""
        return report(self._counted(), contracts)

    def walked(self, lifecycle: Lifecycle) -> set[Step]:
        """The steps of a lifecycle that have been taken."""
        return set(self._counted().walked(lifecycle))

    def _counted(self) -> Tally:
        """The counts of this moment."""
        with self._lock:
            now = self._tally
            return Tally(Counter(now.answers), Counter(now.rules), Counter(now.transitions), Counter(now.refusals))
