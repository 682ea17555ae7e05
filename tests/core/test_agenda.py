"""What falls due: done once when its time has come, asked for again within a minute, from any number of threads."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from mock_server.core.agenda import LOOK_AGAIN, DueEvents
from mock_server.core.clock import FixedClock

START = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
MILLISECOND = timedelta(milliseconds=1)
THREADS = 8
PATIENCE_SECONDS = 30


class Recorder:
    """Notes down when it was called, and says what falls due next."""

    def __init__(self, following: datetime | None = None) -> None:
        self.calls: list[datetime] = []
        self.following = following

    def __call__(self, now: datetime) -> datetime | None:
        self.calls.append(now)
        return self.following


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(START)


def started(clock: FixedClock, *catch_ups: Callable[[datetime], datetime | None]) -> DueEvents:
    """Events that have been caught up with once, as at the start of a server."""
    events = DueEvents(clock)
    events.start(catch_ups)
    events.catch_up()
    return events


def test_nothing_happens_before_the_start(clock: FixedClock) -> None:
    events = DueEvents(clock)

    events.note(START)
    events.catch_up()


def test_at_the_start_everything_is_looked_at_once(clock: FixedClock) -> None:
    one, other = Recorder(), Recorder()

    events = started(clock, one, other)
    events.catch_up()

    assert one.calls == other.calls == [START]


def test_what_was_noted_happens_at_its_time_and_not_before(clock: FixedClock) -> None:
    recorder = Recorder()
    events = started(clock, recorder)
    events.note(START + timedelta(seconds=10))

    clock.advance(timedelta(seconds=10) - MILLISECOND)
    events.catch_up()
    assert recorder.calls == [START]

    clock.advance(MILLISECOND)
    events.catch_up()
    assert recorder.calls == [START, START + timedelta(seconds=10)]


def test_the_earliest_note_counts(clock: FixedClock) -> None:
    recorder = Recorder()
    events = started(clock, recorder)
    for seconds in (30, 10, 20):
        events.note(START + timedelta(seconds=seconds))

    clock.advance(timedelta(seconds=10))
    events.catch_up()

    assert len(recorder.calls) == 2


def test_nothing_to_note_is_fine(clock: FixedClock) -> None:
    recorder = Recorder()
    events = started(clock, recorder)

    events.note(None)
    events.catch_up()

    assert recorder.calls == [START]


def test_a_note_in_the_past_happens_at_once(clock: FixedClock) -> None:
    recorder = Recorder()
    events = started(clock, recorder)

    events.note(START - HOUR)
    events.catch_up()

    assert recorder.calls == [START, START]


def test_what_a_step_says_comes_next_is_remembered(clock: FixedClock) -> None:
    recorder = Recorder(following=START + timedelta(seconds=5))
    events = started(clock, recorder)

    clock.advance(timedelta(seconds=5))
    recorder.following = None
    events.catch_up()
    events.catch_up()

    assert recorder.calls == [START, START + timedelta(seconds=5)]


def test_the_earliest_of_what_all_steps_say_counts(clock: FixedClock) -> None:
    early, late, never = Recorder(START + timedelta(seconds=5)), Recorder(START + HOUR), Recorder(None)
    events = started(clock, late, early, never)

    clock.advance(timedelta(seconds=5))
    events.catch_up()

    assert [len(each.calls) for each in (early, late, never)] == [2, 2, 2]


def test_another_process_may_have_made_something_due_so_it_is_looked_again_within_a_minute(clock: FixedClock) -> None:
    recorder = Recorder()
    events = started(clock, recorder)

    clock.advance(LOOK_AGAIN - MILLISECOND)
    events.catch_up()
    assert len(recorder.calls) == 1

    clock.advance(MILLISECOND)
    events.catch_up()
    assert len(recorder.calls) == 2


def test_a_note_made_while_it_happens_is_not_lost(clock: FixedClock) -> None:
    """A step may make something new fall due, directly or by noting it."""
    noted = START + timedelta(seconds=3)
    events = DueEvents(clock)
    calls: list[datetime] = []

    def noting(now: datetime) -> None:
        calls.append(now)
        events.note(noted if len(calls) == 1 else None)

    events.start([noting])
    events.catch_up()
    clock.advance(timedelta(seconds=3))
    events.catch_up()

    assert calls == [START, noted]


def test_a_step_that_fails_is_tried_again(clock: FixedClock) -> None:
    fails = [True]
    calls: list[datetime] = []

    def failing(now: datetime) -> None:
        calls.append(now)
        if fails.pop() if fails else False:
            raise OSError("the store is away")

    events = DueEvents(clock)
    events.start([failing])

    with pytest.raises(OSError, match="away"):
        events.catch_up()
    clock.advance(LOOK_AGAIN)
    events.catch_up()

    assert calls == [START, START + LOOK_AGAIN]


def test_what_is_due_happens_once_for_callers_at_the_same_moment(clock: FixedClock) -> None:
    recorder = Recorder()
    events = started(clock, recorder)
    events.note(START + HOUR)
    clock.advance(HOUR)

    at_once([events.catch_up] * THREADS)

    assert len(recorder.calls) == 2


def test_callers_wait_until_what_is_due_has_happened(clock: FixedClock) -> None:
    """Nobody is let through to read what should be gone."""
    entered, go_on, done = threading.Event(), threading.Event(), threading.Event()

    def slow(now: datetime) -> None:
        entered.set()
        assert go_on.wait(PATIENCE_SECONDS)
        done.set()

    events = DueEvents(clock)
    events.start([slow])
    seen: list[bool] = []

    def call() -> None:
        events.catch_up()
        seen.append(done.is_set())

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(events.catch_up)
        assert entered.wait(PATIENCE_SECONDS)
        second = pool.submit(call)
        go_on.set()
        first.result(PATIENCE_SECONDS)
        second.result(PATIENCE_SECONDS)

    assert seen == [True]


def test_the_earliest_of_notes_from_several_threads_counts(clock: FixedClock) -> None:
    recorder = Recorder()
    events = started(clock, recorder)
    seconds = list(range(1, 201))

    def note(mine: list[int]) -> None:
        for each in mine:
            events.note(START + timedelta(seconds=each))

    at_once([partial(note, seconds[number::THREADS]) for number in range(THREADS)])

    clock.advance(timedelta(seconds=1))
    events.catch_up()
    assert len(recorder.calls) == 2


def at_once(calls: list[Callable[[], None]]) -> None:
    barrier = threading.Barrier(len(calls))

    def run(call: Callable[[], None]) -> None:
        barrier.wait(PATIENCE_SECONDS)
        call()

    with ThreadPoolExecutor(len(calls)) as pool:
        for future in [pool.submit(run, call) for call in calls]:
            future.result(PATIENCE_SECONDS)
