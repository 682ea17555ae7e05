"""The time a run has, and how a check that is under way is cut short when it is up."""

from __future__ import annotations

import time
import unittest
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

from contract_tests.errors import ExaminerError, TargetUnreachable

LARGEST_SHARE = 0.25
"""No check takes more than this part of the time that is left, so that a slow target is looked at from all sides."""
SHORTEST_SECONDS = 2.0
GRACE_SECONDS = 2.0
"""So much longer a check may take to make the steps of what it has found fewer."""


class OutOfTime(unittest.SkipTest):
    """The time of a check is up. Hypothesis and pytest know the base class: both stop at once."""


@dataclass
class Timer:
    """`ends`: when the run has to be over, by the machine's monotonic clock, which all its processes share.

    `spare`: so many seconds are needed afterwards, to clean up. `is_watched`: somebody else sees to it that the check
    at hand, which may have to show what it has found, is cut short in time.
    """

    ends: float = float("inf")
    spare: Callable[[], float] = field(default=lambda: 0.0, repr=False)
    now: Callable[[], float] = field(default=time.monotonic, repr=False)
    is_watched: bool = False
    _until: float = float("inf")

    @property
    def is_over(self) -> bool:
        """Whether no check may begin any more."""
        return self.now() >= self.ends - self.spare()

    def begin(self) -> None:
        """A check begins: it gets its share of what is left."""
        now = self.now()
        self._until = now + max(SHORTEST_SECONDS, (self.ends - now) * LARGEST_SHARE)

    def require(self, *, has_found: bool = False) -> None:
        """Return as long as the check may go on. Raises `OutOfTime`.

        `has_found`: it has found something, and is about to show it with fewer steps.
        """
        if self.now() >= min(self._until, self.ends - self.spare()) + (GRACE_SECONDS if has_found else 0.0):
            raise OutOfTime("the time was up")


@dataclass
class Timed:
    """The body of a property-based check, run as often as the time allows.

    `steps`: the exchanges of the example at hand. `judged`: what to make of a target that gives no answer. `done`: how
    many examples were as they should be. `ended_by`: how the last one ended that was not.
    """

    body: Callable[..., Any]
    timer: Timer
    steps: Callable[[], Sequence[Any]]
    judged: Callable[[TargetUnreachable], ExaminerError | AssertionError]
    done: int = 0
    ended_by: Exception | None = None

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        self.timer.require(has_found=self.ended_by is not None)
        try:
            result = self.body(*args, **kwargs)
        except TargetUnreachable as gone:
            self._end(self.judged(gone))
        except AssertionError as failure:
            self._end(failure)
        self.done += 1
        return result

    def _end(self, error: Exception) -> NoReturn:
        """Keep what was found with its steps. Who gives no answer is not asked again with fewer steps."""
        if getattr(error, "steps", ()) is None:
            error.steps = tuple(self.steps())  # type: ignore[attr-defined]
        self.ended_by = error
        if isinstance(error, TargetUnreachable):
            raise OutOfTime("the target gives no answer") from error
        raise error
