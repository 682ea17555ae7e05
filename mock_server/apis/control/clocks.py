"""Clocks as the wire has them, and what a call may do to one."""

from __future__ import annotations

from datetime import datetime

from mock_server.apis.control.services import Json
from mock_server.core.clock import RUNNING, ClockState, whole_milliseconds
from mock_server.core.errors import Refused
from mock_server.core.instants import duration, from_text, to_text
from mock_server.core.namespace import Namespace

SETTING = "CTL-CLOCK-SETTING"
BACKWARDS = "CTL-CLOCK-BACKWARDS"
FROZEN = "frozen"


def clock_json(namespace: Namespace) -> Json:
    """The time of a namespace. What is due has happened first, so that the next is known."""
    namespace.agenda.look_again()
    namespace.agenda.catch_up()
    state, due = namespace.clock.state, namespace.next_due()
    return {
        "now": to_text(namespace.clock.now()),
        "mode": mode_of(state),
        "nextDue": None if due is None else to_text(due),
    }


def mode_of(state: ClockState) -> str:
    return "running" if state.frozen_at is None else FROZEN


def first_clock(setting: Json, now: datetime) -> ClockState:
    """How a new namespace's clock is to stand; `now` is the machine's time. Raises `Refused`: CTL-CLOCK-SETTING."""
    at = instant(setting["at"]) if "at" in setting else now
    mode = setting.get("mode", FROZEN if "at" in setting else "running")
    if mode == FROZEN:
        return ClockState(frozen_at=whole_milliseconds(at))
    return ClockState(offset_ms=round((at - now).total_seconds() * 1000)) if "at" in setting else RUNNING


def set_clock(namespace: Namespace, asked: Json) -> None:
    """Let the clock do what was asked. Raises `Refused`: CTL-CLOCK-SETTING, CTL-CLOCK-BACKWARDS."""

    def aim(now: datetime, is_frozen: bool) -> tuple[datetime, bool]:
        at = _goal(now, asked)
        if at < now and not asked.get("allowBackwards"):
            raise Refused(BACKWARDS, _too_late(now, at))
        return at, asked["mode"] == FROZEN if "mode" in asked else is_frozen

    namespace.move_clock(aim)


def _too_late(now: datetime, at: datetime) -> str:
    return (
        f"The clock shows {to_text(now)} and was asked to go back to {to_text(at)}: what has fallen due stays. "
        "Allow it with allowBackwards, restore a snapshot, or reset the namespace."
    )


def _goal(now: datetime, asked: Json) -> datetime:
    if "at" in asked and "advance" in asked:
        raise Refused(SETTING, "The clock is either set (at) or advanced (advance), not both in one call.")
    if not asked.keys() & {"at", "advance", "mode"}:
        raise Refused(SETTING, "Nothing is asked of the clock; possible: mode, at, advance.")
    if "at" in asked:
        return instant(asked["at"])
    try:
        return now + duration(asked["advance"]) if "advance" in asked else now
    except (ValueError, OverflowError) as error:
        raise Refused(SETTING, f"The clock can't be advanced by {asked['advance']}: {error}.") from error


def instant(text: str) -> datetime:
    """The instant a text names. Raises `Refused`: CTL-CLOCK-SETTING."""
    try:
        return from_text(text)
    except ValueError as error:
        raise Refused(SETTING, f"The clock can't be set: {error}.") from error
