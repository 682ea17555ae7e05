"""The faults of one namespace, and which of them applies to a call."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mock_server.core.steering.effects import Effect, Stale
from mock_server.core.steering.matching import Call, Match


@dataclass(frozen=True)
class Fault:
    """What is to go wrong, with which calls and how often.

    Of the calls that match, the first `skip` pass; then the fault is in force for `times` of them, or for all.
    `probability`: with which it applies to a call while it is in force; the dice fall by `seed`. `stated`: as it was
    asked for.
    """

    match: Match = field(default_factory=Match)
    times: int | None = None
    skip: int = 0
    probability: float = 1.0
    seed: int = 0
    delay_ms: int = 0
    effect: Effect | None = None
    stated: Mapping[str, Any] = field(default_factory=dict)

    def fits(self, call: Call) -> bool:
        """Whether it is about this call."""
        return self.match.fits(call) and self._can_apply(call)

    def may_fit(self, call: Call) -> bool:
        """Whether it is about this call unless the body says otherwise."""
        return self.match.may_fit(call) and self._can_apply(call)

    def _can_apply(self, call: Call) -> bool:
        return call.reads_state or not isinstance(self.effect, Stale)


@dataclass(frozen=True)
class FaultReport:
    """A fault and what has become of it.

    `matched`: calls that were about it and that no earlier fault took. `applied`: those that it did something to.
    `remaining`: how many more it is in force for; `None` for as long as it stands.
    """

    id: str
    fault: Fault
    matched: int
    applied: int
    remaining: int | None

    @property
    def is_exhausted(self) -> bool:
        return self.remaining == 0


@dataclass(frozen=True)
class Decision:
    """What is done to a call, and by which fault."""

    fault_id: str
    delay_ms: int
    effect: Effect | None


class FaultBook:
    """Faults in order of their creation; safe to share between threads. The first one that applies to a call takes it;
    one that lets it pass leaves it to the next.

    `is_active`: whether any of them can still do something; read without a lock, on every request. `drop_copy`: told of
    each copy of the state that a forgotten fault had; may block.
    """

    def __init__(self) -> None:
        self.drop_copy: Callable[[str], object] = lambda copy: None
        self._lock = threading.Lock()
        self._entries: dict[str, _Entry] = {}
        self._count = 0
        self.is_active = False

    def add(self, fault: Fault, max_faults: int) -> FaultReport | None:
        """Put a fault behind the others; `None` when there are as many as there may be."""
        with self._lock:
            if len(self._entries) >= max_faults:
                return None
            self._count += 1
            entry = _Entry(f"fault-{self._count}", fault)
            self._entries[entry.id] = entry
            self._look()
            return entry.report()

    def reports(self) -> list[FaultReport]:
        """All of them, the exhausted ones too."""
        with self._lock:
            return [each.report() for each in self._entries.values()]

    def report(self, fault_id: str) -> FaultReport | None:
        """One of them, or `None`."""
        with self._lock:
            entry = self._entries.get(fault_id)
            return entry.report() if entry else None

    def remove(self, fault_id: str) -> FaultReport | None:
        """Forget one; what it was, or `None` when there is none with this id."""
        with self._lock:
            entry = self._entries.pop(fault_id, None)
            self._look()
        return self._forgotten(entry) if entry else None

    def clear(self) -> list[FaultReport]:
        """Forget all; what they were."""
        with self._lock:
            entries = list(self._entries.values())
            self._entries.clear()
            self._look()
        return [self._forgotten(each) for each in entries]

    def asks_for_body(self, call: Call) -> bool:
        """Whether what applies to the call can depend on its body."""
        with self._lock:
            return any(
                each.fault.match.body and each.remaining != 0 and each.fault.may_fit(call)
                for each in self._entries.values()
            )

    def decide(self, call: Call) -> Decision | None:
        """Count the call where it belongs, and return what is done to it."""
        with self._lock:
            taken = next((each for each in self._entries.values() if each.takes(call)), None)
            if taken is None:
                self._look()  # one may be exhausted by a call that the dice let pass
                return None
            if taken.remaining == 0:
                self._look()
            return Decision(taken.id, taken.fault.delay_ms, taken.fault.effect)

    def _forgotten(self, entry: _Entry) -> FaultReport:
        if isinstance(entry.fault.effect, Stale):
            self.drop_copy(entry.fault.effect.copy)
        return entry.report()

    def _look(self) -> None:
        self.is_active = any(each.remaining != 0 for each in self._entries.values())


class _Entry:
    """A fault and its counts; used under the book's lock only."""

    def __init__(self, fault_id: str, fault: Fault) -> None:
        self.id = fault_id
        self.fault = fault
        self._matched = 0
        self._applied = 0
        self._dice = random.Random(fault.seed)  # noqa: S311 - a sequence that can be had again is what is wanted

    @property
    def remaining(self) -> int | None:
        if self.fault.times is None:
            return None
        return max(self.fault.times - max(self._matched - self.fault.skip, 0), 0)

    def takes(self, call: Call) -> bool:
        if self.remaining == 0 or not self.fault.fits(call):
            return False
        self._matched += 1
        if self._matched <= self.fault.skip or self._dice.random() >= self.fault.probability:
            return False
        self._applied += 1
        return True

    def report(self) -> FaultReport:
        return FaultReport(self.id, self.fault, self._matched, self._applied, self.remaining)
