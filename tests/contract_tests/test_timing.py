"""How a run keeps its time: what has begun is cut short, what was found by then is told; the seed gives the cases."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract_tests.broken import Broken
from contract_tests.errors import TargetUnreachable
from contract_tests.properties import examples, prepare, watched
from contract_tests.timing import GRACE_SECONDS, OutOfTime, Timed, Timer


class Clock:
    """A clock that goes on by so much whenever it is asked."""

    def __init__(self, step: float = 0.0) -> None:
        self.now = 0.0
        self.step = step

    def __call__(self) -> float:
        self.now += self.step
        return self.now


def test_no_check_begins_when_the_time_is_up() -> None:
    clock = Clock()
    timer = Timer(60, now=clock)
    assert not timer.is_over
    clock.now = 60
    assert timer.is_over


def test_time_to_clean_up_is_kept() -> None:
    clock = Clock()
    timer = Timer(60, spare=lambda: 10, now=clock)
    clock.now = 50
    assert timer.is_over


def test_no_check_takes_more_than_its_share() -> None:
    clock = Clock()
    timer = Timer(60, now=clock)
    timer.begin()
    clock.now = 14.9
    timer.require()
    clock.now = 15
    with pytest.raises(OutOfTime):
        timer.require()


def test_who_has_found_something_gets_a_little_longer() -> None:
    clock = Clock()
    timer = Timer(60, now=clock)
    timer.begin()
    clock.now = 15 + GRACE_SECONDS / 2
    timer.require(has_found=True)
    clock.now = 15 + GRACE_SECONDS
    with pytest.raises(OutOfTime):
        timer.require(has_found=True)


def check(seen: list[int], most: int = 10**9) -> Any:
    @examples(50)
    @given(number=st.integers(0, 10**6))
    def body(number: int) -> None:
        seen.append(number)
        if number > most:
            raise Broken("RULE", f"{number} is too much")

    return body


def run(made: Any, seed: int, scale: float = 1.0, timer: Timer | None = None, **more: Any) -> Timed:
    prepare(made, seed, scale, **more)
    watch = watched(made, lambda body: Timed(body, timer or Timer(), lambda: ["step"], lambda gone: gone))
    made()
    return watch


def test_the_same_seed_gives_the_same_cases_and_less_time_fewer_of_them() -> None:
    first: list[int] = []
    second: list[int] = []
    shorter: list[int] = []
    other: list[int] = []
    run(check(first), 1)
    run(check(second), 1)
    run(check(shorter), 1, 0.2)
    run(check(other), 2)

    assert first == second
    assert first != other
    assert len(first) == 50
    assert shorter == first[:10]


def test_what_failed_before_is_kept_and_changes_nothing_unless_it_is_asked_for(tmp_path: Path) -> None:
    failing: list[int] = []
    with pytest.raises(Broken):
        run(check(failing, most=500_000), 1, kept=tmp_path)
    assert min(each for each in failing if each > 500_000) == 500_001

    plain: list[int] = []
    with_memory: list[int] = []
    first: list[int] = []
    run(check(plain), 5)
    run(check(with_memory), 5, kept=tmp_path)
    run(check(first), 5, kept=tmp_path, begins_with_kept=True)
    assert with_memory == plain
    assert first[0] == 500_001


def test_a_property_is_cut_short_when_its_time_is_up() -> None:
    seen: list[int] = []
    timer = Timer(4, now=Clock(0.1))
    timer.begin()
    with pytest.raises(OutOfTime):
        run(check(seen), 1, timer=timer)

    assert 3 < len(seen) < 50


def test_what_was_found_is_there_when_the_time_is_up_before_it_is_minimal() -> None:
    timer = Timer(60, now=Clock(1.5))
    timer.begin()
    made = check([], most=100)
    prepare(made, 1, 1.0)
    watch = watched(made, lambda body: Timed(body, timer, lambda: ["step"], lambda gone: gone))
    with pytest.raises(OutOfTime):
        made()

    assert isinstance(watch.ended_by, Broken)
    assert list(map(str, watch.ended_by.steps or ())) == ["step"]


def test_a_target_that_is_gone_is_not_asked_again_with_something_simpler() -> None:
    calls: list[int] = []

    @examples(50)
    @given(number=st.integers())
    def body(number: int) -> None:
        calls.append(number)
        if len(calls) == 5:
            raise TargetUnreachable("gone")

    with pytest.raises(OutOfTime):
        run(body, 1)
    assert len(calls) == 5


def test_a_check_is_prepared_for_each_of_its_parameters_anew() -> None:
    seen: list[int] = []
    made = check(seen)
    run(made, 1)
    run(made, 1)

    assert seen[:50] == seen[50:]


def test_who_shrinks_for_long_says_nothing_of_five_minutes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("hypothesis.internal.conjecture.engine.MAX_SHRINKING_SECONDS", -1.0)

    @examples(50)
    @given(numbers=st.lists(st.integers(), min_size=3))
    def check(numbers: list[int]) -> None:
        if sum(numbers) > 1000:
            raise Broken("INV-AMOUNTS", "too much")

    prepare(check, 1, 1.0)
    with pytest.raises(Broken):
        check()
    assert capsys.readouterr().out == ""
