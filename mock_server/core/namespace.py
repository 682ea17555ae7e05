"""A namespace: a world of its own, with records, clock, ids and all else that tests must not share."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol, TypeVar

from mock_server.core.agenda import CatchUp, DueEvents
from mock_server.core.clock import RUNNING, ClockState, NamespaceClock
from mock_server.core.coverage import Coverage
from mock_server.core.ids import NamespaceIds
from mock_server.core.journal.journal import Journal
from mock_server.core.outbox import PostOffice
from mock_server.core.records import Collection, Store, UnitOfWork, transact
from mock_server.core.steering.book import FaultBook
from mock_server.core.tokens import TokenVerifier

DEFAULT = "default"
HEADER = "x-mock-namespace"
CLAIM = "mock_namespace"
QUERY_PARAMETER = "X-Mock-Namespace"
MAX_NAME_LENGTH = 63
_NAME = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")
NAME_RULE = f"1 to {MAX_NAME_LENGTH} letters a to z, digits and hyphens, no hyphen at either end"

T = TypeVar("T")
Bind = Callable[[Any], Any]
"""Binds services to a unit of work; those that work outside of any get `None`."""


def is_name(text: str) -> bool:
    """Whether a namespace or a snapshot can be called that: any label of a host name can."""
    return len(text) <= MAX_NAME_LENGTH and _NAME.fullmatch(text) is not None


@dataclass(frozen=True)
class NamespaceState:
    """What a namespace is beside its records; stored among them, so that every copy carries it.

    `seed`: what it was filled with. `first_clock`: how its clock stood when it was made, for a reset.
    """

    seed: str
    id_seed: str | None = None
    id_count: int = 0
    clock: ClockState = RUNNING
    first_clock: ClockState = RUNNING
    id: str = "state"
    version: int = 0


NAMESPACE_STATES: Collection[NamespaceState] = Collection(name="namespace_states", type=NamespaceState)


class Errand(Protocol):
    """Something to be done for a namespace outside of any unit of work, such as talking to the network."""

    def due_at(self) -> datetime | None:
        """When there is next something to do, on the namespace's clock; `None` for never."""

    def run(self) -> None:
        """Do whatever is due. May block for long; never called on the event loop."""

    def nudge(self) -> None:
        """Have it done in the background if anything may be due. Returns at once."""


class Memory(Protocol):
    """Something remembered of the calls of a namespace while the server runs."""

    def clear(self) -> object:
        """Forget it."""


class Namespace:
    """One namespace while the server runs.

    `services`: by room, what binds its services to a unit of work. `verifier`: checks tokens on this clock.
    `outbox`: what goes out. `agenda`: what falls due. `errands`: what falls due and talks to others. `faults`: what is
    to go wrong. `journal`: what was asked and answered. `coverage`: what of the contracts that has exercised.
    `memories`: what a reset clears.
    `on_adopted`: told when the records were exchanged as a whole, and whatever was remembered of them is void.
    """

    verifier: TokenVerifier
    outbox: PostOffice

    def __init__(
        self, name: str, store: Store, clock: NamespaceClock, ids: NamespaceIds, journal: Journal | None = None
    ) -> None:
        self.name = name
        self.store = store
        self.clock = clock
        self.ids = ids
        self.agenda = DueEvents(clock)
        self.services: dict[str, Bind] = {}
        self.errands: list[Errand] = []
        self.faults = FaultBook()
        self.journal = journal or Journal()
        self.coverage = Coverage()
        self.memories: list[Memory] = [self.faults, self.journal, self.coverage]
        self.on_adopted: list[Callable[[], None]] = []
        self._state = NamespaceState(seed="none")
        self._moving = threading.RLock()

    def start(self, state: NamespaceState, catch_ups: Mapping[str, CatchUp]) -> None:
        """Begin with this state; `catch_ups` lets happen what falls due, by room."""
        self._take_over(state)
        self.agenda.start(list(catch_ups.values()))

    @property
    def seed(self) -> str:
        """What it was filled with."""
        return self._state.seed

    @property
    def state(self) -> NamespaceState:
        """What it is now."""
        return replace(self._state, id_seed=self.ids.seed, id_count=self.ids.count, clock=self.clock.state)

    def transact(self, action: Callable[[UnitOfWork], T], *, write: bool, reads_from: str | None = None) -> T:
        """Run `action` in a unit of work of this namespace, again from the start when somebody else was first.

        `reads_from`: another namespace of the store that a reading action sees instead of this one.
        """
        if not write:
            return transact(self.store, reads_from or self.name, action, write=False)

        def saved(work: UnitOfWork) -> tuple[T, NamespaceState]:
            result = action(work)
            return result, self._saved(work)

        result, self._state = transact(self.store, self.name, saved, write=True)
        return result

    def adopt(self, state: NamespaceState) -> None:
        """Go on with records that were exchanged as a whole; `state` is the one that came with them."""
        self._take_over(state)
        for adopted in self.on_adopted:
            adopted()
        self.agenda.look_again()

    def forget_what_happened(self) -> None:
        """Clear what is remembered of calls."""
        for memory in self.memories:
            memory.clear()

    def set_clock(self, at: datetime, *, is_frozen: bool) -> None:
        """Let the clock show an instant, and then stand still or run on. What falls due on the way there happens, in
        its order, each at its own instant; on the way back nothing is undone.

        The goal is stored first: a server that dies on the way catches up when it is started again. Blocks; never
        called on the event loop or inside a unit of work.
        """
        with self._moving:
            self._save_clock(self.clock.standing(at, is_frozen=is_frozen))
            self.agenda.look_again()
            self.agenda.catch_up()
            self._let_pass(at)
            self.clock.state = self.clock.standing(at, is_frozen=is_frozen)
            self.agenda.catch_up()
            self._run_errands()

    def _let_pass(self, until: datetime) -> None:
        """Stop at each instant at which something falls due."""
        passed = self.clock.now()
        while (due := self.next_due()) is not None and passed < due <= until:
            passed = due
            self.clock.state = self.clock.standing(due, is_frozen=True)
            self.agenda.catch_up()
            self._run_errands()

    def next_due(self) -> datetime | None:
        """When something is next known to fall due."""
        dues = [self.agenda.next_due(), *(each.due_at() for each in self.errands)]
        return min((due for due in dues if due is not None), default=None)

    def _run_errands(self) -> None:
        for errand in self.errands:
            errand.run()

    def _take_over(self, state: NamespaceState) -> None:
        self._state = replace(state, version=0)
        self.clock.state = state.clock
        self.ids.start(state.id_seed, state.id_count)

    def _saved(self, work: UnitOfWork) -> NamespaceState:
        """Store what has changed beside the records; ids by a seed are counted, so that none comes twice."""
        present = self.state
        return self._state if present == self._state else store_state(work, present)

    def _save_clock(self, goal: ClockState) -> None:
        def save(work: UnitOfWork) -> NamespaceState:
            return store_state(work, replace(self.state, clock=goal))

        self._state = transact(self.store, self.name, save, write=True)


def store_state(work: UnitOfWork, state: NamespaceState) -> NamespaceState:
    """Store what a namespace is, in its unit of work."""
    records = work.records(NAMESPACE_STATES)
    stored = records.get(state.id)
    if stored is None:
        records.add(state)
        return state
    records.replace(replace(state, version=stored.version))
    return state
