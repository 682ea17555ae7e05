"""A check's turn: how long it may take, and what it means when it is cut short or gets no answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis.errors import FlakyStrategyDefinition

from contract_tests.broken import Broken, Difference
from contract_tests.errors import ExaminerError, NotReached, TargetUnreachable
from contract_tests.examiner import contract
from contract_tests.pace import BudgetSpent
from contract_tests.plugin import RUN
from contract_tests.properties import FEWEST, is_out_of_time, watched
from contract_tests.reaching import probe
from contract_tests.run import Run
from contract_tests.timing import OutOfTime, Timed
from openapi import Contract


@contextmanager
def turn(item: pytest.Item) -> Iterator[None]:
    """What a target can't show, or has no time to, is no pass and no failure."""
    run = item.config.stash[RUN]
    timer = run.examiner.timer
    if timer.is_over:
        pytest.skip("not run: the time was up")
    timer.begin()
    watch = _watch(item, run)
    timer.is_watched = watch is not None
    try:
        yield
    except (OutOfTime, FlakyStrategyDefinition) as error:
        if not is_out_of_time(error):
            raise
        _cut_short(watch)
    except BudgetSpent as reason:
        pytest.skip(f"not run: {reason}")
    except NotReached as reason:
        pytest.skip(f"not reached: {reason}")
    except TargetUnreachable as gone:
        raise judged(run, gone) from gone
    finally:
        run.examiner.exclusive.release()


def judged(run: Run, gone: TargetUnreachable) -> ExaminerError | AssertionError:
    """What a request without an answer says about the target.

    One that ends the connection on a mock, which answers others, is a server that failed: nobody stands in between.
    """
    steps = list(run.examiner.recorder.steps)
    try:
        probe(run.examiner.transport)
    except ExaminerError:
        return gone
    finally:
        run.examiner.recorder.steps = steps
    gone.answers_others = True
    found = next((each for each in _contracts(run) if gone.operation_id in each.operations), None)
    if found is None or not gone.is_dropped or not run.settings.target.is_mock:
        return gone
    rule = next(each for each in found.rules if each.endswith("-INTERNAL"))
    difference = Difference("answer", "one of the API", "none")
    return Broken(rule, f"{gone.operation_id} got no answer", [difference], operation_id=gone.operation_id)


def _contracts(run: Run) -> list[Contract]:
    return [contract(group) for group in run.settings.target.bases]


def _watch(item: pytest.Item, run: Run) -> Timed | None:
    """The watch over the examples of a property-based check."""
    function = getattr(item, "obj", None)
    if not getattr(function, "is_hypothesis_test", False):
        return None
    examiner = run.examiner
    return watched(
        function,
        lambda body: Timed(body, examiner.timer, lambda: examiner.recorder.steps, lambda gone: judged(run, gone)),
    )


def _cut_short(watch: Timed | None) -> None:
    """Return where enough was seen to say that all is well."""
    if watch is not None and watch.ended_by is not None:
        raise watch.ended_by from None
    if watch is None or watch.done < FEWEST:
        pytest.skip("not run: the time was up before it had ended")
