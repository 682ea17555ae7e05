"""How a clock stands, as JSON, both ways."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from mock_server.core.clock import MILLISECOND, ClockState
from mock_server.core.instants import from_text, to_text

Json = Mapping[str, Any]
_LONGEST_OFFSET = timedelta(days=366 * 10_000)


def clock_json(state: ClockState) -> Json:
    """How a clock stands."""
    if state.frozen_at is not None:
        return {"mode": "frozen", "at": to_text(state.frozen_at)}
    return {"mode": "running", "offsetMs": state.offset_ms}


def clock_state(value: Json) -> ClockState:
    """The clock a document describes. Raises `ValueError` where no calendar has it."""
    if value["mode"] == "frozen":
        if "at" not in value:
            raise ValueError("a frozen clock stands at an instant")
        return ClockState(frozen_at=from_text(value["at"]))
    offset_ms = int(value.get("offsetMs", 0))
    if abs(offset_ms) > _LONGEST_OFFSET // MILLISECOND:
        raise ValueError("the clock's offset is beyond all calendars")
    return ClockState(offset_ms=offset_ms)
