"""Calls that are made at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from contract_tests.errors import TargetUnreachable
from contract_tests.examiner import Examiner
from contract_tests.exchange import Exchange

Call = Callable[[], Exchange]


def at_once(examiner: Examiner, calls: Sequence[Call], warm_up: Call) -> list[Exchange]:
    """Make the calls at the same moment; their answers, in the order of the calls.

    Each is made by a thread of its own, over a connection that is open when they start. `warm_up`: a call that only
    reads, for that; it is no step of what is found.

    Raises:
        TargetUnreachable: not all could get ready within the target's time for one answer.
    """
    steps = list(examiner.recorder.steps)

    def forget() -> None:
        examiner.recorder.steps = steps

    start = threading.Barrier(len(calls), forget, examiner.target.limits.timeout_seconds)

    def make(call: Call) -> Exchange:
        try:
            warm_up()
        except BaseException:
            start.abort()  # the others need not wait
            raise
        start.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        made = [pool.submit(make, each) for each in calls]
    failed = [error for each in made if (error := each.exception())]
    for error in sorted(failed, key=lambda each: isinstance(each, threading.BrokenBarrierError)):
        if isinstance(error, threading.BrokenBarrierError):
            raise TargetUnreachable("the target is too slow for calls at the same moment") from error
        raise error
    return [each.result() for each in made]
