"""The clock of a namespace: frozen, running, moved; what falls due on the way happens at its own instant."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest

from mock_server.core.clock import FIRST, LAST, ClockState, FixedClock, NamespaceClock
from mock_server.core.ids import NamespaceIds
from mock_server.core.namespace import NAMESPACE_STATES, Namespace, NamespaceState
from mock_server.core.records import Store, transact
from mock_server.storage import open_store

START = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
DAY, HOUR, MILLISECOND = timedelta(days=1), timedelta(hours=1), timedelta(milliseconds=1)
PATIENCE_SECONDS = 30


@pytest.fixture
def machine() -> FixedClock:
    return FixedClock(START)


@pytest.fixture
def store() -> Iterator[Store]:
    store = open_store("sqlite://", [NAMESPACE_STATES])
    yield store
    store.close()


class Room:
    """Something falls due at each of these instants; notes what the clock showed when it happened."""

    def __init__(self, namespace: Namespace, *instants: datetime) -> None:
        self.namespace = namespace
        self.waiting = sorted(instants)
        self.happened: list[datetime] = []
        self.on_due: Callable[[], object] = lambda: None

    def __call__(self, now: datetime) -> datetime | None:
        def let_happen() -> datetime | None:
            while self.waiting and self.waiting[0] <= now:
                self.waiting.pop(0)
                self.happened.append(self.namespace.clock.now())
                self.on_due()
            return self.waiting[0] if self.waiting else None

        return self.namespace.transact(lambda work: let_happen(), write=True)


def opened(store: Store, machine: FixedClock, state: ClockState) -> Namespace:
    namespace = Namespace("shop", store, NamespaceClock(machine), NamespaceIds())
    namespace.start(NamespaceState("none", clock=state), {})
    return namespace


def with_room(namespace: Namespace, *instants: datetime) -> Room:
    room = Room(namespace, *instants)
    namespace.agenda.start([room])
    return room


def frozen(store: Store, machine: FixedClock) -> Namespace:
    return opened(store, machine, ClockState(frozen_at=START))


def to(at: datetime, *, is_frozen: bool = True) -> Callable[[datetime, bool], tuple[datetime, bool]]:
    return lambda now, was_frozen: (at, is_frozen)


def stored_clock(store: Store) -> ClockState:
    """What a server would go on with that was started now."""
    state = transact(store, "shop", lambda work: work.records(NAMESPACE_STATES).get("state"), write=False)
    assert state is not None
    return state.clock


def test_a_running_clock_goes_with_the_machine(machine: FixedClock) -> None:
    clock = NamespaceClock(machine, ClockState(offset_ms=-3_600_000))
    machine.advance(DAY)
    assert clock.now() == START + DAY - HOUR


def test_a_frozen_clock_stands_still(machine: FixedClock) -> None:
    clock = NamespaceClock(machine, ClockState(frozen_at=START - DAY))
    machine.advance(DAY)
    assert clock.now() == START - DAY


@pytest.mark.parametrize(("offset", "edge"), [(10**15, LAST), (-(10**15), FIRST)])
def test_a_running_clock_stands_still_at_the_ends_of_the_calendar(
    machine: FixedClock, offset: int, edge: datetime
) -> None:
    assert NamespaceClock(machine, ClockState(offset_ms=offset)).now() == edge


def test_a_clock_that_runs_over_the_end_of_the_calendar_goes_on_showing_its_last_instant(machine: FixedClock) -> None:
    clock = NamespaceClock(machine)
    clock.state = clock.standing(LAST - HOUR, is_frozen=False)
    machine.advance(2 * HOUR)
    assert clock.now() == LAST


def test_what_falls_due_on_the_way_happens_at_its_own_instant(store: Store, machine: FixedClock) -> None:
    namespace = frozen(store, machine)
    one, other = Room(namespace, START + DAY, START + 3 * DAY), Room(namespace, START + 2 * DAY, START + 5 * DAY)
    namespace.agenda.start([one, other])

    namespace.move_clock(to(START + 4 * DAY))

    assert one.happened == [START + DAY, START + 3 * DAY]
    assert other.happened == [START + 2 * DAY]
    assert namespace.next_due() == START + 5 * DAY


def test_what_happens_on_the_way_may_make_something_else_fall_due_there(store: Store, machine: FixedClock) -> None:
    namespace = frozen(store, machine)
    room = with_room(namespace, START + HOUR)
    room.on_due = lambda: room.waiting.append(START + 2 * HOUR) if len(room.happened) == 1 else None

    namespace.move_clock(to(START + DAY))

    assert room.happened == [START + HOUR, START + 2 * HOUR]


def test_what_falls_due_at_the_goal_happens_and_a_moment_later_does_not(store: Store, machine: FixedClock) -> None:
    namespace = frozen(store, machine)
    room = with_room(namespace, START + DAY, START + DAY + MILLISECOND)

    namespace.move_clock(to(START + DAY))

    assert room.happened == [START + DAY]


def test_an_errand_that_stays_due_does_not_hide_what_comes_later(store: Store, machine: FixedClock) -> None:
    class Stuck:
        """It was due long ago, and can't be done."""

        def due_at(self) -> datetime:
            return START - DAY

        def run(self) -> None: ...

        def nudge(self) -> None: ...

    namespace = frozen(store, machine)
    namespace.errands.append(Stuck())
    room = with_room(namespace, START + HOUR, START + 2 * HOUR)

    namespace.move_clock(to(START + DAY))

    assert room.happened == [START + HOUR, START + 2 * HOUR]


def test_a_move_that_is_called_off_moves_nothing(store: Store, machine: FixedClock) -> None:
    namespace = frozen(store, machine)
    room = with_room(namespace, START)

    def no(now: datetime, is_frozen: bool) -> tuple[datetime, bool]:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        namespace.move_clock(no)

    assert (namespace.clock.now(), room.happened) == (START, [])


def test_no_time_passes_beside_the_one_that_is_asked_for(store: Store, machine: FixedClock) -> None:
    namespace = opened(store, machine, ClockState())
    room = with_room(namespace, START + HOUR)
    room.on_due = lambda: machine.advance(timedelta(minutes=7))

    namespace.move_clock(to(START + 2 * HOUR, is_frozen=False))

    assert namespace.clock.now() == START + 2 * HOUR
    machine.advance(HOUR)
    assert namespace.clock.now() == START + 3 * HOUR


def test_a_move_that_takes_longer_than_what_is_asked_for_never_shows_a_later_instant(
    store: Store, machine: FixedClock
) -> None:
    namespace = opened(store, machine, ClockState())
    shown: list[datetime] = []

    class Slow:
        def due_at(self) -> None: ...

        def run(self) -> None:
            shown.append(namespace.clock.now())
            machine.advance(HOUR)
            shown.append(namespace.clock.now())

        def nudge(self) -> None: ...

    namespace.errands.append(Slow())
    namespace.move_clock(to(START + timedelta(minutes=1), is_frozen=False))

    assert shown[:2] == [START, START]
    assert shown[2] == START + timedelta(minutes=1)


def test_a_clock_that_is_to_run_on_as_it_does_is_not_touched(store: Store, machine: FixedClock) -> None:
    namespace = opened(store, machine, ClockState(offset_ms=5))

    def aim(now: datetime, is_frozen: bool) -> tuple[datetime, bool]:
        machine.advance(HOUR)
        return now, is_frozen

    namespace.move_clock(aim)

    assert namespace.clock.now() == START + HOUR + 5 * MILLISECOND


def test_going_back_undoes_nothing_and_lets_nothing_happen_again(store: Store, machine: FixedClock) -> None:
    namespace = frozen(store, machine)
    room = with_room(namespace, START + HOUR)
    namespace.move_clock(to(START + DAY))

    namespace.move_clock(to(START - DAY))

    assert room.happened == [START + HOUR]
    assert namespace.clock.now() == START - DAY


def test_the_goal_is_stored_all_the_way(store: Store, machine: FixedClock) -> None:
    namespace = frozen(store, machine)
    room = with_room(namespace, START + DAY, START + 2 * DAY)
    seen: list[ClockState] = []
    goal = START + 3 * DAY

    class Watcher:
        """Looks at what is stored, between the steps."""

        def due_at(self) -> None: ...

        def run(self) -> None:
            namespace.transact(lambda work: None, write=True)  # whatever is written meanwhile stores the goal, too
            seen.append(stored_clock(store))

        def nudge(self) -> None: ...

    namespace.errands.append(Watcher())
    namespace.move_clock(to(goal))

    assert len(room.happened) == 2
    assert len(seen) >= 3
    assert set(seen) == {ClockState(frozen_at=goal)}
    assert stored_clock(store) == ClockState(frozen_at=goal)


def test_a_failure_on_the_way_leaves_the_clock_at_its_goal_and_the_rest_to_be_caught_up(
    store: Store, machine: FixedClock
) -> None:
    namespace = frozen(store, machine)
    room = with_room(namespace, START + HOUR, START + 2 * HOUR)

    def fail_once() -> None:
        room.on_due = lambda: None
        raise RuntimeError("lost the thread")

    room.on_due = fail_once
    with suppress(RuntimeError):
        namespace.move_clock(to(START + DAY))

    assert namespace.clock.now() == START + DAY
    namespace.agenda.catch_up()
    assert len(room.happened) == 2
    assert namespace.state.clock == ClockState(frozen_at=START + DAY)


def test_moves_at_the_same_time_add_up(store: Store, machine: FixedClock) -> None:
    namespace = frozen(store, machine)
    begin = threading.Barrier(8)

    def advance() -> None:
        begin.wait(PATIENCE_SECONDS)
        for _ in range(5):
            namespace.move_clock(lambda now, is_frozen: (now + HOUR, is_frozen))

    with ThreadPoolExecutor(8) as threads:
        for each in [threads.submit(advance) for _ in range(8)]:
            each.result(PATIENCE_SECONDS)

    assert namespace.clock.now() == START + 40 * HOUR
    assert stored_clock(store) == ClockState(frozen_at=START + 40 * HOUR)


def test_records_are_exchanged_before_a_move_or_after_it(store: Store, machine: FixedClock) -> None:
    """Whoever puts a namespace back while its clock is moved finds it where it was put back to."""
    namespace = frozen(store, machine)
    is_moving, go_on = threading.Event(), threading.Event()

    def wait() -> None:
        is_moving.set()
        go_on.wait(PATIENCE_SECONDS)

    class Slow:
        def due_at(self) -> None: ...

        def run(self) -> None:
            wait()

        def nudge(self) -> None: ...

    namespace.errands.append(Slow())
    other = NamespaceState("none", clock=ClockState(frozen_at=START - DAY), version=1)
    with ThreadPoolExecutor(2) as threads:
        move = threads.submit(namespace.move_clock, to(START + DAY))
        is_moving.wait(PATIENCE_SECONDS)
        exchange = threads.submit(namespace.exchange, lambda work: other)
        go_on.set()
        move.result(PATIENCE_SECONDS)
        exchange.result(PATIENCE_SECONDS)

    assert namespace.clock.now() == START - DAY


def test_the_last_instant_of_the_calendar_can_be_reached_and_worked_at(store: Store, machine: FixedClock) -> None:
    namespace = frozen(store, machine)
    room = with_room(namespace, LAST)

    namespace.move_clock(to(LAST))
    namespace.agenda.catch_up()

    assert room.happened == [LAST]
    assert namespace.clock.now() == LAST
