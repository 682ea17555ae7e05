"""The clock of a test's namespace."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from mock_server.cli.control_client import ControlClient
from mock_server.core.instants import from_text, to_text

Instant = datetime | str
"""Aware, or as RFC 3339 has it: "2026-11-02T09:30:00Z"."""


class Clock:
    """Tells and sets the time of one namespace. What falls due on the way forward happens, in its order."""

    def __init__(self, client: ControlClient) -> None:
        self._client = client

    @property
    def now(self) -> datetime:
        """The present instant of the namespace, aware UTC."""
        return from_text(self._client.get("/clock").json["now"])

    def freeze(self, at: Instant | None = None) -> datetime:
        """Let it stand still, where it is or at an instant, even one that has passed: tests begin when they like."""
        return self._asked(mode="frozen", at=at, allowBackwards=True)

    def run(self, at: Instant | None = None) -> datetime:
        """Let it run, from where it is or from an instant on, even one that has passed."""
        return self._asked(mode="running", at=at, allowBackwards=True)

    def set(self, at: Instant, *, backwards: bool = False) -> datetime:
        """Let it show an instant. `backwards`: even one that has passed; what has happened stays."""
        return self._asked(at=at, allowBackwards=backwards or None)

    def advance(self, by: timedelta | None = None, **parts: float) -> datetime:
        """Move it forward, by a `timedelta` or by what makes one: `advance(days=30)`."""
        whole = by if by is not None else timedelta(**parts)
        return self._asked(advance=f"PT{whole / timedelta(seconds=1):.3f}S")

    def _asked(self, **asked: Any) -> datetime:
        stated = {name: _told(value) for name, value in asked.items() if value is not None}
        return from_text(self._client.put("/clock", stated).json["now"])


def _told(value: Any) -> Any:
    return to_text(value) if isinstance(value, datetime) else value
