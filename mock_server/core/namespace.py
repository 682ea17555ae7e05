"""A namespace: a world of its own, with records, clock, ids and all else that tests must not share."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol, TypeVar

from mock_server.core.agenda import CatchUp, DueEvents
from mock_server.core.clock import RUNNING, ClockState, NamespaceClock
from mock_server.core.coverage import Coverage
from mock_server.core.errors import Refused
from mock_server.core.ids import NamespaceIds
from mock_server.core.journal.journal import Journal
from mock_server.core.outbox import PostOffice
from mock_server.core.records import Collection, Store, UnitOfWork, transact
from mock_server.core.steering.book import FaultBook
from mock_server.core.tokens import TokenVerifier

DEFAULT = "default"
GONE = "CTL-NAMESPACE-GONE"
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

    `seed`: what it was filled with. `first_clock`: how its clock stood when it was made, for a reset. `generation`:
    counted up whenever the records are exchanged as a whole, so that other processes notice.
    """

    seed: str
    id_seed: str | None = None
    id_count: int = 0
    clock: ClockState = RUNNING
    first_clock: ClockState = RUNNING
    generation: int = 0
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

    Two locks, always taken in this order: while the clock is moved or all records are exchanged, which may take long;
    and while something is written, which is short, so that records, ids and clock are stored as they fit together.

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
        self.agenda = DueEvents(clock, self.held)
        self.services: dict[str, Bind] = {}
        self.errands: list[Errand] = []
        self.faults = FaultBook()
        self.journal = Journal() if journal is None else journal  # an empty one is false
        self.coverage = Coverage()
        self.memories: list[Memory] = [self.faults, self.journal, self.coverage]
        self.on_adopted: list[Callable[[], None]] = []
        self._state = NamespaceState(seed="none")
        self._goal: ClockState | None = None
        self._is_gone = False
        self._moving = threading.RLock()
        self._writing = threading.RLock()

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
        """What it is now. While the clock is being moved it is there already: whoever goes on from here catches up."""
        clock = self._goal or self.clock.state
        return replace(self._state, id_seed=self.ids.seed, id_count=self.ids.count, clock=clock)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Let nobody else change it meanwhile. To be held for a short time only, and never taken inside a unit of work.

        Raises:
            Refused: CTL-NAMESPACE-GONE.
        """
        with self._writing:
            self._require_present()
            yield

    def _require_present(self) -> None:
        if self._is_gone:
            raise Refused(GONE, f"The namespace {self.name} was deleted before the call was done; try it again.")

    def end(self, forget: Callable[[], None]) -> None:
        """Have it forgotten. Whoever still has it in hand is refused by CTL-NAMESPACE-GONE from now on."""
        with self._writing:
            self._is_gone = True
            forget()

    def transact(self, action: Callable[[UnitOfWork], T], *, write: bool, reads_from: str | None = None) -> T:
        """Run `action` in a unit of work of this namespace, again from the start when somebody else was first.

        `reads_from`: another namespace of the store that a reading action sees instead of this one.
        """
        if not write:
            return transact(self.store, reads_from or self.name, action, write=False)

        def saved(work: UnitOfWork) -> tuple[T, NamespaceState]:
            result = action(work)
            return result, self._saved(work)

        with self._writing:  # as `held`, in a third of the steps
            self._require_present()
            result, self._state = transact(self.store, self.name, saved, write=True)
        return result

    def exchange(self, action: Callable[[UnitOfWork], NamespaceState]) -> None:
        """Exchange the records as a whole in a unit of work, and go on with the state that came with them."""

        def exchanged(work: UnitOfWork) -> NamespaceState:
            return store_state(work, replace(action(work), generation=self._state.generation + 1))

        with self._moving, self.held():
            self._go_on(transact(self.store, self.name, exchanged, write=True))

    def follow(self, stored: NamespaceState) -> None:
        """Go on with what another process on the same store has made of it."""
        with self._moving, self.held():
            if stored.generation > self._state.generation:
                self._go_on(stored)
            elif stored.clock != self._state.clock:
                self._state = replace(self._state, clock=stored.clock)
                self.clock.state = stored.clock
                self.agenda.look_again()

    def _go_on(self, state: NamespaceState) -> None:
        self._take_over(state)
        for adopted in self.on_adopted:
            adopted()
        self.agenda.look_again()

    def forget_what_happened(self) -> None:
        """Clear what is remembered of calls."""
        for memory in self.memories:
            memory.clear()

    def move_clock(self, aim: Callable[[datetime, bool], tuple[datetime, bool]]) -> None:
        """Let the clock show an instant, and then stand still or run on. What falls due on the way there happens, in
        its order, each at its own instant; on the way back nothing is undone.

        `aim`: told what the clock shows and whether it stands still, says what it is to show and whether to stand still
        then; what it raises stops the move before anything has happened. Moves wait for each other. Blocks; never
        called on the event loop or inside a unit of work.
        """
        with self._moving:
            now, is_frozen = self.clock.now(), self.clock.state.frozen_at is not None
            goal = aim(now, is_frozen)
            if goal != (now, is_frozen):
                self._move(now, *goal)
            self.agenda.look_again()
            self.agenda.catch_up()
            self._run_errands()

    def _move(self, now: datetime, at: datetime, is_frozen: bool) -> None:
        """The goal is stored first and all the way: a server that dies meanwhile catches up when it starts again."""
        self._save_clock(self.clock.standing(at, is_frozen=is_frozen))
        try:
            # No time passes beside what is asked for, so the clock never jumps back to its goal.
            self.clock.state = self.clock.standing(now, is_frozen=True)
            self.agenda.look_again()
            self.agenda.catch_up()
            self._run_errands()  # what is due now is done now, and not when the clock has moved
            self._let_pass(at)
        finally:
            self.clock.state = self.clock.standing(at, is_frozen=is_frozen)
            self._goal = None

    def _let_pass(self, until: datetime) -> None:
        """Stop at each instant at which something falls due."""
        passed = self.clock.now()
        while (due := self._due_after(passed)) is not None and due <= until:
            passed = due
            self.clock.state = self.clock.standing(due, is_frozen=True)
            self.agenda.catch_up()
            self._run_errands()

    def _due_after(self, instant: datetime) -> datetime | None:
        return min((due for due in self._dues() if due > instant), default=None)

    def next_due(self) -> datetime | None:
        """When something is next known to fall due."""
        return min(self._dues(), default=None)

    def _dues(self) -> Iterator[datetime]:
        dues = [self.agenda.next_due(), *(each.due_at() for each in self.errands)]
        return (due for due in dues if due is not None)

    def _run_errands(self) -> None:
        for errand in self.errands:
            errand.run()

    def _take_over(self, state: NamespaceState) -> None:
        self._state = replace(state, version=0)
        self.clock.state = state.clock
        self.ids.start(state.id_seed, state.id_count)

    def _saved(self, work: UnitOfWork) -> NamespaceState:
        """Store what has changed beside the records; ids by a seed are counted, so that none comes twice."""
        stored, clock = self._state, self._goal or self.clock.state  # compared one by one: asked at every write
        is_as_stored = stored.id_count == self.ids.count and stored.id_seed == self.ids.seed and stored.clock == clock
        return stored if is_as_stored else store_state(work, self.state)

    def _save_clock(self, goal: ClockState) -> None:
        """Store where the clock is going, and keep that stored until it is there."""

        def save(work: UnitOfWork) -> NamespaceState:
            return store_state(work, replace(self.state, clock=goal))

        with self.held():
            self._state = transact(self.store, self.name, save, write=True)
            self._goal = goal


def store_state(work: UnitOfWork, state: NamespaceState) -> NamespaceState:
    """Store what a namespace is, in its unit of work."""
    records = work.records(NAMESPACE_STATES)
    stored = records.get(state.id)
    if stored is None:
        records.add(state)
        return state
    records.replace(replace(state, version=stored.version))
    return state
