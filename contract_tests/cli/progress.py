"""How far a run is, on standard error: a line that is rewritten on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TextIO

import pytest

if TYPE_CHECKING:
    from rich.console import Console

    from contract_tests.events import Event

SECONDS_BETWEEN_LINES = 10.0
SECONDS_ON_A_TERMINAL = 0.2
_SAYING = frozenset({"passed", "failed", "refuted", "waived"})
"""The outcomes of checks that have shown something about their rules."""


@dataclass
class Progress:
    """A pytest plugin that listens to the events of a run.

    `out`: where to write; pytest takes its own standard error to itself. `is_terminal`: whether lines can be rewritten.
    """

    out: TextIO
    seconds: float
    is_terminal: bool
    now: Callable[[], float] = time.monotonic
    is_started: bool = False
    total: int = 0
    done: int = 0
    findings: set[str] = field(default_factory=set)
    rules: set[str] = field(default_factory=set)
    operations: set[str] = field(default_factory=set)
    began: float = 0.0
    _shown: float = float("-inf")
    _console: Console | None = None

    def __post_init__(self) -> None:
        self.began = self.began or self.now()
        if self.is_terminal:
            from rich.console import Console

            self._console = Console(file=self.out, force_terminal=True)

    def pytest_collection_finish(self, session: Any) -> None:
        self.total = self.total or len(session.items)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: list[str]) -> None:
        self.total = len(ids)

    def pytest_contract_event(self, event: Event) -> None:
        kind = type(event).__name__
        if kind == "RunStarted":
            self.is_started = True
            self._say(f"{event.target} ({event.kind}), seed {event.seed}")  # type: ignore[union-attr]
        elif kind == "CheckEnded":
            self._count(event)
            self._show()
        else:
            self._clear()

    def _count(self, event: Any) -> None:
        self.done += event.outcome != "not-run"
        self.findings |= {each["fingerprint"] for each in event.findings}
        if event.outcome in _SAYING:
            self.rules |= set(event.rules)
        self.operations |= {each.partition(" ")[0] for each in event.answers}

    def _show(self) -> None:
        now = self.now()
        if now - self._shown < (SECONDS_ON_A_TERMINAL if self.is_terminal else SECONDS_BETWEEN_LINES):
            return
        self._shown = now
        if self._console is None:
            self._say(self.line())
        else:
            style = "bold red" if self.findings else "cyan"
            self.out.write("\r\x1b[2K")
            self._console.print(self.line()[: self._console.width - 1], style=style, end="", highlight=False)
            self.out.flush()

    def line(self) -> str:
        """The state of things in one line."""
        left = max(0.0, self.seconds - (self.now() - self.began))
        counts = {"operation": self.operations, "rule": self.rules, "finding": self.findings}
        told = ", ".join(f"{len(each)} {name}{'' if len(each) == 1 else 's'}" for name, each in counts.items())
        return f"{self.done}/{self.total} checks, {told}, {left:.0f} s left"

    def _say(self, text: str) -> None:
        self._clear()
        self.out.write(text + "\n")
        self.out.flush()

    def _clear(self) -> None:
        if self._console is not None:
            self.out.write("\r\x1b[2K")
            self.out.flush()


def standard_error() -> TextIO:
    """Standard error as it is now, whatever pytest makes of it later."""
    return os.fdopen(os.dup(2), "w", encoding="utf-8", errors="replace")
