"""Calls at the same moment start together, and what fails before says so itself."""

from __future__ import annotations

import threading
from typing import cast

import pytest

from contract_tests.errors import TargetUnreachable
from contract_tests.examiner import Examiner
from contract_tests.exchange import Exchange, Sent
from contract_tests.suites.at_once import at_once
from contract_tests.target import Limits, Target
from contract_tests.transport import Recorder

COUNT = 4


class Bench:
    """What `at_once` needs of an examiner."""

    def __init__(self, timeout_seconds: float = 30.0) -> None:
        self.recorder = Recorder()
        self.target = Target("bench", {}, limits=Limits(timeout_seconds=timeout_seconds))
        self.examiner = cast("Examiner", self)

    def asked(self, url: str) -> Exchange:
        exchange = Exchange(Sent("GET", url, {}), 200, {}, b"")
        self.recorder.note(exchange)
        return exchange


def test_calls_meet() -> None:
    bench, meeting = Bench(), threading.Barrier(COUNT, timeout=30)

    def meet() -> Exchange:
        meeting.wait()
        return bench.asked("/meet")

    answers = at_once(bench.examiner, [meet] * COUNT, lambda: bench.asked("/warm"))

    assert [each.sent.url for each in answers] == ["/meet"] * COUNT


def test_what_only_opened_connections_is_no_step() -> None:
    bench = Bench()
    bench.asked("/before")
    at_once(bench.examiner, [lambda: bench.asked("/call")] * COUNT, lambda: bench.asked("/warm"))

    assert [each.sent.url for each in bench.recorder.steps] == ["/before", *["/call"] * COUNT]


def test_who_fails_before_says_so_and_keeps_nobody_waiting() -> None:
    def fail() -> Exchange:
        raise TargetUnreachable("gone")

    bench = Bench()
    with pytest.raises(TargetUnreachable, match="gone"):
        at_once(bench.examiner, [lambda: bench.asked("/call")] * COUNT, fail)

    assert bench.recorder.steps == []


def test_a_target_that_is_too_slow_for_them_is_told() -> None:
    bench = Bench(timeout_seconds=0.0)
    with pytest.raises(TargetUnreachable, match="too slow"):
        at_once(bench.examiner, [lambda: bench.asked("/call")] * COUNT, lambda: bench.asked("/warm"))
