"""Errands in the background: soon, each by one thread at a time, and never in anybody's way."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator

import pytest

from mock_server.core.errors import StoreError
from mock_server.outbox.courier import Courier
from tests.outbox.receivers import PATIENCE_SECONDS


class Errand:
    """Counts how often it was run, and does something when it is."""

    def __init__(self, does: Callable[[], object] = lambda: None) -> None:
        self.does = does
        self.runs = 0
        self.at_once = 0
        self.most_at_once = 0
        self.is_closed = False
        self.on_close: Callable[[], None] = lambda: None
        self._changed = threading.Condition()

    def run(self) -> None:
        with self._changed:
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            self.does()
        finally:
            with self._changed:
                self.at_once -= 1
                self.runs += 1
                self._changed.notify_all()

    def close(self) -> None:
        self.is_closed = True
        self.on_close()

    def wait_for(self, runs: int) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: self.runs >= runs, PATIENCE_SECONDS)


@pytest.fixture
def courier() -> Iterator[Courier]:
    courier = Courier(threads=2)
    yield courier
    courier.close()


def test_no_thread_is_started_before_the_first_errand() -> None:
    before = threading.active_count()

    Courier()

    assert threading.active_count() == before


def test_an_errand_is_run_on_another_thread(courier: Courier) -> None:
    threads: list[threading.Thread] = []
    errand = Errand(lambda: threads.append(threading.current_thread()))

    courier.wake(errand)
    errand.wait_for(1)

    assert threads[0] is not threading.current_thread()
    assert threads[0].daemon


def test_who_wakes_it_does_not_wait(courier: Courier) -> None:
    go_on = threading.Event()
    errand = Errand(lambda: go_on.wait(PATIENCE_SECONDS))

    courier.wake(errand)
    go_on.set()
    errand.wait_for(1)

    assert errand.runs == 1


def test_an_errand_that_is_woken_while_it_runs_is_run_once_more_and_not_twice_at_once(courier: Courier) -> None:
    entered, go_on = threading.Event(), threading.Event()

    def slow() -> None:
        entered.set()
        assert go_on.wait(PATIENCE_SECONDS)

    errand, other = Errand(slow), Errand()
    courier.wake(errand)
    assert entered.wait(PATIENCE_SECONDS)
    for _ in range(5):
        courier.wake(errand)
    courier.wake(other)
    other.wait_for(1)  # the second thread had time for it, although the first errand was woken before
    go_on.set()
    errand.wait_for(2)
    courier.close()

    assert (errand.runs, errand.most_at_once) == (2, 1)


def test_a_slow_errand_keeps_no_other_from_being_run(courier: Courier) -> None:
    go_on = threading.Event()
    slow, others = Errand(lambda: go_on.wait(PATIENCE_SECONDS)), [Errand() for _ in range(10)]

    for errand in (slow, *others):
        courier.wake(errand)
    for errand in others:
        errand.wait_for(1)

    assert slow.runs == 0
    go_on.set()
    slow.wait_for(1)


def test_two_errands_that_are_woken_at_one_moment_do_not_share_a_thread_that_is_idle(courier: Courier) -> None:
    idle, go_on = Errand(), threading.Event()
    courier.wake(idle)
    idle.wait_for(1)

    slow, other = Errand(lambda: go_on.wait(PATIENCE_SECONDS)), Errand()
    courier.wake(slow)
    courier.wake(other)
    other.wait_for(1)

    assert slow.runs == 0
    go_on.set()


@pytest.mark.parametrize("error", [StoreError("the store is away"), ZeroDivisionError("a mistake")])
def test_an_errand_that_fails_is_told_of_and_the_next_is_run(
    error: Exception, courier: Courier, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise error

    failing = [Errand(fail) for _ in range(4)]
    fine = Errand()
    with caplog.at_level(logging.WARNING, "mock_server.outbox"):
        for errand in (*failing, fine):
            courier.wake(errand)
        fine.wait_for(1)
        for errand in failing:
            errand.wait_for(1)
        courier.close()

    assert [str(error) in record.getMessage() + str(record.exc_info) for record in caplog.records] == [True] * 4


def test_once_closed_nothing_is_begun_and_what_runs_is_told(courier: Courier) -> None:
    entered, go_on = threading.Event(), threading.Event()

    def slow() -> None:
        entered.set()
        assert go_on.wait(PATIENCE_SECONDS)

    running, waiting, late = Errand(slow), Errand(), Errand()
    single = Courier(threads=1)
    single.wake(running)
    assert entered.wait(PATIENCE_SECONDS)
    single.wake(waiting)
    running.on_close = go_on.set

    single.close()
    single.wake(late)
    running.wait_for(1)

    assert running.is_closed
    assert (waiting.runs, late.runs) == (0, 0)
