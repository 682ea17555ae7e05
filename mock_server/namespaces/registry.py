"""Keeps the namespaces: makes them, lets idle ones lapse, copies them and puts them back."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from mock_server.core.clock import Clock
from mock_server.core.control import Making, NamespaceFacts, Snapshot
from mock_server.core.errors import Refused, SetupError
from mock_server.core.namespace import (
    DEFAULT,
    NAME_RULE,
    NAMESPACE_STATES,
    Namespace,
    NamespaceState,
    is_name,
    store_state,
)
from mock_server.core.objects import OBJECTS, StoredObject
from mock_server.core.records import Query, Store, UnitOfWork, transact
from mock_server.namespaces.names import held_copy_of, is_abandoned, is_copy, is_held, snapshot_in, snapshot_of
from mock_server.namespaces.portable import Portable
from mock_server.namespaces.seeding import Seeds
from openapi.model import Contract


@dataclass(frozen=True)
class Keeping:
    """How namespaces are kept. `max_idle`: unused for longer, they lapse; the default one never does."""

    max_namespaces: int
    max_snapshots: int
    max_idle: timedelta


@dataclass
class _Use:
    """A namespace that exists: when it was last used, and itself once it is at hand."""

    at: float
    namespace: Namespace | None = None


@dataclass(frozen=True)
class Staging:
    """What groups let the control API do: by group and action, with a unit of work's services."""

    actions: Mapping[str, Mapping[str, Callable[[Any, Mapping[str, Any]], Any]]]


CHECK = "check_records"
"""The action of a group that raises `Refused` where its records, which came from elsewhere, can't be shown."""


class Namespaces:
    """`core.control.ControlPlane` on a store.

    `open`: makes a namespace that is at hand from its stored state. `gone`: told of each object that no record of a
    namespace points to any more. A lock keeps making and forgetting apart; serving takes none. It may be held while a
    namespace's own short lock is taken, and never the other way round.
    """

    def __init__(
        self,
        store: Store,
        seeds: Seeds,
        open_namespace: Callable[[str, NamespaceState], Namespace],
        gone: Callable[[StoredObject], None],
        contracts: Mapping[str, Contract],
        staging: Staging,
        portable: Portable,
        keeping: Keeping,
        clock: Clock,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._seeds = seeds
        self._open = open_namespace
        self._gone = gone
        self._contracts = contracts
        self._staging = staging
        self._portable = portable
        self._keeping = keeping
        self._clock = clock
        self._monotonic = monotonic
        self._known: dict[str, _Use] = {}
        self._making = threading.RLock()

    # Serving

    def live(self, name: str) -> Namespace | None:
        """The namespace, where it is at hand."""
        use = self._known.get(name)
        if use is None or use.namespace is None:
            return None
        use.at = self._monotonic()
        return use.namespace

    def get(self, name: str) -> Namespace:
        """The namespace; made of the server's own seed when it is asked for the first time."""
        return self.live(name) or self._opened(name, Making())

    def start(self, making: Making) -> None:
        """Open the default namespace, and know those that are stored. Raises `SetupError`: the seed can't be used."""
        stored = [name for name, _ in self._states()]
        self._known = {name: _Use(self._monotonic()) for name in stored if not is_copy(name)}
        for name in stored:
            is_left_over = is_held(name) and self._store.is_embedded  # in a shared store it may be in use
            if is_left_over or is_abandoned(name, self._known):
                self._clear(name)
        self._seeds.template(self._seeds.default)
        self._opened(DEFAULT, making)

    def tick(self) -> None:
        """Let happen what has fallen due in any namespace, and forget those that nobody has used for long.

        What fails in one namespace stops no other one; the first failure is raised in the end.
        """
        if not self._store.is_embedded:
            self._follow_others()
        failures: list[Exception] = []
        for namespace in [use.namespace for use in list(self._known.values()) if use.namespace is not None]:
            try:
                namespace.agenda.catch_up()
                for errand in namespace.errands:
                    errand.nudge()
            except Refused:
                pass  # it was deleted meanwhile
            except Exception as error:
                failures.append(error)
        self._let_lapse()
        if failures:
            raise failures[0]

    def _follow_others(self) -> None:
        """Notice what other processes on the same store have made, reset, moved or deleted."""
        stored = {name: state for name, state in self._states() if not is_copy(name)}
        for name, use in list(self._known.items()):
            if name in stored and use.namespace is not None:
                with suppress(Refused):  # it is being deleted
                    use.namespace.follow(stored[name])
        with self._making:
            still_there = {name for name, _ in self._states()}
            for name in [name for name in self._known if name not in still_there]:
                use = self._known.pop(name)
                if use.namespace is not None:
                    use.namespace.end(lambda: None)
            for name in still_there - self._known.keys():
                if not is_copy(name):
                    self._known[name] = _Use(self._monotonic())

    # What the control API does: see `ControlPlane`

    @property
    def contracts(self) -> Mapping[str, Contract]:
        return self._contracts

    def machine_time(self) -> datetime:
        return self._clock.now()

    def peek(self, name: str) -> Namespace:
        self._stored(name)
        used = self._known.get(name)
        used_at = used.at if used else self._monotonic()
        found = self._opened(name, None)
        if use := self._known.get(name):
            use.at = used_at
        return found

    def note_use(self, namespace: Namespace) -> None:
        use = self._known.get(namespace.name)
        if use is not None and use.namespace is namespace:  # else it is gone, and another one has its name
            use.at = self._monotonic()

    def list(self) -> Sequence[NamespaceFacts]:
        return [self._facts(name, state) for name, state in sorted(self._states()) if not is_copy(name)]

    def find(self, name: str) -> NamespaceFacts:
        return self._facts(name, self._stored(name))

    def create(self, name: str, making: Making) -> NamespaceFacts:
        _check_name(name)
        with self._making:
            if self._state_of(name) is not None:
                raise Refused("CTL-NAMESPACE-EXISTS", f"There is a namespace {name} already; reset or delete it.")
            return self._facts(name, self._opened(name, making).state)

    def delete(self, name: str) -> None:
        _check_name(name)
        if name == DEFAULT:
            raise Refused("CTL-NAMESPACE-DEFAULT", "The namespace default can't be deleted; it can be reset.")
        with self._making:
            self._stored(name)
            self._forget(name)

    def reset(self, namespace: Namespace, making: Making | None = None) -> None:
        before = namespace.state
        clock = making.clock if making else before.first_clock
        seed = (making.seed or self._seeds.default) if making else before.seed
        id_seed = making.id_seed if making else before.id_seed
        state = NamespaceState(seed, id_seed, 0, clock, clock)
        template = self._template(state.seed)

        def put_back(work: UnitOfWork) -> None:
            self._note_objects(work)
            self._seeds.fill(work, template, state)

        _exchange(namespace, put_back)
        namespace.forget_what_happened()

    def snapshots(self, namespace: Namespace) -> Sequence[Snapshot]:
        found = ((snapshot_in(name, namespace.name), state) for name, state in self._states())
        return sorted((Snapshot(name, state) for name, state in found if name), key=lambda each: each.name)

    def save(self, namespace: Namespace, snapshot: str | None, *, may_replace: bool) -> Snapshot:
        with namespace.held():  # so that no other snapshot takes the name meanwhile
            return self._save(namespace, snapshot, may_replace=may_replace)

    def _save(self, namespace: Namespace, snapshot: str | None, *, may_replace: bool) -> Snapshot:
        taken = {each.name for each in self.snapshots(namespace)}
        name = (
            snapshot
            if snapshot is not None
            else next(
                numbered for number in range(1, len(taken) + 2) if (numbered := f"snapshot-{number}") not in taken
            )
        )
        if not is_name(name):
            raise Refused("CTL-SNAPSHOT-NAME", f"No snapshot can be called {name[:80]!r}: {NAME_RULE}.")
        if name in taken and not may_replace:
            raise Refused("CTL-SNAPSHOT-EXISTS", f"There is a snapshot {name} already; ask for it to be replaced.")
        if name not in taken and len(taken) >= self._keeping.max_snapshots:
            message = f"{namespace.name} has {len(taken)} snapshots, and may have no more; delete some."
            raise Refused("CTL-SNAPSHOT-COUNT", message)
        self._copy(namespace, snapshot_of(namespace.name, name))
        return self.snapshot(namespace, name)

    def snapshot(self, namespace: Namespace, snapshot: str) -> Snapshot:
        state = self._state_of(snapshot_of(namespace.name, snapshot)) if is_name(snapshot) else None
        if state is None:
            raise _no_snapshot(namespace, snapshot, self.snapshots(namespace))
        return Snapshot(snapshot, state)

    def drop(self, namespace: Namespace, snapshot: str) -> None:
        with namespace.held():
            self.snapshot(namespace, snapshot)
            self._clear(snapshot_of(namespace.name, snapshot))

    def restore(self, namespace: Namespace, snapshot: str) -> None:
        self.snapshot(namespace, snapshot)

        def put_back(work: UnitOfWork) -> None:
            self._note_objects(work)
            work.copy_from(snapshot_of(namespace.name, snapshot))
            if work.records(NAMESPACE_STATES).get(NamespaceState.id) is None:
                raise _no_snapshot(namespace, snapshot, [])  # it was dropped a moment ago

        _exchange(namespace, put_back)

    def fork(self, namespace: Namespace, snapshot: str | None, into: str) -> NamespaceFacts:
        _check_name(into)
        with self._making, namespace.held():
            found = None if snapshot is None else self.snapshot(namespace, snapshot)
            if self._state_of(into) is not None:
                raise Refused("CTL-NAMESPACE-EXISTS", f"There is a namespace {into} already; reset or delete it.")
            self._check_count()
            if found is None:
                self._copy(namespace, into)
            else:
                source = snapshot_of(namespace.name, found.name)
                transact(self._store, into, lambda work: work.copy_from(source), write=True)
            return self._facts(into, self._go_live(into).state)

    def export(self, namespace: Namespace) -> Mapping[str, Any]:
        return self._portable.document(namespace)

    def load(self, namespace: Namespace, document: Mapping[str, Any]) -> None:
        with self._portable.received(document) as received:

            def put_in(work: UnitOfWork) -> None:
                self._note_objects(work)
                self._portable.fill(work, received)
                for group, actions in self._staging.actions.items():
                    if CHECK in actions:
                        actions[CHECK](namespace.services[group](work), {})

            _exchange(namespace, put_in)

    def stage(self, namespace: Namespace, group: str, action: str, body: Mapping[str, Any]) -> Any:
        act = self._staging.actions[group][action]
        bind = namespace.services[group]
        namespace.agenda.catch_up()
        return namespace.transact(lambda work: act(bind(work), body), write=True)

    def hold_copy(self, namespace: Namespace) -> str:
        copy = held_copy_of(namespace.name, uuid.uuid4().hex)
        self._copy(namespace, copy)
        return copy

    def drop_copy(self, copy: str) -> None:
        self._clear(copy)

    # Steps

    def _opened(self, name: str, making: Making | None) -> Namespace:
        """The namespace at hand, from its stored state, or made. Raises `Refused`: CTL-NAMESPACE-ABSENT, CTL-SEED."""
        with self._making:
            found = self.live(name)
            if found is not None:
                return found
            if self._state_of(name) is None:
                if making is None:
                    raise self._absent(name)
                self._check_count()
                self._make(name, making)
            return self._go_live(name)

    def _make(self, name: str, making: Making) -> None:
        seed = making.seed or self._seeds.default
        template = self._template(seed)
        state = NamespaceState(seed, making.id_seed, 0, making.clock, making.clock)

        def make(work: UnitOfWork) -> None:
            if work.records(NAMESPACE_STATES).get(state.id) is None:  # else another process was faster
                self._seeds.fill(work, template, state)

        transact(self._store, name, make, write=True)

    def _go_live(self, name: str) -> Namespace:
        state = self._state_of(name)
        assert state is not None, "it was stored a moment ago"
        namespace = self._open(name, state)
        self._known[name] = _Use(self._monotonic(), namespace)
        return namespace

    def _template(self, seed: str) -> str | None:
        if seed not in self._seeds.names:
            message = f"There is no seed {seed[:80]!r}; there are: {', '.join(self._seeds.names)}."
            raise Refused("CTL-SEED", message)
        try:
            return self._seeds.template(seed)
        except SetupError as error:
            raise Refused("CTL-SEED", f"{str(error)[:1].upper()}{str(error)[1:]}.") from error

    def _check_count(self) -> None:
        most = self._keeping.max_namespaces
        if len(self._known) >= most:
            self._let_lapse()
        if len(self._known) >= most:
            message = f"There are {len(self._known)} namespaces, and there may be no more; delete some."
            raise Refused("CTL-NAMESPACE-COUNT", message)

    def _let_lapse(self) -> None:
        if not self._store.is_embedded:
            return  # another process may be using what nobody uses here
        longest = self._keeping.max_idle.total_seconds()
        for name, use in list(self._known.items()):
            if name != DEFAULT and self._monotonic() - use.at > longest:
                with self._making:
                    if self._known.get(name) is use and self._monotonic() - use.at > longest:
                        self._forget(name)

    def _forget(self, name: str) -> None:
        """Clear a namespace and all copies of it; `_making` is held."""
        use = self._known.pop(name, None)
        if use and use.namespace:
            use.namespace.end(lambda: self._clear_all(name))
        else:
            self._clear_all(name)

    def _clear_all(self, name: str) -> None:
        """Its copies first: where the server dies meanwhile, there still is a namespace that can be deleted."""
        for stored in sorted((stored for stored, _ in self._states()), reverse=True):
            if stored.startswith(snapshot_of(name, "")):
                self._clear(stored)
        self._clear(name)

    def _copy(self, namespace: Namespace, target: str) -> None:
        """Copy a namespace with its state as it is now, which may not have been stored yet."""

        def copy(work: UnitOfWork) -> None:
            self._note_objects(work)
            work.copy_from(namespace.name)
            store_state(work, namespace.state)

        with namespace.held():
            transact(self._store, target, copy, write=True)

    def _clear(self, stored: str) -> None:
        def clear(work: UnitOfWork) -> None:
            self._note_objects(work)
            work.clear()

        transact(self._store, stored, clear, write=True)

    def _note_objects(self, work: UnitOfWork) -> None:
        for stored in work.records(OBJECTS).find(Query()).items:
            self._gone(stored)

    def _facts(self, name: str, stored: NamespaceState) -> NamespaceFacts:
        use = self._known.get(name)
        state = use.namespace.state if use and use.namespace else replace(stored, version=0)
        return NamespaceFacts(name, state, self._monotonic() - use.at if use else 0.0)

    def _stored(self, name: str) -> NamespaceState:
        _check_name(name)
        state = self._state_of(name)
        if state is None:
            raise self._absent(name)
        return state

    def _absent(self, name: str) -> Refused:
        known = [each.name for each in self.list()]
        told = ", ".join(known[:20]) + (", ..." if len(known) > 20 else "")
        return Refused("CTL-NAMESPACE-ABSENT", f"There is no namespace {name}; there are: {told}.")

    def _state_of(self, stored: str) -> NamespaceState | None:
        return transact(
            self._store, stored, lambda work: work.records(NAMESPACE_STATES).get(NamespaceState.id), write=False
        )

    def _states(self) -> Sequence[tuple[str, NamespaceState]]:
        return self._store.everywhere(NAMESPACE_STATES)


def _exchange(namespace: Namespace, action: Callable[[UnitOfWork], None]) -> None:
    """Exchange a namespace's records as a whole, and let it go on with what came."""

    def exchange(work: UnitOfWork) -> NamespaceState:
        action(work)
        state = work.records(NAMESPACE_STATES).get(NamespaceState.id)
        assert state is not None, "every copy carries the state"
        return state

    namespace.exchange(exchange)


def _no_snapshot(namespace: Namespace, snapshot: str, known: Sequence[Snapshot]) -> Refused:
    names = ", ".join(each.name for each in known) or "none"
    return Refused("CTL-SNAPSHOT-ABSENT", f"{namespace.name} has no snapshot {snapshot[:80]!r}; there are: {names}.")


def _check_name(name: str) -> None:
    if not is_name(name):
        raise Refused("CTL-NAMESPACE-NAME", f"No namespace can be called {name[:80]!r}: {NAME_RULE}.")
